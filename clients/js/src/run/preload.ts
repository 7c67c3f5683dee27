/**
 * What `palmette run` loads into every Node process of its command (`NODE_OPTIONS="--import=file:///…/preload.mjs"`): each miniflare
 * sends the requests of its Images bindings to the server of `palmette run`, with no configuration changed, and so do `fetch` with
 * `cf.image` and image URLs (`../edge`).
 *
 * This file, `plugin.ts` and the Workers become files without imports, which the program `palmette` carries and writes to a cache folder. Most
 * processes never load miniflare, so little is done at the start, and no failure of it ends a process: it is reported.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { claim } from "../edge/claim.js";
import { interceptFetch, interceptServers } from "../edge/node.js";
import { extendWorkers, missing } from "../edge/workers.js";
import { watch } from "./hook.js";
import { reporter } from "./report.js";
import { rewrite } from "./rewrite.js";
import { readSettings } from "./settings.js";
import { wrap } from "./wrap.js";

/** The major versions whose options `rewrite.ts` knows. */
const KNOWN_VERSIONS = /^[45]\./;

const settings = readSettings();
if (settings !== undefined) {
  const { url, headers } = settings;
  const report = reporter(settings.report);
  const redirect = {
    plugin: { package: fileURLToPath(new URL("plugin.mjs", import.meta.url)), name: "palmette" },
    options: { url, headers },
  };
  report({ event: "node", version: process.version });
  const locate = () => ({ url, headers });
  // Before the plugin that a configuration may name.
  claim();
  extendWorkers(readFileSync(new URL("edge.js", import.meta.url), "utf8"), locate);
  interceptServers(locate);
  let isApp = false;
  watch(({ version, file, module }) => {
    // Only a process with miniflare runs the code of an app.
    if (!isApp) interceptFetch(locate);
    isApp = true;
    for (const what of missing(file)) {
      report({ event: "warning", text: `miniflare ${version} has no place for ${what}: these do not reach Palmette` });
    }
    try {
      module.exports = wrap(module.exports, (given) => {
        const { options, found } = rewrite(given, redirect);
        for (const binding of found) report({ event: "binding", ...binding });
        return options;
      });
      report({ event: "miniflare", version });
      if (!KNOWN_VERSIONS.test(version)) {
        report({ event: "warning", text: `miniflare ${version} is unknown to this palmette, which knows 4 and 5` });
      }
    } catch (error) {
      const { message } = error as Error;
      const text = `miniflare ${version} ${message}; its Images bindings stay with its stand-in (wrangler 4.86 and later work)`;
      report({ event: "warning", text });
    }
  });
}
