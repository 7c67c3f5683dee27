// @ts-check
/**
 * Pictures made by code: bare RGBA, and PNGs of them, so that a test knows every pixel that it sends.
 */
import { crc32, deflateSync } from "node:zlib";

/** @typedef {[red: number, green: number, blue: number, alpha: number]} Pixel */

/** A picture as bare RGBA, row by row. */
export class Picture {
  /**
   * @param {number} width Pixels
   * @param {number} height Pixels
   * @param {(x: number, y: number) => Pixel} pixel The colour at a place
   */
  constructor(width, height, pixel) {
    this.width = width;
    this.height = height;
    this.pixel = pixel;
  }

  /** The bytes that `rgba` has. */
  rgba() {
    const bytes = Buffer.alloc(this.width * this.height * 4);
    for (let y = 0; y < this.height; y += 1) {
      for (let x = 0; x < this.width; x += 1) {
        bytes.set(this.pixel(x, y), (y * this.width + x) * 4);
      }
    }
    return bytes;
  }

  /**
   * @param {number} [level] Effort of the compression, 0 to 9; with 0 the file is as large as the pixels
   */
  png(level = 6) {
    const header = Buffer.alloc(13);
    header.writeUInt32BE(this.width, 0);
    header.writeUInt32BE(this.height, 4);
    header.set([8, 6, 0, 0, 0], 8);
    const pixels = this.rgba();
    const row = this.width * 4;
    const rows = Array.from({ length: this.height }, (_, y) => [
      Buffer.from([0]),
      pixels.subarray(y * row, (y + 1) * row),
    ]);
    return Buffer.concat([
      Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
      chunk("IHDR", header),
      chunk("IDAT", deflateSync(Buffer.concat(rows.flat()), { level })),
      chunk("IEND", Buffer.alloc(0)),
    ]);
  }
}

/**
 * @param {string} type
 * @param {Buffer} data
 */
function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}
