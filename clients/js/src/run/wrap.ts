/**
 * Puts a subclass in place of a miniflare's class `Miniflare`, which sees the options of every instance first.
 */

/** What miniflare exports, as far as it is of interest. */
interface Exports {
  Miniflare: new (options: unknown) => { setOptions(options: unknown): Promise<void> };
  /** There since miniflare takes plugins. */
  loadExternalPlugins(name: string): Promise<unknown>;
}

/** Marks a class that is wrapped already: a module may come by two ways, and in a thread that inherits it. */
const MARK = Symbol.for("palmette.run.wrapped");

/**
 * Returns exports whose class `Miniflare` passes its options through `rewrite`: those of the constructor and of `setOptions`.
 *
 * @throws if there is no such class, or if it takes no plugins.
 */
export function wrap(exports: unknown, rewrite: (options: unknown) => unknown): unknown {
  const { Miniflare: Original, loadExternalPlugins } = exports as Partial<Exports>;
  if (typeof Original !== "function" || typeof Original.prototype?.setOptions !== "function") {
    throw new TypeError("has no class Miniflare with a method setOptions");
  }
  if (typeof loadExternalPlugins !== "function") throw new TypeError("takes no plugins");
  if (Object.hasOwn(Original, MARK)) return exports;
  class Miniflare extends Original {
    static readonly [MARK] = true;

    constructor(options: unknown) {
      super(rewrite(options));
    }

    override setOptions(options: unknown): Promise<void> {
      return super.setOptions(rewrite(options));
    }
  }
  // The exports are getters that cannot be configured, so they cannot be replaced one by one.
  const descriptors = Object.getOwnPropertyDescriptors(exports);
  const replaced = { value: Miniflare, enumerable: true, configurable: true, writable: true };
  return Object.create(Object.getPrototypeOf(exports), { ...descriptors, Miniflare: replaced });
}
