// The commonest case: one picture, one transform, and every pixel of the result is known.

import { define } from "../kit/case.js";
import { becomes, input } from "../kit/check.js";

/** @typedef {import("../kit/picture.js").Picture} Picture */

/**
 * Makes a case that fails without any of the options it names.
 *
 * @param {string} name
 * @param {string[]} proves Options of `transform`, without that word.
 * @param {Picture} source
 * @param {Record<string, unknown>} options What `transform` gets; untyped, because the types know less than the binding.
 * @param {Picture} expected
 * @param {import("../kit/check.js").Tolerance} [tolerance]
 */
export function shows(name, proves, source, options, expected, tolerance) {
  return define(name, { proves: proves.map((option) => `transform.${option}`) }, (images) =>
    becomes(expected, input(images, source).transform(options), tolerance),
  );
}
