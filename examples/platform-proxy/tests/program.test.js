// @ts-check
/** The program, run as its README says, on a real server that it starts by itself. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import test from "node:test";
import { promisify } from "node:util";
import { ENV } from "../../testing/dev.js";
import { assertGoldenFrame, sent } from "../../testing/golden-frame.js";

test("npm start without pictures says what it wants", async () => {
  const run = promisify(execFile)("npm", ["start"], { cwd: dirname(import.meta.dirname), timeout: 60_000 });
  await assert.rejects(run, { code: 64, stderr: /usage: npm start -- IN OUT\.png/ });
});

test("npm start IN OUT", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "palmette-"));
  t.after(() => rm(folder, { recursive: true }));
  const [source, target] = [join(folder, "in.png"), join(folder, "out.png")];
  await writeFile(source, sent);
  const cwd = dirname(import.meta.dirname);
  await promisify(execFile)("npm", ["start", "--", source, target], {
    cwd,
    env: { ...process.env, ...ENV },
    timeout: 120_000,
  });
  assertGoldenFrame(await readFile(target));
});
