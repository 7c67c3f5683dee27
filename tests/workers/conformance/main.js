// Collects the answers of every way, and puts the scores into docs/conformance.md.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { insert } from "../fidelity/table.js";
import { collect, conformance, PAGE, WAYS } from "./measure.js";
import { table } from "./table.js";

const folder = await mkdtemp(join(tmpdir(), "palmette-conformance-"));
const reports = [];
for (const [key, way] of Object.entries(WAYS)) {
  await collect(way, join(folder, key));
  reports.push(JSON.parse((await conformance(join(folder, key), ["--json"])).stdout));
}
const names = Object.values(WAYS).map(({ name }) => name);
await writeFile(PAGE, insert(await readFile(PAGE, "utf8"), table(names, reports), "conformance"));
await rm(folder, { recursive: true });
