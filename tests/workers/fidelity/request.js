// What a probe asks of a binding, and the same with one option left out.

import { png } from "../kit/png.js";

/** @typedef {import("../kit/picture.js").Picture} Picture */

/**
 * @typedef {object} Request As a probe writes it; what is absent is not said.
 * @property {Picture | Uint8Array} source Encoded as PNG if it is not encoded yet.
 * @property {Record<string, unknown>} [transform]
 * @property {Record<string, unknown>[]} [transforms] Several, in order, in place of one.
 * @property {Picture} [overlay] Drawn, with `draw`.
 * @property {Record<string, unknown>} [draw]
 * @property {unknown[]} [text] Arguments of `text()`, in place of the source.
 * @property {unknown[]} [overlayText] The same, in place of the overlay.
 * @property {"info" | "hosted"} [call] What is called in place of `input()`: `info()` or `hosted.list()`.
 * @property {Record<string, unknown>} [output] A PNG if absent.
 */

/**
 * @typedef {object} Sent As the Worker gets it; bytes as base64.
 * @property {string} source
 * @property {any} [text]
 * @property {"info" | "hosted"} [call]
 * @property {Record<string, unknown>[]} [transforms]
 * @property {{source: string, text?: any, options: Record<string, unknown>}} [draw]
 * @property {Record<string, unknown>} output
 */

/** @typedef {{type?: string, bytes?: string, json?: any, code?: number, message?: string}} Answer A result, or an error. */

/**
 * Encodes a request for the Worker.
 *
 * @param {Request} request
 * @returns {Sent}
 */
export function encode({ source, transform, transforms, overlay, draw = {}, text, overlayText, call, output }) {
  return {
    source: base64(source),
    call,
    text,
    transforms: transforms ?? (transform && [transform]),
    draw: overlay && { source: base64(overlay), text: overlayText, options: draw },
    output: { format: "image/png", ...output },
  };
}

/** @param {Picture | Uint8Array} picture */
function base64(picture) {
  return Buffer.from(picture instanceof Uint8Array ? picture : png(picture)).toString("base64");
}

/** Where the fields of an output are, by the names that they have on the wire. @type {Record<string, string>} */
const OUTPUT = { output_format: "format", output_quality: "quality", background: "background", anim: "anim" };

/**
 * Where an option is in a request: `transform.trim.left` is `["transform", "trim", "left"]`.
 *
 * @param {string} path As `GET /options` and the cases name it.
 */
export function keys(path) {
  return path in OUTPUT ? ["output", OUTPUT[path]] : path.split(".");
}

/**
 * The value of an option.
 *
 * @param {Request} request
 * @param {string} path
 * @returns {any}
 */
export function optionIn(request, path) {
  return keys(path).reduce((value, key) => value?.[key], /** @type {any} */ (request));
}

/**
 * The request without an option. What then holds nothing is left out, too.
 *
 * @param {Request} request
 * @param {string} path
 * @returns {Request}
 */
export function without(request, path) {
  return remove(request, keys(path)) ?? request;
}

/**
 * @param {any} object
 * @param {string[]} keys
 * @returns {any}
 */
function remove(object, [key, ...rest]) {
  const { [key]: value, ...others } = object;
  const left = rest.length > 0 ? remove(value, rest) : undefined;
  const result = left === undefined ? others : { ...others, [key]: left };
  return Object.keys(result).length > 0 ? result : undefined;
}
