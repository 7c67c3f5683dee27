/**
 * For projects with `@cloudflare/vitest-plugin`, or `@cloudflare/vitest-pool-workers` before it. Entry `palmette/vitest`:
 *
 * ```js
 * cloudflareTest({ wrangler: { configPath: "./wrangler.jsonc" }, miniflare: palmetteImages("IMAGES", { start: true }) })
 * ```
 */
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
