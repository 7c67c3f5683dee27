// @ts-check
/**
 * Looks for the watermark in pixels: where it is, how opaque it is, and what else differs from the photo. The expected pixels are
 * computed here, from the photo and the watermark apart.
 */
import assert from "node:assert/strict";

/** What the Worker asks for, in pixels. */
const SIDE = 100;
const MARGIN = 10;
const OPACITY = 0.75;

/** Outside of the watermark, pixels are compared by tiles of this side, so that no small thing is lost in the mean of a large picture. */
const TILE = 20;

/**
 * What AVIF loses at its default quality, in levels a channel: how far pixels are off in the mean of a tile, and how far the
 * mean itself is off. On a detailed photo they are 2.4 and 0.6.
 */
const LOSS = { distance: 4, shift: 1.2 };

/**
 * @typedef {object} Picture
 * @property {number} width
 * @property {number} height
 * @property {Uint8Array | Uint8ClampedArray} pixels RGBA, not premultiplied, row after row.
 */

/**
 * Decodes a picture with a Palmette server.
 *
 * @param {string} server Its address.
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {object[]} [transforms] What is done with it.
 * @returns {Promise<Picture>}
 */
export async function decode(server, bytes, transforms = []) {
  const form = new FormData();
  form.append("image", new Blob([bytes]));
  form.append("transforms", JSON.stringify(transforms));
  form.append("output_format", "rgba");
  const response = await fetch(`${server}/transform`, { method: "POST", body: form });
  const body = new Uint8Array(await response.arrayBuffer());
  assert.equal(response.status, 200, new TextDecoder().decode(body.slice(0, 200)));
  const [width, height] = ["image-width", "image-height"].map((name) => Number(response.headers.get(name)));
  return { width, height, pixels: body };
}

/**
 * Asserts that a result is the photo with the watermark where it must be, and nothing else.
 *
 * @param {Picture} result
 * @param {Picture} photo Opaque.
 * @param {Picture} watermark 100 by 100 pixels.
 */
export function assertWatermark(result, photo, watermark) {
  assert.deepEqual([watermark.width, watermark.height], [SIDE, SIDE]);
  assert.deepEqual([result.width, result.height], [photo.width, photo.height]);
  const left = photo.width - MARGIN - SIDE;
  const top = photo.height - MARGIN - SIDE;

  assertSameOutside(result, photo, left, top);

  const box = { left, top, right: left + SIDE, bottom: top + SIDE };
  const expected = drawn(photo, watermark, left, top, OPACITY);
  const inside = difference(result, expected, box);
  assert(isLoss(inside), `inside the box, pixels are off: ${JSON.stringify(inside)}`);
  // A pixel to any side would fit worse: nothing is shifted or scaled.
  for (const [x, y] of [
    [-1, 0],
    [1, 0],
    [0, -1],
    [0, 1],
  ]) {
    const shifted = difference(result, drawn(photo, watermark, left + x, top + y, OPACITY), box);
    assert(shifted.distance > inside.distance, `the watermark fits better if moved by ${x},${y}`);
  }
  const opacity = measureOpacity(result, photo, watermark, left, top);
  assert(Math.abs(opacity - OPACITY) < 0.02, `the opacity is ${opacity}`);
}

/**
 * @param {Picture} result
 * @param {Picture} photo
 * @param {number} left Of the box that is left out.
 * @param {number} top
 */
function assertSameOutside(result, photo, left, top) {
  for (let y = 0; y < photo.height; y += TILE) {
    for (let x = 0; x < photo.width; x += TILE) {
      const tile = {
        left: x,
        top: y,
        right: Math.min(x + TILE, photo.width),
        bottom: Math.min(y + TILE, photo.height),
        except: { left, top, right: left + SIDE, bottom: top + SIDE },
      };
      const off = difference(result, photo, tile);
      assert(isLoss(off), `the photo is changed at ${x},${y}: ${JSON.stringify(off)}`);
    }
  }
}

/** @param {{ distance: number, shift: number }} off */
function isLoss({ distance, shift }) {
  return distance <= LOSS.distance && Math.abs(shift) <= LOSS.shift;
}

/**
 * @param {Picture} photo
 * @param {Picture} watermark
 * @param {number} left
 * @param {number} top
 * @param {number} opacity
 * @returns {Picture} The photo, with the watermark over it.
 */
function drawn(photo, watermark, left, top, opacity) {
  const pixels = Uint8ClampedArray.from(photo.pixels);
  for (const { at, from, alpha } of overlap(photo, watermark, left, top)) {
    for (let channel = 0; channel < 3; channel++) {
      const below = photo.pixels[at + channel];
      pixels[at + channel] = below + (watermark.pixels[from + channel] - below) * alpha * opacity;
    }
  }
  return { ...photo, pixels };
}

/**
 * @param {Picture} result
 * @param {Picture} photo
 * @param {Picture} watermark
 * @param {number} left
 * @param {number} top
 * @returns {number} The opacity that explains the result best, by least squares.
 */
function measureOpacity(result, photo, watermark, left, top) {
  let [products, squares] = [0, 0];
  for (const { at, from, alpha } of overlap(photo, watermark, left, top)) {
    for (let channel = 0; channel < 3; channel++) {
      const below = photo.pixels[at + channel];
      const full = (watermark.pixels[from + channel] - below) * alpha;
      products += (result.pixels[at + channel] - below) * full;
      squares += full * full;
    }
  }
  return products / squares;
}

/**
 * Goes through the pixels of a watermark: where each is in the photo and in itself, and its alpha from 0 to 1.
 *
 * @param {Picture} photo
 * @param {Picture} watermark
 * @param {number} left
 * @param {number} top
 */
function* overlap(photo, watermark, left, top) {
  for (let y = 0; y < watermark.height; y++) {
    for (let x = 0; x < watermark.width; x++) {
      const from = (y * watermark.width + x) * 4;
      const at = ((top + y) * photo.width + left + x) * 4;
      yield { at, from, alpha: watermark.pixels[from + 3] / 255 };
    }
  }
}

/**
 * @typedef {{ left: number, top: number, right: number, bottom: number }} Box Its right and lower edge are outside.
 *
 * @param {Picture} a
 * @param {Picture} b
 * @param {Box & { except?: Box }} box What is compared, and what of it is not.
 * @returns How far the channels are off in the mean, and how far their mean is off; 0 if there is nothing to compare.
 */
function difference(a, b, { left, top, right, bottom, except }) {
  let [distance, shift, count] = [0, 0, 0];
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      if (except && x >= except.left && x < except.right && y >= except.top && y < except.bottom) continue;
      const at = (y * a.width + x) * 4;
      for (let channel = 0; channel < 4; channel++) {
        const off = a.pixels[at + channel] - b.pixels[at + channel];
        distance += Math.abs(off);
        shift += off;
        count++;
      }
    }
  }
  return { distance: distance / Math.max(count, 1), shift: shift / Math.max(count, 1) };
}
