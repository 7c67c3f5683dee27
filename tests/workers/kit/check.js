// What cases demand. A failure says what was expected and what came.

import { collect, stream } from "./bytes.js";
import { Picture } from "./picture.js";
import { png } from "./png.js";

/**
 * @param {unknown} condition
 * @param {string} what What is not true if it is false.
 */
export function demand(condition, what) {
  if (!condition) throw new Error(what);
}

/**
 * Demands that two values are the same by their JSON.
 *
 * @param {unknown} actual
 * @param {unknown} expected
 * @param {string} [what]
 */
export function equal(actual, expected, what = "a value") {
  const [came, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  demand(came === wanted, `${what}: expected ${wanted}, got ${came}`);
}

/**
 * Demands that two runs of bytes are the same.
 *
 * @param {Uint8Array} actual
 * @param {Uint8Array} expected
 * @param {string} what
 */
export function sameBytes(actual, expected, what) {
  equal(actual.length, expected.length, `${what}, length`);
  const at = actual.findIndex((byte, index) => byte !== expected[index]);
  demand(at < 0, `${what}: byte ${at} is ${actual[at]}, expected ${expected[at]}`);
}

/**
 * Demands that something fails as the binding fails: with a code, and with a message that begins as its call does.
 *
 * @param {Promise<unknown>} promise
 * @param {number} code
 * @param {string | RegExp} text What follows `IMAGES_TRANSFORM_ERROR 9401: `.
 * @param {"TRANSFORM" | "INFO"} [call]
 */
export async function refused(promise, code, text, call = "TRANSFORM") {
  const error = await failure(promise);
  const head = `IMAGES_${call}_ERROR ${code}: `;
  const { message } = error;
  equal(/** @type {{code?: unknown}} */ (error).code, code, `the code of "${message}"`);
  demand(message.startsWith(head), `the message must begin with "${head}", got "${message}"`);
  const rest = message.slice(head.length);
  if (typeof text === "string") equal(rest, text, "the message");
  else demand(text.test(rest), `the message must match ${text}, got "${rest}"`);
}

/**
 * Demands that something fails and returns how.
 *
 * @param {Promise<unknown>} promise
 * @returns {Promise<Error>}
 */
export async function failure(promise) {
  const outcome = await promise.then(
    () => undefined,
    (error) => error,
  );
  if (!(outcome instanceof Error)) throw new Error(`must fail with an Error, got ${outcome}`);
  return outcome;
}

/**
 * Starts from a picture.
 *
 * @param {ImagesBinding} images
 * @param {Picture} picture
 */
export function input(images, picture) {
  return images.input(stream(png(picture)));
}

/**
 * Makes a picture and returns its bytes as they were encoded.
 *
 * @param {ImageTransformer} transformer
 * @param {ImageOutputOptions} options
 */
export async function encoded(transformer, options) {
  return collect((await transformer.output(options)).image());
}

/**
 * Makes a picture whose size is known and returns its pixels.
 *
 * @param {ImageTransformer} transformer
 * @param {number} width
 * @param {number} height
 */
export async function pixels(transformer, width, height) {
  const data = await encoded(transformer, { format: "rgba" });
  equal(data.length, width * height * 4, `bytes of ${width}×${height} pixels`);
  return new Picture(width, height, data);
}

/**
 * @typedef {object} Tolerance
 * @property {number} [within] Levels that a channel may differ by, colour after multiplying by alpha; absent means that
 *   not a bit may differ. One is what rounding may cost.
 * @property {(x: number, y: number) => boolean} [where] Which pixels count; all if absent.
 */

/**
 * Demands that a picture comes out as expected.
 *
 * @param {Picture} expected
 * @param {ImageTransformer} transformer
 * @param {Tolerance} [tolerance]
 */
export async function becomes(expected, transformer, tolerance) {
  samePixels(await pixels(transformer, expected.width, expected.height), expected, tolerance);
}

/**
 * Demands that two pictures of one size look the same.
 *
 * @param {Picture} actual
 * @param {Picture} expected
 * @param {Tolerance} [tolerance]
 */
export function samePixels(actual, expected, { within, where = () => true } = {}) {
  for (let y = 0; y < expected.height; y++) {
    for (let x = 0; x < expected.width; x++) {
      if (!where(x, y)) continue;
      const [came, wanted] = [actual.at(x, y), expected.at(x, y)];
      const apart = within === undefined ? Number(`${came}` !== `${wanted}`) : difference(came, wanted);
      demand(apart <= (within ?? 0), `the pixel at ${x},${y} must be ${wanted} (±${within ?? 0}), got ${came}`);
    }
  }
}

/**
 * The largest difference of a channel, colour after multiplying by alpha.
 *
 * @param {import("./picture.js").Pixel} one
 * @param {import("./picture.js").Pixel} other
 */
function difference(one, other) {
  const channels = one.slice(0, 3).map((value, at) => Math.abs(value * one[3] - other[at] * other[3]) / 255);
  return Math.max(...channels, Math.abs(one[3] - other[3]));
}
