/**
 * Leads the Images bindings in options of miniflare to Palmette. Its two major versions write them differently:
 *
 * - 4: `{ images: { binding: "IMAGES" } }` in a Worker, and `unsafeBindings` for plugins
 * - 5: `{ config: { env: { IMAGES: { type: "images" } } } }`, and the type `unsafe:images` for plugins
 *
 * Nothing is changed in place: frameworks compare and reuse their options. What is of no known form is left for miniflare to judge.
 */
import type { Fate } from "./report.js";

/** The plugin that takes a binding's place, as miniflare finds it. */
export interface Redirect {
  readonly plugin: { readonly package: string; readonly name: string };
  readonly options: object;
}

/** An Images binding that was found. */
export interface Found {
  readonly worker: string;
  readonly binding: string;
  readonly fate: Fate;
}

/** An object of options; of its fields these are looked at. */
type Fields = {
  readonly [name in
    | "binding"
    | "config"
    | "dev"
    | "env"
    | "images"
    | "name"
    | "plugin"
    | "remote"
    | "remoteProxyConnectionString"
    | "type"
    | "unsafeBindings"
    | "workers"]?: unknown;
};

/** Returns options in which the Images bindings lead to `redirect`, and what was found. */
export function rewrite(options: unknown, redirect: Redirect): { options: unknown; found: Found[] } {
  const found: Found[] = [];
  const worker = (each: unknown) => rewriteWorker(each, redirect, found);
  if (!isFields(options)) return { options, found };
  const { workers } = options;
  const rewritten = Array.isArray(workers) ? { ...options, workers: workers.map(worker) } : worker(options);
  return { options: rewritten, found };
}

function rewriteWorker(worker: unknown, redirect: Redirect, found: Found[]): unknown {
  if (!isFields(worker)) return worker;
  return isFields(worker.config)
    ? rewriteV5(worker, worker.config, redirect, found)
    : rewriteV4(worker, redirect, found);
}

function rewriteV5(worker: Fields, config: Fields, redirect: Redirect, found: Found[]): Fields {
  const { env } = config;
  if (!isFields(env)) return worker;
  const name = text(config.name);
  const entries = Object.entries(env).map(([binding, value]): [string, unknown] => {
    const note = (fate: Fate) => found.push({ worker: name, binding, fate });
    if (!isFields(value)) return [binding, value];
    const dev = isFields(value.dev) ? value.dev : {};
    if (value.type === "unsafe:images" && isOurs(dev.plugin, redirect)) note("configured");
    if (value.type !== "images" || isStandIn(binding, (base) => base in env)) return [binding, value];
    // A binding is remote only with a connection, else miniflare takes its stand-in for it.
    if (dev.remote && isFields(worker.dev) && worker.dev.remoteProxyConnectionString) {
      note("remote");
      return [binding, value];
    }
    note("palmette");
    return [binding, { type: "unsafe:images", dev: redirect }];
  });
  return { ...worker, config: { ...config, env: Object.fromEntries(entries) } };
}

function rewriteV4(worker: Fields, redirect: Redirect, found: Found[]): Fields {
  const { images, ...others } = worker;
  const unsafe = Array.isArray(worker.unsafeBindings) ? worker.unsafeBindings.filter(isFields) : [];
  const note = (binding: string, fate: Fate) => found.push({ worker: text(worker.name), binding, fate });
  for (const { name, plugin } of unsafe) if (isOurs(plugin, redirect)) note(text(name), "configured");
  if (!isFields(images) || typeof images.binding !== "string") return worker;
  const { binding } = images;
  const isTaken = (name: string) => unsafe.some((other) => other.name === name);
  if (isTaken(binding) || isStandIn(binding, isTaken)) return worker;
  if (images.remoteProxyConnectionString !== undefined) {
    note(binding, "remote");
    return worker;
  }
  note(binding, "palmette");
  return { ...others, unsafeBindings: [...unsafe, { name: binding, type: "images", ...redirect }] };
}

/** Whether a plugin that a config names is Palmette's, be it from the npm package. */
function isOurs(plugin: unknown, redirect: Redirect): boolean {
  return isFields(plugin) && plugin.name === redirect.plugin.name;
}

/** Whether a binding is the stand-in that `palmette/vitest` moves aside, to be there for comparison. */
function isStandIn(binding: string, isThere: (base: string) => boolean): boolean {
  const [, base] = /^(.+)_STAND_IN$/.exec(binding) ?? [];
  return base !== undefined && isThere(base);
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
