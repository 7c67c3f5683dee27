// @ts-check
/**
 * Pictures that the tests of the examples send, and those they get: PNGs of eight bits, written and read with what Node brings.
 */
import assert from "node:assert/strict";
import { crc32, deflateSync, inflateSync } from "node:zlib";

/**
 * @typedef {object} Picture
 * @property {number} width
 * @property {number} height
 * @property {string[]} pixels `rrggbb` in hexadecimal, row by row from the top
 */

const SIGNATURE = Buffer.from("89504e470d0a1a0a", "hex");

/**
 * Writes an opaque picture.
 *
 * @param {Picture} picture
 */
export function encodePng({ width, height, pixels }) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2], 8);
  // Every row begins with the number of its filter: none.
  const rows = Array.from({ length: height }, (_, y) => `00${pixels.slice(y * width, (y + 1) * width).join("")}`);
  const data = deflateSync(Buffer.from(rows.join(""), "hex"));
  return Buffer.concat([SIGNATURE, chunk("IHDR", header), chunk("IDAT", data), chunk("IEND", Buffer.alloc(0))]);
}

/**
 * Reads an RGB or RGBA picture; alpha is left out.
 *
 * @param {Uint8Array} bytes
 * @returns {Picture}
 */
export function decodePng(bytes) {
  const chunks = [...readChunks(Buffer.from(bytes))];
  const header = chunks.find(({ type }) => type === "IHDR")?.data ?? Buffer.alloc(13);
  const [width, height, depth, color] = [header.readUInt32BE(0), header.readUInt32BE(4), header[8], header[9]];
  assert(depth === 8 && (color === 2 || color === 6), `a PNG of ${depth} bits and colour type ${color}`);
  const step = color === 2 ? 3 : 4;
  const rows = inflateSync(Buffer.concat(chunks.filter(({ type }) => type === "IDAT").map(({ data }) => data)));
  const data = unfilter(rows, width * step, step);
  const pixels = Array.from({ length: width * height }, (_, at) => data.toString("hex", at * step, at * step + 3));
  return { width, height, pixels };
}

/**
 * @param {string} type
 * @param {Buffer} data
 */
function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** @param {Buffer} bytes */
function* readChunks(bytes) {
  assert(bytes.subarray(0, 8).equals(SIGNATURE), `not a PNG: ${bytes.subarray(0, 80)}`);
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    yield { type: bytes.toString("latin1", at + 4, at + 8), data: bytes.subarray(at + 8, at + 8 + length) };
    at += length + 12;
  }
}

/**
 * Undoes the filters of all rows.
 *
 * @param {Buffer} rows
 * @param {number} rowBytes
 * @param {number} step Bytes of a pixel
 */
function unfilter(rows, rowBytes, step) {
  const height = rows.length / (rowBytes + 1);
  const data = Buffer.alloc(rowBytes * height);
  for (let y = 0; y < height; y++) {
    const filter = rows[y * (rowBytes + 1)];
    for (let x = 0; x < rowBytes; x++) {
      const at = y * rowBytes + x;
      const left = x < step ? 0 : data[at - step];
      const up = y === 0 ? 0 : data[at - rowBytes];
      const corner = x < step || y === 0 ? 0 : data[at - rowBytes - step];
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter];
      data[at] = rows[y * (rowBytes + 1) + 1 + x] + guess;
    }
  }
  return data;
}

/**
 * Whichever of the three is nearest to `left + up - corner`, in this order.
 *
 * @param {number} left
 * @param {number} up
 * @param {number} corner
 */
function paeth(left, up, corner) {
  const [toLeft, toUp, toCorner] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}
