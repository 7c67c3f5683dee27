/**
 * The command of the npm package, `palmette dev`. Not to be taken for the server's own command of the same name, which is a program to
 * install by itself and does all the rest.
 */
import { parseArgs } from "node:util";
import { type DevOptions, startDev } from "./dev/wrangler.js";

const USAGE = `Usage: palmette dev [OPTIONS]

Runs the Worker of this folder like wrangler dev, with its Images binding led to a Palmette server,
which is started if none runs and the address is this machine's. The wrangler config stays as it is.

  -c, --config <FILE>          The wrangler config [default: wrangler.jsonc, .json or .toml]
  -e, --env <NAME>             Environment of the config
      --ip <ADDRESS>           Where the Worker listens
      --port <NUMBER>
      --inspector-port <NUMBER>
      --persist-to <FOLDER>    Where local data is kept
      --log-level <LEVEL>      debug, info, log, warn, error or none
      --test-scheduled         Let a path start scheduled handlers
      --server <URL>           The Palmette server [default: PALMETTE_URL, then http://127.0.0.1:9901]
      --header <NAME: VALUE>   A header for requests to it; repeatable

For what else wrangler dev can do, put the plugin palmette/miniflare into an environment of the config.
`;

/**
 * Runs the command. Returns once the Worker is ready; it runs until a signal ends the process, upon which miniflare ends its own
 * processes, and `startServer` the server.
 */
export async function main(args: readonly string[]): Promise<void> {
  const [command, ...rest] = args;
  if (command === "help" || args.includes("--help") || args.includes("-h")) {
    process.stdout.write(USAGE);
    return;
  }
  if (command !== "dev") {
    throw new Error(`palmette: the command is dev, not ${command ?? "nothing"}; see palmette --help`);
  }
  const worker = await startDev(parse(rest));
  await worker.ready;
}

function parse(args: string[]): DevOptions {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args,
    options: {
      config: { ...text, short: "c" },
      env: { ...text, short: "e" },
      ip: text,
      port: text,
      "inspector-port": text,
      "persist-to": text,
      "log-level": text,
      "test-scheduled": { type: "boolean" },
      server: text,
      header: { ...text, multiple: true },
    },
  });
  const { header = [], port, "inspector-port": inspectorPort, ...same } = values;
  return {
    ...same,
    port: number("port", port),
    inspectorPort: number("inspector-port", inspectorPort),
    persistTo: values["persist-to"],
    logLevel: values["log-level"],
    testScheduled: values["test-scheduled"],
    headers: Object.fromEntries(header.map(splitHeader)),
  };
}

function number(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,5}$/.test(text)) throw new Error(`palmette: --${flag} ${text}: must be a port number`);
  return Number(text);
}

function splitHeader(text: string): [string, string] {
  const [, name, value] = /^([^:\s]+):\s*(.*)$/.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new Error(`palmette: --header ${text}: must be like "name: value"`);
  return [name, value];
}
