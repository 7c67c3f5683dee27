// The servers that the cases talk to.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startServer } from "palmette/server";

/** Any free port, so that nothing that runs already is talked to by mistake. */
const FREE = "http://127.0.0.1:0";

/** The wire is what is tested here; that engines make the same pixels is tested elsewhere. */
const CPU = ["--engine", "cpu"];

/** Settings with which errors of a server without room or time can be reached; `cases/wrong-sources.js` knows them. */
const TIGHT = ["--timeout-ms", "3000", "--max-body-bytes", "1000000", "--max-side-px", "20000"];

/** One of those errors is the server's own fault, which it logs; it is wanted here. */
const QUIET = { ...process.env, PALMETTE_LOG_FILTER: "off" };

/**
 * Starts a server that hosts pictures, and one with hardly any room and time, which hosts none.
 */
export async function startServers() {
  const folder = await mkdtemp(join(tmpdir(), "palmette-cases-"));
  const [palmette, tight] = await Promise.all([
    startServer({ url: FREE, args: [...CPU, "--hosted", join(folder, "store")] }),
    startServer({ url: FREE, args: [...CPU, ...TIGHT], env: QUIET }),
  ]);
  return {
    palmette: palmette.url,
    tight: tight.url,
    async stop() {
      await Promise.all([palmette.stop(), tight.stop()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** @typedef {Awaited<ReturnType<typeof startServers>>} Servers */
