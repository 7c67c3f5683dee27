/**
 * A plugin for miniflare, 4 (from 4.20260426) and 5: bindings of its kind are the real Images binding of workerd
 * (`cloudflare-internal:images-api`), whose requests go to a Palmette server in place of miniflare's stand-in. Two modules make it
 * from here: `plugin.ts`, for configs that name it, and `../run/plugin.ts`, for `palmette run`.
 *
 * Between binding and server sits a small Worker, `adapter.js`, which says in plain words what the binding alone would not. In Node
 * (`getPlatformProxy`) there is no workerd between: the binding is a `createImages` of this package.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Server } from "../edge/resize.js";
import { createImages } from "../images.js";
import { type Options, parseOptions } from "./options.js";

/** Name of the plugin, in configs and in the names of its services. */
export const NAME = "palmette";

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

/** What miniflare asks of a plugin. */
export interface ImagesPlugin {
  /** Bindings of a Worker, for workerd. */
  getBindings(worker: WorkerOptions): object[];
  /** Bindings of a Worker, for Node: `getPlatformProxy` and `getBindings`. */
  getNodeBindings(worker: WorkerOptions): Promise<Record<string, object>>;
  /** Services that the bindings lead to. Asked for each Worker, in their order, whenever a config is loaded. */
  getServices(worker: { options: WorkerOptions; workerIndex: number }): Promise<object[]>;
}

/**
 * Makes the plugin.
 *
 * @param locate says where the server of a binding is, after starting it if that is to be done
 * @param onFirst is told the server of the first binding of a config
 */
export function imagesPlugin(
  locate: (options: Options) => Promise<URL>,
  onFirst: (server: Server) => void = () => {},
): ImagesPlugin {
  let isFirst = true;
  return {
    getBindings: (worker) =>
      bindingsOf(worker).map(({ name, service }) => ({
        name,
        wrapped: {
          moduleName: "cloudflare-internal:images-api",
          innerBindings: [{ name: "fetcher", service: { name: service } }],
        },
      })),

    async getNodeBindings(worker) {
      const images = bindingsOf(worker).map(async ({ name, options }) => {
        const client = createImages(await locate(options), { headers: options.headers });
        return [name, client] as const;
      });
      return Object.fromEntries(await Promise.all(images));
    },

    async getServices({ options: worker, workerIndex }) {
      if (workerIndex === 0) isFirst = true;
      const located = bindingsOf(worker).map(async (binding) => {
        const url = await locate(binding.options);
        return { binding, server: { url: url.href.replace(/\/+$/, ""), headers: binding.options.headers } };
      });
      const found = await Promise.all(located);
      const [first] = found;
      if (isFirst && first !== undefined) {
        onFirst(first.server);
        isFirst = false;
      }
      return found.flatMap(({ binding, server }) => servicesOf(binding, server));
    },
  };
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

/** The two services of a binding: the adapter, and behind it the server. */
function servicesOf({ service }: Binding, server: Server): object[] {
  const { protocol, host } = new URL(server.url);
  const options =
    protocol === "https:" ? { https: { options: {}, tlsOptions: { trustBrowserCas: true } } } : { http: {} };
  const connection = `${service}:server`;
  return [
    { name: connection, external: { address: host, ...options } },
    {
      name: service,
      worker: {
        // From this day on, errors keep their `code` on the way to a Worker, if that is as new.
        compatibilityDate: "2026-04-21",
        modules: [{ name: "adapter.js", esModule: readFileSync(new URL("adapter.js", import.meta.url), "utf8") }],
        bindings: [
          { name: "SERVER", service: { name: connection } },
          { name: "CONFIG", json: JSON.stringify(server) },
        ],
      },
    },
  ];
}
