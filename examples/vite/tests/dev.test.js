// @ts-check
/** The Worker in Vite, on a real server that it starts by itself; and a build, in which nothing of it may be left. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import test from "node:test";
import { promisify } from "node:util";
import { ENV, startDev } from "../../testing/dev.js";
import { assertGoldenFrameAt } from "../../testing/golden-frame.js";

const FOLDER = dirname(import.meta.dirname);

test("npm run dev", async (t) => {
  await assertGoldenFrameAt(await startDev(t, FOLDER, "dev"));
});

test("npm run build leaves the binding as it is", async (t) => {
  const target = await mkdtemp(join(tmpdir(), "palmette-"));
  t.after(() => rm(target, { recursive: true }));
  await promisify(execFile)("npm", ["run", "build", "--", "--outDir", target], {
    cwd: FOLDER,
    env: { ...process.env, ...ENV },
  });
  const config = JSON.parse(await readFile(join(target, "example_vite", "wrangler.json"), "utf8"));
  assert.deepEqual(config.images, { binding: "IMAGES" });
  assert.deepEqual(config.unsafe ?? {}, {});
});
