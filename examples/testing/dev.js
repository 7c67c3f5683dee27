// @ts-check
/**
 * Runs an example's development server as its README says, by npm, and stops it.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";

/** Time until a development server must be there; machines that test are slow. */
const READY_MS = 120_000;

/** Environment of an example: a server of Palmette for each run, at a free port, and nothing that asks the internet. */
export const ENV = {
  PALMETTE_URL: "http://127.0.0.1:0",
  WRANGLER_SEND_METRICS: "false",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  NO_COLOR: "1",
  CI: "1",
};

/**
 * Starts `npm run <script>` at a free port, waits until it says where it listens, and stops it after the test.
 *
 * @param {import("node:test").TestContext} t
 * @param {string} folder The example
 * @param {string} script
 * @returns {Promise<string>} its URL
 */
export async function startDev(t, folder, script) {
  const child = spawn("npm", ["run", script, "--", "--port", "0"], {
    cwd: folder,
    env: { ...process.env, ...ENV },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const closed = once(child, "close");
  t.after(() => stop(child, closed));

  let log = "";
  /** @type {Promise<string>} */
  const url = new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => {
        log += text;
        const found = /(?:Ready on|Local:) +(http:\S+)/.exec(log)?.[1];
        if (found !== undefined) resolve(found);
      });
    }
    closed.then(() => reject(new Error(`npm run ${script} ended:\n${log}`)), reject);
    setTimeout(() => reject(new Error(`npm run ${script} is not ready:\n${log}`)), READY_MS).unref();
  });
  return url;
}

/**
 * Ends npm and all that it started.
 *
 * @param {import("node:child_process").ChildProcess} child
 * @param {Promise<unknown>} closed
 */
async function stop(child, closed) {
  const signal = (/** @type {NodeJS.Signals} */ name) => {
    try {
      process.kill(-Number(child.pid), name);
    } catch {
      // It is gone already.
    }
  };
  signal("SIGTERM");
  const kill = setTimeout(() => signal("SIGKILL"), 20_000);
  await closed;
  clearTimeout(kill);
}
