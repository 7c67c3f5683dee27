/**
 * For the config of Vitest. Entry `palmette/vitest`: `palmettePictures` adds golden pictures to any project, and `palmetteImages` is for
 * projects with `@cloudflare/vitest-plugin`, or `@cloudflare/vitest-pool-workers` before it:
 *
 * ```js
 * cloudflareTest({ wrangler: { configPath: "./wrangler.jsonc" }, miniflare: palmetteImages("IMAGES", { start: true }) })
 * ```
 */
import { fileURLToPath } from "node:url";
import { type PluginOptions, type Redirect, redirect } from "./dev/redirect.js";

export type { PluginOptions };

/** Options of miniflare that lead one Images binding to Palmette. */
export type MiniflareImages = {
  images: { binding: string };
  unsafeBindings: ({ name: string; type: string } & Redirect)[];
};

/**
 * Makes miniflare options, to be merged with others, by which the Images binding of the wrangler config, which stays as it is, leads to
 * Palmette. The stand-in of miniflare would win under the same name and cannot be taken away here, so it moves to `<binding>_STAND_IN`.
 *
 * @param binding name of the binding, as in the wrangler config
 * @param options where the server is; default: `PALMETTE_URL`, then `http://127.0.0.1:9901`
 * @throws if the binding has no name, or if an option is unknown or wrong
 */
export function palmetteImages(binding: string, options: PluginOptions = {}): MiniflareImages {
  if (typeof binding !== "string" || binding === "")
    throw new TypeError(`palmette: the name of a binding is needed, such as "IMAGES", not ${JSON.stringify(binding)}`);
  return {
    images: { binding: `${binding}_STAND_IN` },
    unsafeBindings: [{ name: binding, type: "images", ...redirect(options) }],
  };
}

/** What Vite takes as a plugin, as far as it is used here. */
export type PicturesPlugin = {
  name: string;
  config(): { test: { setupFiles: string[]; globalSetup: string[] } };
};

/**
 * Makes the plugin that adds `expect(picture).toMatchPicture(name)` to the tests of a project, in Node and in workerd:
 *
 * ```js
 * export default defineConfig({ plugins: [palmettePictures()] });
 * ```
 */
export function palmettePictures(): PicturesPlugin {
  const file = (name: string) => fileURLToPath(new URL(`./vitest/${name}.js`, import.meta.url));
  return {
    name: "palmette-pictures",
    config: () => ({ test: { setupFiles: [file("matchers")], globalSetup: [file("global-setup")] } }),
  };
}
