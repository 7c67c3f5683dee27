// The servers that are asked: one with the models that `scripts/models` gets, and one without. Both host pictures.

import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startServer } from "palmette/server";

const MODELS = join(import.meta.dirname, "..", "..", "..", "target", "models");

/** Starts them. */
export async function startServers() {
  if (!existsSync(join(MODELS, "stamp"))) throw new Error(`there are no models in ${MODELS}: run scripts/models`);
  const folder = await mkdtemp(join(tmpdir(), "palmette-fidelity-"));
  const start = (/** @type {string} */ models) => {
    const args = ["--engine", "cpu", "--models", models, "--hosted", join(folder, "store")];
    return startServer({ url: "http://127.0.0.1:0", args });
  };
  const [full, bare] = [await start(MODELS), await start("none")];
  return {
    full,
    bare,
    async stop() {
      await Promise.all([full.stop(), bare.stop()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
