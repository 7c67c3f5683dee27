/**
 * Keeps two of those who intercept requests from doing so in one process: `palmette run` and the plugin of a configuration, or the plugins of two
 * versions of the package.
 */

/** Marks a process, or a thread, by a property of its global object. */
const MARK = Symbol.for("palmette.edge");

/** Says whether the caller is the first to ask, and so the one who intercepts. */
export function claim(): boolean {
  return Object.hasOwn(globalThis, MARK) ? false : Reflect.defineProperty(globalThis, MARK, { value: true });
}
