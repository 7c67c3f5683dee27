// @ts-check
/** A Palmette server of its own for a test: the binary of `PALMETTE_BINARY`, on a free port of this machine. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/**
 * Starts `palmette serve` and waits until it listens.
 *
 * @param {string[]} [flags] More flags of `serve`.
 * @returns {Promise<{ url: string, stop: () => Promise<void> }>} Its address without a slash at the end, and how to end it.
 * @throws {Error} If `PALMETTE_BINARY` is not set, or the server ends instead of listening.
 */
export async function startServer(flags = []) {
  const binary = process.env.PALMETTE_BINARY;
  if (!binary) throw new Error("PALMETTE_BINARY is not set: cargo build -p palmette-cli makes target/debug/palmette");
  const child = spawn(binary, ["serve", "--listen", "127.0.0.1:0", ...flags], { stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(child, "close");
  // A test that is cut short leaves no server behind.
  process.once("exit", () => child.kill());
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text) => {
    log += text;
  });
  for await (const line of createInterface(child.stdout)) {
    const url = line.match(/^listening on (http:\S+)$/)?.[1];
    if (!url) continue;
    child.stdout.resume();
    return {
      url,
      async stop() {
        child.kill();
        await ended;
      },
    };
  }
  throw new Error(`the server did not start:\n${log}`);
}
