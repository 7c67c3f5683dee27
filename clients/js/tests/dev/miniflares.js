// @ts-check
/**
 * Every miniflare of this workspace, each as it is found by the package that brings it: 4, and 5 in several betas.
 */
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** Who brings one. */
const BRINGERS = ["wrangler", "@cloudflare/vite-plugin", "@cloudflare/vitest-plugin"];

/**
 * Options of a Worker, as miniflare 4 has them.
 *
 * @typedef {object} Options
 * @property {string} script An ES module
 * @property {Record<string, object>} bindings Options of the plugin by the name of the binding
 * @property {string} [date] Its compatibility date
 * @property {object} [more] More options
 */

/** All of them, loaded. */
export const MINIFLARES = [
  require.resolve("miniflare"),
  require.resolve("miniflare-5"),
  ...BRINGERS.map((name) => createRequire(import.meta.resolve(name)).resolve("miniflare")),
].map((file) => {
  const { version } = createRequire(file)("../../package.json");
  return { name: `miniflare ${version}`, version, exports: require(file) };
});

/**
 * Options for this miniflare.
 *
 * @param {(typeof MINIFLARES)[number]} miniflare
 * @param {Options} options
 */
export function optionsFor({ exports }, { script, bindings, date = "2026-04-01", more }) {
  const plugin = { package: "palmette/miniflare", name: "palmette" };
  const v4 = {
    modules: true,
    script,
    compatibilityDate: date,
    cf: false,
    ...more,
    unsafeBindings: Object.entries(bindings).map(([name, options]) => ({ name, type: "images", plugin, options })),
  };
  return exports.convertV4MiniflareOptions?.(v4) ?? v4;
}

/**
 * Runs a Worker in this miniflare, until the test ends.
 *
 * @param {import("node:test").TestContext} t
 * @param {(typeof MINIFLARES)[number]} miniflare
 * @param {Options} options
 */
export async function run(t, miniflare, options) {
  const instance = new miniflare.exports.Miniflare(optionsFor(miniflare, options));
  t.after(() => instance.dispose());
  await instance.ready;
  return instance;
}
