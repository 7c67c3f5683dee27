// A writer of PNGs: eight bits RGBA, deflate without compression. What a case sends is then as large as it says.

import { concat, text } from "./bytes.js";

/** @typedef {import("./picture.js").Picture} Picture */

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** The most bytes that a stored block of deflate can hold. */
const BLOCK = 0xffff;

/**
 * Writes a picture as PNG.
 *
 * @param {Picture} picture
 */
export function png({ width, height, data }) {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, 6, 0, 0, 0], 8);
  // Every row begins with the number of its filter: none.
  const rows = new Uint8Array(height * (width * 4 + 1));
  for (let y = 0; y < height; y++) {
    rows.set(data.subarray(y * width * 4, (y + 1) * width * 4), y * (width * 4 + 1) + 1);
  }
  return concat([SIGNATURE, chunk("IHDR", header), chunk("IDAT", store(rows)), chunk("IEND", new Uint8Array(0))]);
}

/**
 * Makes a PNG of exactly so many bytes: before its end stands a chunk that says nothing.
 *
 * @param {Picture} picture
 * @param {number} length Bytes.
 */
export function pngOfLength(picture, length) {
  const whole = png(picture);
  const end = whole.length - 12;
  const filler = chunk("fiLl", new Uint8Array(length - whole.length - 12));
  return concat([whole.subarray(0, end), filler, whole.subarray(end)]);
}

/**
 * @param {string} type
 * @param {Uint8Array} data
 */
function chunk(type, data) {
  const bytes = new Uint8Array(data.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(text(type), 4);
  bytes.set(data, 8);
  view.setUint32(data.length + 8, crc32(bytes.subarray(4, data.length + 8)));
  return bytes;
}

/**
 * A zlib stream of stored blocks.
 *
 * @param {Uint8Array} data
 */
function store(data) {
  /** @type {Uint8Array[]} */
  const parts = [Uint8Array.of(0x78, 0x01)];
  for (let at = 0; at < data.length; at += BLOCK) {
    const block = data.subarray(at, at + BLOCK);
    const head = new DataView(new ArrayBuffer(5));
    head.setUint8(0, at + BLOCK < data.length ? 0 : 1);
    head.setUint16(1, block.length, true);
    head.setUint16(3, ~block.length & 0xffff, true);
    parts.push(new Uint8Array(head.buffer), block);
  }
  const sum = new DataView(new ArrayBuffer(4));
  sum.setUint32(0, adler32(data));
  return concat([...parts, new Uint8Array(sum.buffer)]);
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

/** @param {Uint8Array} data */
function crc32(data) {
  let crc = 0xffffffff;
  for (let at = 0; at < data.length; at++) crc = CRC_TABLE[(crc ^ data[at]) & 0xff] ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** @param {Uint8Array} data */
function adler32(data) {
  let [a, b] = [1, 0];
  // So many additions fit into 32 bits between two divisions.
  for (let start = 0; start < data.length; start += 5552) {
    const end = Math.min(start + 5552, data.length);
    for (let at = start; at < end; at++) {
      a += data[at];
      b += a;
    }
    a %= 65521;
    b %= 65521;
  }
  return b * 65536 + a;
}
