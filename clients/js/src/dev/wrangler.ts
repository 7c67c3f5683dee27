/**
 * `palmette dev`: wrangler's development server with the Images binding of a config, which stays as it is, led to Palmette. Built on
 * `unstable_startWorker` of the project's own wrangler, which takes bindings in place of those of the config.
 */
import { createRequire } from "node:module";
import { join } from "node:path";
import { parseUrl } from "../miniflare/options.cjs";
import { canStartAt } from "../server/address.js";
import { developmentFlags } from "../server/development.js";
import { startServer } from "../server.js";
import { redirect } from "./redirect.js";

/** What `palmette dev` was told, each as in `wrangler dev` but for `server` and `headers`. */
export interface DevOptions {
  config?: string | undefined;
  env?: string | undefined;
  ip?: string | undefined;
  port?: number | undefined;
  inspectorPort?: number | undefined;
  persistTo?: string | undefined;
  logLevel?: string | undefined;
  testScheduled?: boolean | undefined;
  /** URL of the Palmette server. */
  server?: string | undefined;
  /** Headers for requests to it. */
  headers?: Record<string, string> | undefined;
}

/** A Worker that runs. */
export interface DevWorker {
  readonly ready: Promise<void>;
}

/** What is used of wrangler. */
interface Wrangler {
  unstable_readConfig(
    args: { config?: string | undefined; env?: string | undefined },
    options: { hideWarnings: boolean },
  ): { configPath?: string; images?: { binding: string } };
  unstable_startWorker?(input: object): Promise<DevWorker>;
}

/**
 * Starts the Worker of the project in the current folder.
 *
 * @throws if the project has no wrangler or one too old, no config, or no Images binding.
 */
export async function startDev({ config, env, server, headers = {}, ...flags }: DevOptions): Promise<DevWorker> {
  const wrangler = projectWrangler();
  if (wrangler.unstable_startWorker === undefined)
    throw new Error("palmette: this wrangler is too old for `palmette dev`");
  const { configPath, images } = wrangler.unstable_readConfig({ config, env }, { hideWarnings: true });
  if (configPath === undefined) throw new Error("palmette: there is no wrangler config here");
  if (images === undefined) {
    throw new Error(
      `palmette: ${configPath} has no images binding${env === undefined ? "" : ` in its environment ${env}`}`,
    );
  }
  // Before wrangler starts, so that a server that cannot be had ends the command.
  const url = parseUrl(server);
  const start = async () => (await startServer({ url: url.href, args: developmentFlags() })).url;
  const dev = redirect({ url: canStartAt(url) ? await start() : url.href, headers });
  return wrangler.unstable_startWorker({
    config: configPath,
    env,
    bindings: { [images.binding]: { type: "unsafe_images", dev } },
    dev: {
      server: { hostname: flags.ip, port: flags.port },
      inspector: { port: flags.inspectorPort },
      persist: flags.persistTo,
      logLevel: flags.logLevel,
      testScheduled: flags.testScheduled,
    },
  });
}

/** The wrangler that the project in the current folder has. */
function projectWrangler(): Wrangler {
  const require = createRequire(join(process.cwd(), "package.json"));
  try {
    return require("wrangler");
  } catch (cause) {
    throw new Error("palmette: no wrangler in this project; add it with `npm install --save-dev wrangler`", { cause });
  }
}
