// Runs `workerd test` and reads what it prints.

import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import workerd from "workerd";

/** @typedef {import("../kit/run.js").Result} Result */

/** After so long, workerd is stopped: something hangs. */
const TIMEOUT_MS = 100_000;

/**
 * Runs the cases of a config.
 *
 * @param {string} config Path of the capnp file.
 * @param {Record<string, string>} services URLs of its external services, by name.
 * @returns {Promise<Result[]>}
 */
export async function workerdTest(config, services) {
  const addresses = Object.entries(services).flatMap(([name, url]) => ["-e", `${name}=${new URL(url).host}`]);
  const child = spawn(workerd.default, ["test", config, ...addresses], { stdio: ["ignore", "pipe", "pipe"] });
  const timer = setTimeout(() => child.kill("SIGKILL"), TIMEOUT_MS);
  const [output, log] = await Promise.all([text(child.stdout), text(child.stderr)]);
  clearTimeout(timer);
  const lines = output.split("\n").filter((line) => line.startsWith("{"));
  if (lines.length === 0) throw new Error(`workerd test ran no case:\n${log}`);
  return lines.map((line) => JSON.parse(line));
}
