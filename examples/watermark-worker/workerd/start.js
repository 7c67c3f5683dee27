// @ts-check
/**
 * Runs the Worker in plain workerd: `palmette workerd-config` writes what workerd has to know from the same `wrangler.jsonc`, with
 * `disk-bucket.js` in the place of R2. A Palmette server is started if none runs. Ends on a signal, with all that it started.
 *
 * Flags: `--port NUMBER` (default 8787; 0 takes a free one), `--data FOLDER` (default `.wrangler/workerd`) for the bucket and the
 * configuration.
 */
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { findBinary, startServer } from "palmette/server";
import workerd from "workerd";

const { port, data } = parseArgs({
  options: { port: { type: "string", default: "8787" }, data: { type: "string", default: ".wrangler/workerd" } },
}).values;

try {
  const server = await startServer();
  const config = writeConfig(new URL(server.url).host);
  process.exitCode = await run(config);
  await server.stop();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

/**
 * @param {string} palmette Where the server is.
 * @returns {string} The path of the configuration.
 * @throws {Error} If the command fails; it says why itself.
 */
function writeConfig(palmette) {
  const bucket = `${data}/bucket`;
  mkdirSync(bucket, { recursive: true });
  const path = `${data}/config.capnp`;
  const here = (/** @type {string} */ file) => fileURLToPath(new URL(file, import.meta.url));
  const flags = [
    ["--worker", `BUCKET=${here("disk-bucket.js")},disk=${bucket}`],
    ["--palmette", palmette, "--listen", `127.0.0.1:${port}`, "--output", path],
  ];
  const { status } = spawnSync(findBinary(), ["workerd-config", here("../wrangler.jsonc"), ...flags.flat()], {
    stdio: "inherit",
  });
  if (status !== 0) throw new Error("palmette workerd-config failed");
  return path;
}

/**
 * @param {string} config
 * @returns {Promise<number>} The code that workerd ended with; 0 after a signal.
 */
async function run(config) {
  const child = spawn(workerd.default, ["serve", config, "--control-fd=3"], {
    stdio: ["ignore", "inherit", "inherit", "pipe"],
  });
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) process.on(signal, () => child.kill());
  announce(/** @type {import("node:stream").Readable} */ (child.stdio[3]));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => resolve(code ?? 0));
  });
}

/**
 * Prints the address once workerd listens; it says so, as JSON, on the pipe that it was given.
 *
 * @param {import("node:stream").Readable} pipe
 */
async function announce(pipe) {
  for await (const line of createInterface({ input: pipe })) {
    const message = JSON.parse(line);
    if (message.event === "listen") console.log(`Ready on http://127.0.0.1:${message.port}`);
  }
}
