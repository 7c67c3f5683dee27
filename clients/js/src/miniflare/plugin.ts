/**
 * The plugin as configs name it. Miniflare, and so `wrangler dev`, Vite, Vitest and `getPlatformProxy`, loads it by the names in a
 * config, and a server is started if the options say so:
 *
 * ```jsonc
 * { "name": "IMAGES", "type": "images", "dev": { "plugin": { "package": "palmette/miniflare", "name": "palmette" }, "options": {} } }
 * ```
 */
import { developmentFlags } from "../server/development.js";
import { startServer } from "../server.js";
import { type ImagesPlugin, imagesPlugin, NAME } from "./images-plugin.js";
import type { PluginOptions } from "./options.js";

export type { PluginOptions };

/** Addresses of servers by the URL that was asked for: with port 0 they differ. */
const started = new Map<string, Promise<string>>();

/**
 * Starts a server at `url` if none runs, and says where it is. Miniflare asks again whenever it reloads a config: the answer stays, and
 * a server that has died meanwhile is replaced.
 */
function start(url: string): Promise<string> {
  const before = started.get(url)?.catch(() => url) ?? Promise.resolve(url);
  const now = before.then(async (known) => (await startServer({ url: known, args: developmentFlags() })).url);
  started.set(url, now);
  return now;
}

/** What miniflare looks for in a package of plugins: each by its name. */
export const plugins: Record<typeof NAME, ImagesPlugin> = {
  [NAME]: imagesPlugin(async (options) => (options.start ? new URL(await start(options.url.href)) : options.url)),
};
