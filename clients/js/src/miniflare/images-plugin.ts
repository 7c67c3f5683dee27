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
  /** Services that the bindings lead to. */
  getServices(worker: { options: WorkerOptions }): Promise<object[]>;
}

/**
 * Makes the plugin.
 *
 * @param locate says where the server of a binding is, after starting it if that is to be done
 */
export function imagesPlugin(locate: (options: Options) => Promise<URL>): ImagesPlugin {
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

    async getServices({ options: worker }) {
      const services = bindingsOf(worker).map(async (binding) => servicesOf(binding, await locate(binding.options)));
      return (await Promise.all(services)).flat();
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
function servicesOf({ options, service }: Binding, url: URL): object[] {
  const config = { url: url.href.replace(/\/+$/, ""), headers: options.headers };
  const server = `${service}:server`;
  const protocol =
    url.protocol === "https:" ? { https: { options: {}, tlsOptions: { trustBrowserCas: true } } } : { http: {} };
  return [
    { name: server, external: { address: url.host, ...protocol } },
    {
      name: service,
      worker: {
        // From this day on, errors keep their `code` on the way to a Worker, if that is as new.
        compatibilityDate: "2026-04-21",
        modules: [{ name: "adapter.js", esModule: readFileSync(new URL("adapter.js", import.meta.url), "utf8") }],
        bindings: [
          { name: "SERVER", service: { name: server } },
          { name: "CONFIG", json: JSON.stringify(config) },
        ],
      },
    },
  ];
}
