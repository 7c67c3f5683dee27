// What a case is: a name, what it proves, and a function that takes the binding and throws if something is wrong.
// Cases use the binding and what every Worker has, nothing else, so that they run wherever the binding does.

/**
 * @typedef {object} Surroundings What a case gets besides the binding.
 * @property {ImagesBinding} tight The same binding before a server that has hardly any room and hardly any time:
 *   see `TIGHT` in node/server.js.
 */

/**
 * @typedef {object} Traits
 * @property {string[]} [proves] Options without which the case must fail: `transform.trim.left`, `draw.opacity`,
 *   `output_quality`. The mutation run holds it to that.
 * @property {string} [needs] A feature of newer clients (`text`); a way that lacks it must fail the case.
 */

/** @typedef {Traits & {name: string, run: (images: ImagesBinding, t: Surroundings) => Promise<void>}} Case */

/**
 * Makes a case.
 *
 * @param {string} name What is true if it passes; unique.
 * @param {Traits} traits
 * @param {Case["run"]} run
 * @returns {Case}
 */
export function define(name, traits, run) {
  return { name, ...traits, run };
}
