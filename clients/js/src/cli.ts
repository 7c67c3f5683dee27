/**
 * `palmette dev`, the one command that runs in Node; the program does all the rest.
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

/** What `--log-level` may be; wrangler takes any other word for its default. */
const LOG_LEVELS = ["debug", "info", "log", "warn", "error", "none"];

/**
 * Runs the command with the arguments after its name. Returns once the Worker is ready; it runs until a signal ends the process, upon which miniflare ends its own
 * processes, and `startServer` the server.
 */
export async function main(args: readonly string[]): Promise<void> {
  if (args.includes("--help") || args.includes("-h")) {
    process.stdout.write(USAGE);
    return;
  }
  const worker = await startDev(parse(args));
  await worker.ready;
}

function parse(args: readonly string[]): DevOptions {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args: [...args],
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
    port: portNumber("port", port),
    inspectorPort: portNumber("inspector-port", inspectorPort),
    persistTo: values["persist-to"],
    logLevel: logLevel(values["log-level"]),
    testScheduled: values["test-scheduled"],
    headers: Object.fromEntries(header.map(splitHeader)),
  };
}

function portNumber(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value <= 65_535)) throw new Error(`palmette: --${flag} ${text}: must be a port number, 0 to 65535`);
  return value;
}

function logLevel(text: string | undefined): string | undefined {
  if (text !== undefined && !LOG_LEVELS.includes(text))
    throw new Error(`palmette: --log-level ${text}: must be one of ${LOG_LEVELS.join(", ")}`);
  return text;
}

function splitHeader(text: string): [string, string] {
  const [, name, value] = /^([^:\s]+):\s*(.*)$/.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new Error(`palmette: --header ${text}: must be like "name: value"`);
  return [name, value];
}
