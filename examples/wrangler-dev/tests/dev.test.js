// @ts-check
/** Both ways to run the Worker, on a real server that each starts by itself. */
import { dirname } from "node:path";
import test from "node:test";
import { startDev } from "../../testing/dev.js";
import { assertGoldenFrameAt } from "../../testing/golden-frame.js";

const FOLDER = dirname(import.meta.dirname);

for (const script of ["dev", "dev:wrangler"]) {
  test(`npm run ${script}`, async (t) => {
    await assertGoldenFrameAt(await startDev(t, FOLDER, script));
  });
}
