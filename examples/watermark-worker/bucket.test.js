// @ts-check
/** Tests that the bucket on disk does what R2 does: the same calls go to it, in workerd, and to wrangler's R2. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import workerd from "workerd";
import { getPlatformProxy } from "wrangler";
import { calls } from "./tests/bucket-calls.js";

test("the bucket on disk", { timeout: 60_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "bucket-"));
  const config = fileURLToPath(new URL("tests/bucket.capnp", import.meta.url));
  try {
    await promisify(execFile)(workerd.default, ["test", "--directory-path", `disk=${folder}`, config]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("R2, as wrangler runs it", { timeout: 60_000 }, async (context) => {
  const configPath = fileURLToPath(new URL("wrangler.jsonc", import.meta.url));
  const { env, dispose } = await getPlatformProxy({ configPath, persist: false });
  try {
    for (const [name, call] of Object.entries(calls))
      await context.test(name, () => call(/** @type {R2Bucket} */ (env.BUCKET)));
  } finally {
    await dispose();
  }
});
