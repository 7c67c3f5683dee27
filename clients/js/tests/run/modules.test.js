// @ts-check
/** The modules that the program carries are what their sources give. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { bundle, present, TARGET } from "../../scripts/run-modules.js";

test("the modules of palmette run are made of their sources: npm run generate -w palmette", async () => {
  const texts = await bundle();
  assert.deepEqual(await present(), Object.keys(texts).sort());
  for (const [name, text] of Object.entries(texts)) {
    assert.ok((await readFile(join(TARGET, name), "utf8")) === text, `${name} is out of date`);
  }
});
