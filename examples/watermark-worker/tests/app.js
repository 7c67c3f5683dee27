// @ts-check
/** Starts the app as its README says, with a folder and a Palmette server of its own. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("..", import.meta.url));

/** How long both servers may take to start, on a machine that has much else to do. */
const START_MS = 60_000;

/**
 * @typedef {object} App
 * @property {string} url Where it is, without a slash at the end.
 * @property {string} palmette Where the Palmette server is that it started.
 * @property {() => Promise<void>} stop Ends it with everything that it started.
 */

/**
 * Runs one of the scripts of `package.json` and waits until the app is there.
 *
 * @param {"start" | "start:workerd"} script
 * @returns {Promise<App>}
 */
export async function startApp(script) {
  const folder = mkdtempSync(join(tmpdir(), "watermark-"));
  const palmette = `http://127.0.0.1:${await freePort()}`;
  const data = script === "start" ? "--persist-to" : "--data";
  const child = spawn("npm", ["run", "--silent", script, "--", "--port", "0", data, folder], {
    cwd: FOLDER,
    env: {
      ...process.env,
      PALMETTE_URL: palmette,
      WRANGLER_SEND_METRICS: "false",
      CLOUDFLARE_CF_FETCH_ENABLED: "false",
    },
    stdio: ["ignore", "pipe", "pipe"],
    // A process group of its own, so that npm, the app, workerd and the server end together.
    detached: true,
  });
  const end = (/** @type {NodeJS.Signals} */ signal) => child.pid !== undefined && tryKill(-child.pid, signal);
  process.once("exit", () => end("SIGKILL"));
  const closed = once(child, "close");

  const url = await readyUrl(child);
  return {
    url,
    palmette,
    async stop() {
      end("SIGTERM");
      const late = setTimeout(() => end("SIGKILL"), 5000);
      await closed;
      clearTimeout(late);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/**
 * @param {import("node:child_process").ChildProcessByStdio<null, import("node:stream").Readable, import("node:stream").Readable>} child
 * @returns {Promise<string>} The address that the app prints when it is ready.
 */
function readyUrl(child) {
  return new Promise((resolve, reject) => {
    let log = "";
    const fail = (/** @type {string} */ why) => {
      clearTimeout(late);
      reject(new Error(`the app ${why}:\n${log}`));
    };
    const late = setTimeout(() => fail("did not start in time"), START_MS);
    child.once("close", () => fail("ended"));
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => {
        log += text;
        const url = log.match(/Ready on (http:\/\/\S+)/)?.[1];
        if (url === undefined) return;
        clearTimeout(late);
        resolve(url);
      });
    }
  });
}

/** @returns {Promise<number>} */
async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert(typeof address === "object" && address !== null);
  server.close();
  return address.port;
}

/**
 * @param {number} pid
 * @param {NodeJS.Signals} signal
 */
function tryKill(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== "ESRCH") throw error;
  }
}
