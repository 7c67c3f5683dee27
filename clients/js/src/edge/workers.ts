/**
 * Appends `worker.ts` to miniflare's own Workers. It reads the source of each once, from a file, perhaps long before this is loaded; but
 * it hands the source to each workerd that it starts, as UTF-8 by a `TextEncoder`. So that is where it is appended, with the
 * server as it is known then.
 */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Locate } from "./resize.js";

/** The files of Workers below miniflare's main module, and the function of `worker.ts` for each. */
const WORKERS: Readonly<Record<string, "interceptEntry" | "interceptOutbound">> = {
  "entry.worker.js": "interceptEntry",
  "outbound.worker.js": "interceptOutbound",
  // What an older miniflare has in its place.
  "strip-cf-connecting-ip.worker.js": "interceptOutbound",
};

/** The last line of a source, by which miniflare tells debuggers its file. */
const LAST_LINE = /\/\/# sourceURL=file:\S*\/dist\/src\/workers\/core\/([\w-]+\.worker\.js)$/;

/** The name of the object with a Worker's handlers. */
const DEFAULT_EXPORT = /\bexport\s*\{[^}]*?([\w$]+) as default\b[^}]*\}/;

/**
 * Appends to the sources that are handed over from now on.
 *
 * @param script the compiled `worker.ts`, which defines `palmetteEdge`
 * @param locate says where pictures are made; without a server nothing is appended
 */
export function extendWorkers(script: string, locate: Locate): void {
  const { prototype } = TextEncoder;
  const { encode } = prototype;
  const extended = (source?: string) => {
    // The others are texts of something else.
    if (typeof source !== "string" || !source.endsWith(".worker.js")) return source;
    const [line, file] = LAST_LINE.exec(source) ?? [];
    const hook = file === undefined ? undefined : WORKERS[file];
    const handlers = hook && DEFAULT_EXPORT.exec(source)?.[1];
    const server = handlers && locate();
    if (!line || !server) return source;
    const settings = JSON.stringify(server);
    return `${source.slice(0, -line.length)}\n${script}\npalmetteEdge.${hook}(${handlers}, ${settings});\n${line}`;
  };
  prototype.encode = function (this: TextEncoder, ...texts) {
    return Reflect.apply(encode, this, texts.map(extended));
  };
}

/**
 * Says what of it is impossible in a miniflare.
 *
 * @param main its main module
 */
export function missing(main: string): string[] {
  const has = (name: string) => {
    try {
      return DEFAULT_EXPORT.test(readFileSync(join(dirname(main), "workers", "core", name), "utf8"));
    } catch {
      return false;
    }
  };
  const found = new Set(
    Object.keys(WORKERS)
      .filter(has)
      .map((name) => WORKERS[name]),
  );
  return [
    ...(found.has("interceptEntry") ? [] : ["/cdn-cgi/image/ URLs of the development server"]),
    ...(found.has("interceptOutbound") ? [] : ["fetch with cf.image"]),
  ];
}
