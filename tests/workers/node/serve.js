// Runs `workerd serve`, and before it `palmette workerd-config`, which writes what workerd serves.

import { execFile, spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { findBinary } from "palmette/server";
import workerd from "workerd";

const run = promisify(execFile);

/** Time for workerd to listen, on a slow machine. */
const READY_MS = 60_000;

/**
 * Writes files into a folder.
 *
 * @param {string} folder
 * @param {Record<string, string | Uint8Array | object>} files Contents by name; anything but text and bytes is written as JSON.
 */
export async function writeFiles(folder, files) {
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    const isPlain = typeof content === "string" || content instanceof Uint8Array;
    await writeFile(path, isPlain ? content : JSON.stringify(content));
  }
}

/**
 * Writes the configuration of a Worker for workerd, at any free port.
 *
 * @param {string} folder Where `wrangler.jsonc` is.
 * @param {readonly string[]} flags
 * @returns {Promise<string>} Where the configuration is: in a folder below, so that its paths have a way to go.
 */
export async function workerdConfig(folder, flags = []) {
  const output = join(folder, "build", "config.capnp");
  await mkdir(dirname(output), { recursive: true });
  const args = ["workerd-config", join(folder, "wrangler.jsonc"), "--listen", "127.0.0.1:0", "-o", output, ...flags];
  await run(findBinary(), args);
  return output;
}

/**
 * Bundles a Worker into `dist`, as the messages of `palmette workerd-config` say.
 *
 * @param {string} folder Where `wrangler.jsonc` is.
 */
export async function bundle(folder) {
  const wrangler = fileURLToPath(new URL("bin/wrangler.js", import.meta.resolve("wrangler/package.json")));
  const env = { ...process.env, WRANGLER_SEND_METRICS: "false", CI: "true" };
  await run(process.execPath, [wrangler, "deploy", "--dry-run", "--outdir", "dist"], { cwd: folder, env });
}

/**
 * Serves a configuration.
 *
 * @param {string} config
 * @param {{ flags?: readonly string[], env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<{ urls: Record<string, string>, stop(): Promise<void> }>} Where it listens, by the names of the sockets.
 */
export async function serve(config, { flags = [], env = {} } = {}) {
  const child = spawn(workerd.default, ["serve", config, "--control-fd=3", ...flags], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "inherit", "inherit", "pipe"],
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const stop = async () => {
    child.kill("SIGKILL");
    await ended;
  };
  const timer = setTimeout(() => child.kill("SIGKILL"), READY_MS);
  /** @type {Record<string, string>} */
  const urls = {};
  const lines = createInterface({ input: /** @type {import("node:stream").Readable} */ (child.stdio[3]) });
  for await (const line of lines) {
    const { event, socket, port } = JSON.parse(line);
    if (event === "listen") urls[socket] = `http://127.0.0.1:${port}`;
    // Sockets are told of in order.
    if (socket === "http") break;
  }
  clearTimeout(timer);
  if (!urls.http) throw new Error(`workerd serve ${config} ended before it listened`);
  return { urls, stop };
}
