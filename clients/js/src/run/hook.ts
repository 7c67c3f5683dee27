/**
 * Sees every miniflare that a process loads. A project holds three or four copies of it (of wrangler, of Vite's plugin, of Vitest's),
 * each a CommonJS file `dist/src/index.js`, loaded by `require` or by `import`; nobody bundles it.
 *
 * Two nets catch it. Node compiles CommonJS by `Module.prototype._compile`, for every caller, and also under tsx, which replaces what
 * is above it. Only where an asynchronous loader of older tools hands over the source itself, Node compiles without it; there
 * a call is appended to the source.
 */
import { readFileSync } from "node:fs";
import Module from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** A miniflare that has just run. */
export interface Loaded {
  readonly version: string;
  /** Its main module. */
  readonly file: string;
  /** Its module, whose exports may be replaced. */
  readonly module: { exports: unknown };
}

/** The global function that an appended call calls. */
const CALL = Symbol.for("palmette.run.loaded");

/** Calls `onLoad` for every miniflare that is loaded from now on; for one module perhaps twice. */
export function watch(onLoad: (loaded: Loaded) => void): void {
  const loaded = (module: { exports: unknown }, file: string) => {
    const version = versionOf(file);
    if (version !== undefined) onLoad({ version, file, module });
  };
  patchCompile(loaded);
  // Configurable, for a process that has the module of another version of Palmette, too.
  Object.defineProperty(globalThis, CALL, { value: loaded, configurable: true });
  appendCall();
}

/** The first net. */
function patchCompile(loaded: (module: { exports: unknown }, file: string) => void): void {
  const prototype = Module.prototype as unknown as {
    _compile(content: string, file: string, ...rest: unknown[]): unknown;
  };
  const compile = prototype._compile;
  prototype._compile = function (this: { exports: unknown }, content, file, ...rest) {
    const result = Reflect.apply(compile, this, [content, file, ...rest]);
    loaded(this, file);
    return result;
  };
}

/** The second net. Node 20 has no such hooks. */
function appendCall(): void {
  Module.registerHooks?.({
    load(url, context, nextLoad) {
      const result = nextLoad(url, context);
      if (result.format !== "commonjs" || result.source == null || !url.startsWith("file:")) return result;
      if (versionOf(fileURLToPath(url)) === undefined) return result;
      const source = typeof result.source === "string" ? result.source : new TextDecoder().decode(result.source);
      const call = `globalThis[Symbol.for(${JSON.stringify(Symbol.keyFor(CALL))})]?.(module, __filename);`;
      return { ...result, source: `${source}\n${call}` };
    },
  });
}

/** The version of miniflare whose main module is `file`, if it is one. */
function versionOf(file: string): string | undefined {
  if (!/[\\/]dist[\\/]src[\\/]index\.js$/.test(file)) return undefined;
  try {
    const { name, version } = JSON.parse(readFileSync(join(dirname(file), "..", "..", "package.json"), "utf8"));
    return name === "miniflare" && typeof version === "string" ? version : undefined;
  } catch {
    return undefined;
  }
}
