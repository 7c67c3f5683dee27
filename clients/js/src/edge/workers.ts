/**
 * Appends `worker.ts` to miniflare's own Workers, when miniflare reads their source. It reads each from a file, once, when it first
 * needs it, by `readFileSync` of the module `fs`.
 */
import fs from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Server } from "./resize.js";

/** The files of Workers below miniflare's main module, and the function of `worker.ts` for each. */
const WORKERS: Readonly<Record<string, "interceptEntry" | "interceptOutbound">> = {
  "entry.worker.js": "interceptEntry",
  "outbound.worker.js": "interceptOutbound",
  // What an older miniflare has in its place.
  "strip-cf-connecting-ip.worker.js": "interceptOutbound",
};

/** Where they are. */
const FOLDER = join("workers", "core");

/** The name of the object with a Worker's handlers. */
const DEFAULT_EXPORT = /\bexport\s*\{[^}]*?([\w$]+) as default\b[^}]*\}/;

/**
 * Appends to what is read from now on.
 *
 * @param script the compiled `worker.ts`, which defines `palmetteEdge`
 * @param server where pictures are made
 */
export function extendWorkers(script: string, server: Server): void {
  const { readFileSync } = fs;
  const settings = JSON.stringify(server);
  const read = (...args: Parameters<typeof readFileSync>) => {
    const content = readFileSync(...args);
    const [file] = args;
    const hook = typeof file === "string" ? hookFor(file) : undefined;
    const handlers = hook && typeof content === "string" ? DEFAULT_EXPORT.exec(content)?.[1] : undefined;
    return handlers === undefined
      ? content
      : `${content}\n${script}\npalmetteEdge.${hook}(${handlers}, ${settings});\n`;
  };
  fs.readFileSync = read as typeof readFileSync;
}

/**
 * Says what of it is impossible in a miniflare.
 *
 * @param main its main module
 */
export function missing(main: string): string[] {
  const has = (name: string) => {
    try {
      return DEFAULT_EXPORT.test(fs.readFileSync(join(dirname(main), FOLDER, name), "utf8"));
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

function hookFor(file: string): string | undefined {
  return dirname(file).endsWith(join("dist", "src", FOLDER)) ? WORKERS[basename(file)] : undefined;
}
