/**
 * Finds the miniflare that is calling. `getPlatformProxy` takes a binding only as a `ProxyNodeBinding` of the very module that asks,
 * and a project may hold several: wrangler, Vite and Vitest each bring their own, and one process may load two of them. `require("miniflare")`
 * from here would find the one next to this package, if any. So the stack tells who asks, and the module cache holds what it exports.
 */

/** The one class of miniflare that the plugin needs. */
type Miniflare = { ProxyNodeBinding: new () => object };

/**
 * Makes a `ProxyNodeBinding` of the miniflare that called, directly or not.
 *
 * @throws if there is none on the stack and not exactly one in this process.
 */
export function proxyNodeBinding(): object {
  const callers = callingFiles().map((file) => exportsOf(file));
  const loaded = Object.keys(require.cache).map((file) => exportsOf(file));
  const miniflare = callers.find(isMiniflare) ?? only([...new Set(loaded.filter(isMiniflare))]);
  return new miniflare.ProxyNodeBinding();
}

/** Files of the functions on the stack, innermost first. */
function callingFiles(): string[] {
  const { prepareStackTrace, stackTraceLimit } = Error;
  try {
    Error.stackTraceLimit = 32;
    Error.prepareStackTrace = (_, sites) => sites.map((site) => site.getFileName() ?? "");
    return new Error().stack as unknown as string[];
  } finally {
    Object.assign(Error, { prepareStackTrace, stackTraceLimit });
  }
}

/** What the CommonJS module in `file` exports, if it is one and is loaded. */
function exportsOf(file: string): unknown {
  return require.cache[file]?.exports;
}

function isMiniflare(exports: unknown): exports is Miniflare {
  return typeof (exports as Partial<Miniflare> | undefined)?.ProxyNodeBinding === "function";
}

function only(found: Miniflare[]): Miniflare {
  const [first] = found;
  if (first === undefined || found.length > 1) {
    throw new Error(`palmette: cannot tell which miniflare asks for the binding, ${found.length} are loaded`);
  }
  return first;
}
