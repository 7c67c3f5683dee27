// GIFs, written and counted: the smallest animations there are.

import { concat, text } from "./bytes.js";

/** @typedef {import("./picture.js").Pixel} Pixel */

/**
 * Writes an animation whose frames are of one colour each.
 *
 * @param {number} width At most 65,535.
 * @param {number} height At most 65,535.
 * @param {readonly (readonly number[])[]} colors Red, green and blue of each frame; at most four.
 * @param {number} delay Hundredths of a second between two.
 */
export function plainGif(width, height, colors, delay) {
  const table = new Uint8Array(12);
  for (const [index, color] of colors.entries()) table.set(color.slice(0, 3), index * 3);
  const frames = colors.flatMap((_, index) => [
    Uint8Array.of(0x21, 0xf9, 4, 0, ...short(delay), 0, 0),
    Uint8Array.of(0x2c, 0, 0, 0, 0, ...short(width), ...short(height), 0),
    lzw(index, width * height),
  ]);
  const loop = concat([Uint8Array.of(0x21, 0xff, 11), text("NETSCAPE2.0"), Uint8Array.of(3, 1, 0, 0, 0)]);
  const screen = Uint8Array.of(...short(width), ...short(height), 0xf1, 0, 0);
  return concat([text("GIF89a"), screen, table, loop, ...frames, Uint8Array.of(0x3b)]);
}

/**
 * Counts the frames of a GIF and reads how long each is shown.
 *
 * @param {Uint8Array} gif
 * @returns {number[]} Hundredths of a second.
 */
export function gifDelays(gif) {
  const tableBytes = (/** @type {number} */ flags) => (flags & 0x80 ? 3 << ((flags & 7) + 1) : 0);
  const delays = [];
  let delay = 0;
  let at = 13 + tableBytes(gif[10]);
  while (gif[at] !== 0x3b && at < gif.length) {
    if (gif[at] === 0x21 && gif[at + 1] === 0xf9) delay = gif[at + 4] + gif[at + 5] * 256;
    if (gif[at] === 0x2c) {
      delays.push(delay);
      at += 11 + tableBytes(gif[at + 9]);
    } else {
      at += 2;
    }
    while (gif[at] > 0) at += gif[at] + 1;
    at += 1;
  }
  return delays;
}

/**
 * Reads how long each frame of an animated WebP is shown; a still has none.
 *
 * @param {Uint8Array} webp
 * @returns {number[]} Hundredths of a second.
 */
export function webpDelays(webp) {
  const view = new DataView(webp.buffer, webp.byteOffset, webp.length);
  const delays = [];
  for (
    let at = 12;
    at + 8 <= webp.length;
    at += 8 + view.getUint32(at + 4, true) + (view.getUint32(at + 4, true) % 2)
  ) {
    const type = String.fromCharCode(...webp.subarray(at, at + 4));
    if (type === "ANMF") delays.push((view.getUint32(at + 20, true) & 0xffffff) / 10);
  }
  return delays;
}

/** @param {number} value */
function short(value) {
  return [value & 0xff, value >> 8];
}

/**
 * The data of a frame in which every pixel has one index: three bits a code, and a clear after every second one, so that
 * the codes never grow.
 *
 * @param {number} index 0 to 3.
 * @param {number} pixels
 */
function lzw(index, pixels) {
  const [clear, end] = [4, 5];
  const codes = [];
  for (let done = 0; done < pixels; done++) codes.push(...(done % 2 ? [index] : [clear, index]));
  codes.push(end);
  const data = new Uint8Array(Math.ceil((codes.length * 3) / 8));
  for (const [position, code] of codes.entries()) {
    const bit = position * 3;
    data[bit >> 3] |= (code << (bit & 7)) & 0xff;
    if ((bit & 7) > 5) data[(bit >> 3) + 1] |= code >> (8 - (bit & 7));
  }
  const parts = [Uint8Array.of(2)];
  for (let at = 0; at < data.length; at += 255) {
    const block = data.subarray(at, at + 255);
    parts.push(Uint8Array.of(block.length), block);
  }
  return concat([...parts, Uint8Array.of(0)]);
}
