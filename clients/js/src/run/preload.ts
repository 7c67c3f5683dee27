/**
 * What `palmette run` loads into every Node process of its command (`NODE_OPTIONS="--import=file:///…/preload.mjs"`): each miniflare
 * sends the requests of its Images bindings to the server of `palmette run`, with no configuration changed.
 *
 * This file and `plugin.ts` become two files without imports, which the program `palmette` carries and writes to a cache folder. Most
 * processes never load miniflare, so little is done at the start, and no failure of it ends a process: it is reported.
 */
import { fileURLToPath } from "node:url";
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
  watch(({ version, module }) => {
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
