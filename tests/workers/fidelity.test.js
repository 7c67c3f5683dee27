// Is the table of docs/fidelity.md, "option × {miniflare's stand-in, Palmette}", true today?

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { measure } from "./fidelity/measure.js";
import { PROBES } from "./fidelity/probes.js";
import { optionIn } from "./fidelity/request.js";
import { startServers } from "./fidelity/servers.js";
import { insert, table } from "./fidelity/table.js";
import { listOptions } from "./node/options.js";

/** What needs a model. */
const MODELS = [
  "transform.upscale=generate",
  "transform.gravity=face",
  "transform.zoom=0.9",
  "transform.segment=foreground",
];

const PAGE = join(import.meta.dirname, "..", "..", "docs", "fidelity.md");

/** @type {Awaited<ReturnType<typeof startServers>>} */
let servers;
/** @type {Awaited<ReturnType<typeof measure>>} */
let measured;

before(async () => {
  servers = await startServers();
  measured = await measure(servers.full.url, servers.bare.url);
});

after(() => servers?.stop());

/** @param {import("./fidelity/measure.js").Question} question */
const nameOf = ({ name, value }) => (value === undefined ? name : `${name}=${value}`);

test("there is a probe for every option that the server knows, and for every value that is one of a few", async () => {
  const options = await listOptions(servers.full.url);
  const probed = new Set(PROBES.map(({ path }) => path));
  assert.deepEqual([...probed].sort(), options.map(({ path }) => path).sort());
  const values = new Set(PROBES.map(({ path, request }) => `${path}=${optionIn(request, path)}`));
  const choices = options.flatMap(({ path, choices }) => choices.map((choice) => `${path}=${choice}`));
  assert.deepEqual(
    choices.filter((choice) => !values.has(choice)),
    [],
  );
});

test("Palmette honours everything, and refuses what needs a model if it has none", () => {
  for (const [column, missing] of [
    ["Palmette", []],
    ["Palmette without models", MODELS],
  ]) {
    const at = measured.columns.indexOf(String(column));
    const others = measured.rows.filter(({ verdicts }) => verdicts[at] !== "yes");
    assert.deepEqual(others.map(({ question }) => nameOf(question)).sort(), [...missing].sort());
    assert(others.every(({ verdicts }) => verdicts[at].startsWith("error")));
  }
});

test("a stand-in honours and ignores, so the probes can tell the two apart", () => {
  for (const at of [0, 1]) {
    const verdicts = measured.rows.map(({ verdicts }) => verdicts[at]);
    for (const verdict of ["yes", "ignored"]) assert(verdicts.filter((one) => one === verdict).length > 10, verdict);
  }
});

test("the table of the page is what was measured; `npm run fidelity -w palmette-tests-workers` writes it", async () => {
  const page = await readFile(PAGE, "utf8");
  assert.equal(page, insert(page, table(measured)));
});
