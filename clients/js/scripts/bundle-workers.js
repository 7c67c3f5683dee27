// @ts-check
/**
 * Makes one file of each Worker that workerd gets as text: `npm run build` writes them over what `tsc` made.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bundleOne } from "./run-modules.js";

const TARGET = join(import.meta.dirname, "../dist");

await writeFile(join(TARGET, "miniflare/adapter.js"), await bundleOne("adapter.js"));
await writeFile(join(TARGET, "edge/worker.js"), await bundleOne("edge.js"));
