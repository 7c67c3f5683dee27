// The conformance kit from end to end: the probe Worker, its collector and `palmette conformance`. Palmette must agree with itself in
// everything, what is changed on purpose must be found, and the scores on the page must be true.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { findBinary } from "palmette/server";
import { collect, conformance, PAGE, WAYS } from "./conformance/measure.js";
import { table } from "./conformance/table.js";
import { insert } from "./fidelity/table.js";
import { Picture, plain } from "./kit/picture.js";
import { png } from "./kit/png.js";

/** @typedef {{id: string, verdict: string, score: number | null, share?: number, levels?: number, ours?: string, theirs?: string}} Row */

/** @type {string} */
let folder;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "palmette-conformance-"));
  for (const [key, way] of Object.entries(WAYS)) await collect(way, join(folder, key));
});

after(() => rm(folder, { recursive: true, force: true }));

/** @param {string} name @returns {Promise<{groups: import("./conformance/table.js").Group[], score: number, probes: Row[]}>} */
const report = async (name) => JSON.parse((await conformance(join(folder, name), ["--json"])).stdout);

test("Palmette agrees with itself in every probe that needs no model", async () => {
  const { stdout, status } = await conformance(join(folder, "palmette"), ["--json"]);
  /** @type {{probes: Row[], score: number}} */
  const { probes, score } = JSON.parse(stdout);
  assert.deepEqual(
    probes.filter(({ verdict }) => verdict !== "equal" && verdict !== "skipped"),
    [],
  );
  const skipped = probes.filter(({ verdict }) => verdict === "skipped").map(({ id }) => id);
  assert.ok(skipped.length > 0 && skipped.length < 25 && skipped.every((id) => /zoom|segment|face|generate/.test(id)));
  assert.deepEqual([status, score], [0, 100]);
});

test("the stand-in is told apart, so the scores mean something", async () => {
  const { score, probes } = await report("standIn5");
  assert.ok(score > 10 && score < 70, `${score}`);
  for (const verdict of ["equal", "pixels", "other"]) {
    assert.ok(probes.filter((row) => row.verdict === verdict).length > 20, verdict);
  }
});

test("what is changed on purpose is found, and nothing else", async () => {
  const changed = join(folder, "changed");
  await cp(join(folder, "palmette"), changed, { recursive: true });
  const results = join(changed, "results");
  const rgba = join(folder, "pixels.rgba");
  /** @param {string} id @param {(picture: Picture) => void} change */
  const repaint = async (id, change) => {
    const file = join(results, `${id}.png`);
    execFileSync(findBinary(), ["transform", file, "-o", rgba]);
    const { width, height } = JSON.parse(execFileSync(findBinary(), ["info", file], { encoding: "utf8" }));
    const picture = new Picture(width, height, new Uint8Array(await readFile(rgba)));
    change(picture);
    await writeFile(file, png(picture));
  };
  await repaint("transform.flip-h-letter", ({ data }) => {
    data[4] ^= 1;
  });
  await repaint("transform.flip-v-letter", ({ data }) => {
    data[4] ^= 32;
  });
  await writeFile(join(results, "transform.rotate-90-letter.png"), png(plain(9, 8, [1, 2, 3])));
  await writeFile(join(results, "transform.rotate-45-letter.json"), JSON.stringify({ code: 9402, message: "" }));
  await rm(join(results, "transform.rotate-180-soft.json"));
  const diff = join(folder, "diff");
  const { stdout, status } = await conformance(changed, ["--json", "--diff", diff]);
  /** @type {{probes: Row[]}} */
  const { probes } = JSON.parse(stdout);
  const found = probes.filter(({ verdict }) => verdict !== "equal" && verdict !== "skipped");
  assert.deepEqual(
    found.map(({ id, verdict, levels, ours, theirs }) => [id, verdict, levels, ours, theirs]),
    [
      ["transform.flip-h-letter", "rounding", 1, undefined, undefined],
      ["transform.flip-v-letter", "pixels", 32, undefined, undefined],
      ["transform.rotate-90-letter", "other", undefined, "60×90", "9×8"],
      ["transform.rotate-180-soft", "missing", undefined, undefined, undefined],
      ["transform.rotate-45-letter", "other", undefined, "error 9401", "error 9402"],
    ],
  );
  assert.ok(Math.abs((found[1].share ?? 0) - 1 / (90 * 60)) < 1e-9);
  assert.equal(status, 1);
  const strip = JSON.parse(
    execFileSync(findBinary(), ["info", join(diff, "transform.flip-v-letter.png")], { encoding: "utf8" }),
  );
  assert.deepEqual([strip.width, strip.height], [3 * 90 + 8, 60]);
});

test("a folder that is no kit, and names that lead out of it, are refused", async () => {
  const refused = async (/** @type {string} */ name, /** @type {RegExp} */ says) => {
    await assert.rejects(conformance(join(folder, name)), (/** @type {any} */ error) => {
      assert.equal(error.code, 65);
      assert.match(error.stderr, says);
      return true;
    });
  };
  await refused("nothing", /nothing: has no probes\.json; examples\/probe/);
  const changed = join(folder, "leading-out");
  await cp(join(folder, "palmette"), changed, { recursive: true });
  const answer = { type: "image/png", file: "../../palmette/about.json" };
  await writeFile(join(changed, "results", "transform.flip-h-letter.json"), JSON.stringify(answer));
  await refused("leading-out", /about\.json: not the name of a file in the folder of results/);
});

test("tables in Markdown and text have a row for every group", async () => {
  const { groups } = await report("palmette");
  for (const flags of [["--markdown"], []]) {
    const { stdout } = await conformance(join(folder, "palmette"), flags);
    for (const { about } of groups) assert.ok(stdout.includes(about), about);
    assert.match(stdout, /options 100\.0, rules 100\.0, open questions 100\.0/);
  }
});

test("the scores of the page are what was measured; `npm run conformance -w palmette-tests-workers` writes them", async () => {
  const page = await readFile(PAGE, "utf8");
  const reports = await Promise.all(Object.keys(WAYS).map(report));
  const names = Object.values(WAYS).map(({ name }) => name);
  assert.equal(page, insert(page, table(names, reports), "conformance"));
});
