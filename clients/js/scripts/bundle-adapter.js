// @ts-check
/**
 * Makes one file of the Worker behind the binding, which workerd gets as text: `npm run build` writes it over what `tsc` made.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bundleOne } from "./run-modules.js";

const TARGET = join(import.meta.dirname, "../dist/miniflare/adapter.js");

await writeFile(TARGET, await bundleOne("adapter.js"));
