// Pictures as cases think of them: straight RGBA, made by a formula, so that every expected pixel is arithmetic.

/** @typedef {readonly [number, number, number, number]} Pixel Red, green, blue and alpha, 0 to 255, not premultiplied. */

/** A picture in memory, row by row from the top. */
export class Picture {
  /**
   * @param {number} width
   * @param {number} height
   * @param {Uint8Array} data Four bytes a pixel.
   */
  constructor(width, height, data) {
    this.width = width;
    this.height = height;
    this.data = data;
  }

  /**
   * Makes a picture by a formula, whose results are rounded to the nearest level and clamped.
   *
   * @param {number} width
   * @param {number} height
   * @param {(x: number, y: number) => readonly number[]} pixel Three or four channels.
   */
  static of(width, height, pixel) {
    const data = new Uint8Array(width * height * 4);
    for (let y = 0, at = 0; y < height; y++) {
      for (let x = 0; x < width; x++, at += 4) {
        const [red, green, blue, alpha = 255] = pixel(x, y);
        data[at] = level(red);
        data[at + 1] = level(green);
        data[at + 2] = level(blue);
        data[at + 3] = level(alpha);
      }
    }
    return new Picture(width, height, data);
  }

  /**
   * @param {number} x
   * @param {number} y
   * @returns {Pixel}
   */
  at(x, y) {
    const at = (y * this.width + x) * 4;
    const [red, green, blue, alpha] = this.data.subarray(at, at + 4);
    return [red, green, blue, alpha];
  }
}

/**
 * Rounds to the nearest level, halves up.
 *
 * @param {number} value
 */
export function level(value) {
  return Math.max(0, Math.min(255, Math.floor(value + 0.5)));
}

/**
 * An opaque picture in which no two neighbours are alike, near or far, so that a pixel that moved shows.
 *
 * @param {number} width
 * @param {number} height
 */
export function pattern(width, height) {
  return Picture.of(width, height, (x, y) => [(x * 37 + y * 5) % 256, (y * 53 + x * 3) % 256, (x * y * 7 + 40) % 256]);
}

/**
 * A picture of one colour.
 *
 * @param {number} width
 * @param {number} height
 * @param {readonly number[]} color Three or four channels.
 */
export function plain(width, height, color) {
  return Picture.of(width, height, () => color);
}

/**
 * A part of a picture.
 *
 * @param {Picture} picture
 * @param {number} left
 * @param {number} top
 * @param {number} width
 * @param {number} height
 */
export function cut(picture, left, top, width, height) {
  return Picture.of(width, height, (x, y) => picture.at(x + left, y + top));
}

/**
 * A picture with another copied over it, cut off at the edges.
 *
 * @param {Picture} picture
 * @param {Picture} overlay
 * @param {number} left
 * @param {number} top
 */
export function paste(picture, overlay, left, top) {
  const inside = (/** @type {number} */ at, /** @type {number} */ length) => at >= 0 && at < length;
  return Picture.of(picture.width, picture.height, (x, y) =>
    inside(x - left, overlay.width) && inside(y - top, overlay.height)
      ? overlay.at(x - left, y - top)
      : picture.at(x, y),
  );
}
