/**
 * What a tool is to be told so that an Images binding goes through our plugin: the part that wrangler, Vite and Vitest share.
 */
import { fileURLToPath } from "node:url";
import { parseOptions } from "../miniflare/options.js";
import type { PluginOptions } from "../miniflare/plugin.js";

export type { PluginOptions };

/** How miniflare finds a plugin. */
export interface Redirect {
  plugin: { package: string; name: string };
  /** {@link PluginOptions}, those that are set. */
  options: Record<string, string | boolean | Record<string, string>>;
}

/**
 * The plugin with these options. It is named by its file, which is found however packages are laid out on disk. By the name
 * `palmette/miniflare`, miniflare finds it only where it could `require` it itself: not in a workspace of pnpm without hoisting.
 *
 * @throws if an option is unknown or wrong.
 */
export function redirect(options: PluginOptions): Redirect {
  parseOptions("IMAGES", options);
  const plugin = { package: fileURLToPath(new URL("../miniflare/plugin.js", import.meta.url)), name: "palmette" };
  return { plugin, options: Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) };
}
