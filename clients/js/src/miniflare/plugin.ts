/**
 * The plugin as configs name it. Miniflare, and so `wrangler dev`, Vite, Vitest and `getPlatformProxy`, loads it by the names in a
 * config, and a server is started if the options say so:
 *
 * ```jsonc
 * { "name": "IMAGES", "type": "images", "dev": { "plugin": { "package": "palmette/miniflare", "name": "palmette" }, "options": {} } }
 * ```
 *
 * The process that loads it answers `fetch` with `cf.image` and image URLs, too (`../edge`), by the server of the first binding; unless
 * `palmette run` does that already.
 */
import { readFileSync } from "node:fs";
import { claim } from "../edge/claim.js";
import { interceptFetch, interceptServers } from "../edge/node.js";
import type { Server } from "../edge/resize.js";
import { extendWorkers } from "../edge/workers.js";
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

/** The server of the first binding; a config that is loaded again may name another. */
let first: Server | undefined;

if (claim()) {
  const locate = () => first;
  extendWorkers(readFileSync(new URL("../edge/worker.js", import.meta.url), "utf8"), locate);
  interceptServers(locate);
  interceptFetch(locate);
}

/** What miniflare looks for in a package of plugins: each by its name. */
export const plugins: Record<typeof NAME, ImagesPlugin> = {
  [NAME]: imagesPlugin(
    async ({ start: starts, url }) => (starts ? new URL(await start(url.href)) : url),
    (server) => {
      first = server;
    },
  ),
};
