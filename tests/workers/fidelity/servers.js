// The servers that are asked: one with the models that `scripts/models` gets, and one without.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { startServer } from "palmette/server";

const MODELS = join(import.meta.dirname, "..", "..", "..", "target", "models");

/** @returns {Promise<{full: import("palmette/server").Server, bare: import("palmette/server").Server}>} */
export async function startServers() {
  if (!existsSync(join(MODELS, "stamp"))) throw new Error(`there are no models in ${MODELS}: run scripts/models`);
  const start = (/** @type {string} */ models) =>
    startServer({ url: "http://127.0.0.1:0", args: ["--engine", "cpu", "--models", models] });
  return { full: await start(MODELS), bare: await start("none") };
}
