// @ts-check
/**
 * Runs a development tool, under `palmette run` or as it is, in one of the projects beside this file.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";

/** The program, as `palmette/server` finds it. */
export const PALMETTE = process.env.PALMETTE_BINARY ?? "palmette";

/** Nothing asks the internet, and nobody is at a terminal. */
const QUIET = {
  WRANGLER_SEND_METRICS: "false",
  ASTRO_TELEMETRY_DISABLED: "1",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  NO_COLOR: "1",
  CI: "1",
};

/** Time until a tool must be there; machines that test are slow. */
const READY_MS = 120_000;

/**
 * A tool in a project.
 *
 * @typedef {object} Tool
 * @property {string} folder The project
 * @property {string[]} command
 * @property {NodeJS.ProcessEnv} [env]
 * @property {boolean} [alone] Whether it runs without `palmette run`
 */

/**
 * What was printed.
 *
 * @typedef {{ log: string, said: string[] }} Ended `log`: all of it; `said`: the lines of `palmette run`
 */

/**
 * Starts a tool.
 *
 * @param {Tool} tool
 */
function start({ folder, command, env, alone = false }) {
  const [program = "", ...args] = alone ? command : [PALMETTE, "run", "--", ...command];
  const child = spawn(program, args, {
    cwd: folder,
    env: { ...process.env, ...QUIET, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const output = { log: "" };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => {
      output.log += text;
    });
  }
  return { child, output, closed: once(child, "close") };
}

/**
 * Runs a tool that ends by itself.
 *
 * @param {Tool} tool
 * @returns {Promise<Ended>}
 */
export async function run(tool) {
  const { output, closed } = start(tool);
  const [code] = await closed;
  if (code !== 0) throw new Error(`${tool.command.join(" ")} ended with ${code}:\n${output.log}`);
  return ended(output.log);
}

/**
 * Runs a tool that serves, until `use` has seen what it serves.
 *
 * @param {Tool} tool
 * @param {(url: string) => Promise<void>} use
 * @returns {Promise<Ended>}
 */
export async function serve(tool, use) {
  const { child, output, closed } = start(tool);
  const title = tool.command.join(" ");
  try {
    /** @type {Promise<string>} */
    const url = new Promise((resolve, reject) => {
      for (const stream of [child.stdout, child.stderr]) {
        stream.on("data", () => {
          const found = /(?:Ready on|Local:?) +(http:\/\/[^/\s]+)/.exec(output.log)?.[1];
          if (found !== undefined) resolve(found);
        });
      }
      closed.then(() => reject(new Error(`${title} ended:\n${output.log}`)), reject);
      setTimeout(() => reject(new Error(`${title} is not ready:\n${output.log}`)), READY_MS).unref();
    });
    await use(await url).catch((error) => {
      throw new Error(`${title}:\n${output.log}`, { cause: error });
    });
  } finally {
    // To `palmette run` alone, which hands it on, or to the tool.
    child.kill("SIGTERM");
    const kill = setTimeout(() => process.kill(-Number(child.pid), "SIGKILL"), 20_000);
    await closed;
    clearTimeout(kill);
  }
  return ended(output.log);
}

/**
 * @param {string} log
 * @returns {Ended}
 */
function ended(log) {
  return { log, said: log.split("\n").filter((line) => line.startsWith("palmette: ")) };
}
