// @ts-check
/**
 * Bundles what `palmette run` loads into Node processes: `npm run generate -w palmette` writes it to the crate of the program, which
 * carries it. `tests/run/modules.test.js` holds that the committed files are what the sources give.
 */
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";

const PACKAGE = join(import.meta.dirname, "..");

/** Where the files go. */
export const TARGET = join(PACKAGE, "../../crates/cli/src/commands/run/modules");

/** Each file and the module that it is made of. */
const ENTRIES = {
  "preload.mjs": "src/run/preload.ts",
  "plugin.mjs": "src/run/plugin.ts",
  "adapter.js": "src/miniflare/adapter.ts",
  "edge.js": "src/edge/worker.ts",
};

/**
 * The name of what a file exports that is no module, but a script.
 *
 * @type {Record<string, string>}
 */
const GLOBAL_NAMES = { "edge.js": "palmetteEdge" };

/**
 * Bundles them.
 *
 * @returns {Promise<Record<string, string>>} the text of each file
 */
export async function bundle() {
  const names = /** @type {(keyof typeof ENTRIES)[]} */ (Object.keys(ENTRIES));
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await bundleOne(name)])));
}

/**
 * Bundles one of them.
 *
 * @param {keyof typeof ENTRIES} name
 */
export async function bundleOne(name) {
  const entry = ENTRIES[name];
  const { outputFiles } = await build({
    absWorkingDir: PACKAGE,
    entryPoints: [entry],
    bundle: true,
    format: name in GLOBAL_NAMES ? "iife" : "esm",
    globalName: GLOBAL_NAMES[name] ?? "",
    // The oldest Node that is supported; newer than it is what miniflare runs Workers in.
    target: "node20",
    platform: name.endsWith(".mjs") ? "node" : "neutral",
    external: ["cloudflare:workers"],
    charset: "utf8",
    write: false,
    banner: { js: `// Made of clients/js/${entry} by \`npm run generate -w palmette\`; do not edit.` },
  });
  return outputFiles[0]?.text ?? "";
}

/** The files that are there. */
export async function present() {
  return (await readdir(TARGET)).sort();
}

if (process.argv[1] === import.meta.filename) {
  for (const [name, text] of Object.entries(await bundle())) await writeFile(join(TARGET, name), text);
}
