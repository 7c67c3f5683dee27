// What a result must look like for an option to have been honoured: as lenient as another implementation deserves that rounds, filters
// or encodes otherwise, and strict enough that a picture without the option never passes.

/** @typedef {import("../kit/picture.js").Picture} Picture */
/**
 * @typedef {object} Result
 * @property {string} type
 * @property {Uint8Array} bytes
 * @property {Picture} picture The pixels of its first frame; without any if these are none.
 * @property {number} frames How many there are; 1 for a still.
 */
/** @typedef {(result: Result) => boolean} Looks */

/**
 * Like this picture, every channel (colour after multiplying by alpha) within so many levels.
 *
 * @param {Picture} expected
 * @param {number} [within]
 * @param {(x: number, y: number) => boolean} [where] Which pixels count; all if absent.
 * @returns {Looks}
 */
export function like(expected, within = 2, where = () => true) {
  return ({ picture }) => {
    if (picture.width !== expected.width || picture.height !== expected.height) return false;
    for (let y = 0; y < expected.height; y++) {
      for (let x = 0; x < expected.width; x++) {
        if (where(x, y) && difference(picture.at(x, y), expected.at(x, y)) > within) return false;
      }
    }
    return true;
  };
}

/**
 * @param {readonly number[]} one
 * @param {readonly number[]} other
 */
function difference(one, other) {
  const channels = [0, 1, 2].map((at) => Math.abs(one[at] * one[3] - other[at] * other[3]) / 255);
  return Math.max(...channels, Math.abs(one[3] - other[3]));
}

/**
 * How much neighbours in a row differ, summed over a picture: less after a blur, more after sharpening.
 *
 * @param {Picture} picture
 */
export function roughness({ width, height, data }) {
  let sum = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 1; x < width; x++) {
      const here = (y * width + x) * 4;
      sum += Math.abs(data[here] - data[here - 4]);
    }
  }
  return sum;
}

/**
 * Of the size of `source`, and so many times as rough.
 *
 * @param {Picture} source
 * @param {number} least
 * @param {number} most
 * @returns {Looks}
 */
export function rougher(source, least, most) {
  return ({ picture }) => {
    const factor = roughness(picture) / roughness(source);
    return picture.width === source.width && picture.height === source.height && factor >= least && factor <= most;
  };
}

/**
 * Encoded as this, too.
 *
 * @param {string} type
 * @param {Looks} looks
 * @returns {Looks}
 */
export function typed(type, looks) {
  return (result) => result.type === type && looks(result);
}

/**
 * Of so many frames.
 *
 * @param {number} count
 * @param {Looks} looks
 * @returns {Looks}
 */
export function moving(count, looks) {
  return (result) => result.frames === count && looks(result);
}
