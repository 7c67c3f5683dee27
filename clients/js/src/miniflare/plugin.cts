/**
 * A plugin for miniflare, 4 (from 4.20260426) and 5: bindings of its kind are the real Images binding of workerd
 * (`cloudflare-internal:images-api`), whose requests go to a Palmette server in place of miniflare's stand-in. Miniflare, and so
 * `wrangler dev`, Vite, Vitest and `getPlatformProxy`, loads it by the names in a config:
 *
 * ```jsonc
 * { "name": "IMAGES", "type": "images", "dev": { "plugin": { "package": "palmette/miniflare", "name": "palmette" }, "options": {} } }
 * ```
 *
 * Between binding and server sits a small Worker, `adapter.js`, which says in plain words what the binding alone would not.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { proxyNodeBinding } from "./caller.cjs";
import { type Options, type PluginOptions, parseOptions } from "./options.cjs";

export type { PluginOptions };

/** Name of the plugin, in configs and in the names of its services. */
const NAME = "palmette";

/** A binding of this plugin as miniflare 4 hands it over. */
interface BindingV4 {
  name: string;
  options?: unknown;
}

/** What miniflare hands to a plugin: 4 its own bindings of a Worker, or nothing; 5 the whole Worker. */
type WorkerOptions =
  | BindingV4[]
  | undefined
  | { config: { env?: Record<string, { dev?: { plugin?: { name: string }; options?: unknown } }> } };

/** A binding and where it leads. */
interface Binding {
  readonly name: string;
  readonly options: Options;
  /** Name of the adapter's service: equal for bindings that lead to the same place. */
  readonly service: string;
}

function bindingsOf(worker: WorkerOptions): Binding[] {
  const found: BindingV4[] = Array.isArray(worker)
    ? worker
    : Object.entries(worker?.config.env ?? {})
        .filter(([, { dev }]) => dev?.plugin?.name === NAME)
        .map(([name, { dev }]) => ({ name, options: dev?.options }));
  return found.map(({ name, options: raw }) => {
    const options = parseOptions(name, raw);
    const id = createHash("sha256").update(JSON.stringify(options)).digest("hex").slice(0, 12);
    return { name, options, service: `${NAME}:${id}` };
  });
}

/** Addresses of servers by the URL that was asked for: with port 0 they differ. */
const started = new Map<string, Promise<string>>();

/**
 * Starts a server at `url` if none runs, and says where it is. Miniflare asks again whenever it reloads a config: the answer stays, and
 * a server that has died meanwhile is replaced.
 */
function start(url: string): Promise<string> {
  const before = started.get(url)?.catch(() => url) ?? Promise.resolve(url);
  const now = before.then(async (known) => {
    const { startServer } = await import("../server.js");
    const { developmentFlags } = await import("../server/development.js");
    return (await startServer({ url: known, args: developmentFlags() })).url;
  });
  started.set(url, now);
  return now;
}

/** The two services of a binding: the adapter, and behind it the server. */
async function servicesOf({ options, service }: Binding): Promise<object[]> {
  const url = options.start ? new URL(await start(options.url.href)) : options.url;
  const config = { url: url.href.replace(/\/+$/, ""), headers: options.headers };
  const server = `${service}:server`;
  return [
    {
      name: server,
      external: {
        address: url.host,
        ...(url.protocol === "https:"
          ? { https: { options: {}, tlsOptions: { trustBrowserCas: true } } }
          : { http: {} }),
      },
    },
    {
      name: service,
      worker: {
        compatibilityDate: "2026-04-01",
        modules: [{ name: "adapter.js", esModule: readFileSync(join(__dirname, "adapter.js"), "utf8") }],
        bindings: [
          { name: "SERVER", service: { name: server } },
          { name: "CONFIG", json: JSON.stringify(config) },
        ],
      },
    },
  ];
}

/** What miniflare looks for in a package of plugins: each by its name. */
export const plugins = {
  [NAME]: {
    /** Bindings of a Worker, for workerd. */
    getBindings(worker: WorkerOptions): object[] {
      return bindingsOf(worker).map(({ name, service }) => ({
        name,
        wrapped: {
          moduleName: "cloudflare-internal:images-api",
          innerBindings: [{ name: "fetcher", service: { name: service } }],
        },
      }));
    },

    /** Bindings of a Worker, for Node: `getPlatformProxy` and `getBindings`. */
    getNodeBindings(worker: WorkerOptions): Record<string, object> {
      return Object.fromEntries(bindingsOf(worker).map(({ name }) => [name, proxyNodeBinding()]));
    },

    /** Services that the bindings lead to, after starting what is to be started. */
    async getServices({ options }: { options: WorkerOptions }): Promise<object[]> {
      return (await Promise.all(bindingsOf(options).map(servicesOf))).flat();
    },
  },
};
