// @ts-check
/** What the Worker makes of a photo, checked pixel by pixel: where there is ink, how much of it, and nothing elsewhere. */
import assert from "node:assert/strict";
import { decodePng, encodePng } from "../../testing/png.js";

/** @typedef {import("../../testing/png.js").Picture} Picture */
/** @typedef {[left: number, top: number, right: number, bottom: number]} Box The last two are outside. */

/** How red the photo is everywhere. */
const LEVEL = 0x40;
const SIZE = { width: 1200, height: 630 };

/** The photo to send, drawn here: too many colours for a palette, but of one red, by which it is judged. */
const photo = encodePng({ ...SIZE, pixels: Array.from({ length: SIZE.width * SIZE.height }, (_, at) => colorAt(at)) });

/**
 * @param {number} at
 * @returns {string} `rrggbb`
 */
function colorAt(at) {
  const [green, blue] = [(at % SIZE.width) & 0x7f, Math.floor(at / SIZE.width) & 0x7f];
  return [LEVEL, green, blue].map((level) => level.toString(16).padStart(2, "0")).join("");
}

/**
 * Asks a Worker for the card and the watermark, each twice, and checks them.
 *
 * @param {string} url Where the Worker is, without a slash at the end
 */
export async function assertPicturesAt(url) {
  const [card, cardAgain] = [await post(`${url}/card`), await post(`${url}/card`)];
  assert.deepEqual(card, cardAgain, "cards differ");
  assertCard(decodePng(card));
  const marks = [await post(`${url}/watermark`), await post(`${url}/watermark`)];
  assert.deepEqual(marks[0], marks[1], "watermarks differ");
  assertWatermark(decodePng(marks[0]));
}

/**
 * @param {string} url
 * @param {Uint8Array<ArrayBuffer>} body
 */
export async function post(url, body = photo) {
  const response = await fetch(url, { method: "POST", body });
  assert.equal(response.status, 200, await response.clone().text());
  assert.equal(response.headers.get("content-type"), "image/png");
  return response.bytes();
}

/** @param {Picture} card */
function assertCard(card) {
  const levels = levelsOf(card);
  // The shade, in a column without anything else: darker from row to row, from nothing to seven eighths.
  const column = Array.from({ length: SIZE.height }, (_, y) => levels[y * SIZE.width + 10]);
  assert(
    column.every((level, y) => y === 0 || level <= column[y - 1]),
    "the shade turns lighter somewhere",
  );
  assert(Math.abs(column[0] - LEVEL) <= 1, `${column[0]} at the top`);
  const last = column[SIZE.height - 1];
  assert(Math.abs(last - (LEVEL + (8 - LEVEL) * (224 / 255))) <= 1, `${last} at the bottom`);

  const ink = (/** @type {number} */ at) => Math.abs(levels[at] - column[Math.floor(at / SIZE.width)]) > 2;
  const logo = inkBox(ink, [600, 0, 1200, 315]);
  // Its picture has a margin of a few pixels of its own.
  assert(isWithin(logo, [1020, 60, 1140, 180]) && logo[2] - logo[0] > 100, `the logo is at ${logo}`);
  const title = inkBox(ink, [0, 315, 1200, 630]);
  assert(isWithin(title, [72, 370, 600, 570]) && title[0] < 80 && title[2] > 540, `the title is at ${title}`);
  assert.equal(count(ink, [0, 0, 1020, 370]) + count(ink, [600, 200, 1200, 630]), 0, "there is ink elsewhere");

  // Two lines, of which the first is longer; white inside.
  const rows = Array.from({ length: SIZE.height }, (_, y) => count(ink, [60, y, 1200, y + 1]) > 0);
  const lines = rows.flatMap((full, y) => (y >= 315 && full && !rows[y - 1] ? [y] : []));
  assert.equal(lines.length, 2, `lines begin at ${lines}`);
  const [first, second] = lines.map((y) => inkBox(ink, [60, y, 1200, y + 70]));
  assert(first[2] > second[2] + 200, `lines end at ${first[2]} and ${second[2]}`);
  const white = count((at) => card.pixels[at] === "ffffff", title);
  assert(white > 10_000 && white < 30_000, `${white} white pixels`);
}

/** @param {Picture} picture */
function assertWatermark(picture) {
  const levels = levelsOf(picture);
  const box = inkBox((at) => levels[at] !== LEVEL, [0, 0, SIZE.width, SIZE.height]);
  assert(isWithin(box, [900, 540, 1176, 606]) && box[2] > 1170, `the line is at ${box}`);
  // Half of white over the photo, inside of the letters; less at their edges, more nowhere.
  const half = Math.round((LEVEL + 255) / 2);
  assert(
    levels.every((level) => level >= LEVEL && level <= half + 1),
    "something is too light or too dark",
  );
  const full = count((at) => Math.abs(levels[at] - half) <= 1, box);
  assert(full > 1500, `${full} pixels of ${half}`);
}

/**
 * @param {Picture} picture
 * @returns {number[]} The red of each pixel.
 */
function levelsOf({ width, height, pixels }) {
  assert.deepEqual({ width, height }, SIZE);
  return pixels.map((pixel) => Number.parseInt(pixel.slice(0, 2), 16));
}

/**
 * @param {Box} box
 * @returns {Generator<number>} Where its pixels are.
 */
function* pixelsOf([left, top, right, bottom]) {
  for (let y = top; y < Math.min(bottom, SIZE.height); y++) for (let x = left; x < right; x++) yield y * SIZE.width + x;
}

/**
 * @param {(at: number) => boolean} ink
 * @param {Box} box
 */
function count(ink, box) {
  let found = 0;
  for (const at of pixelsOf(box)) if (ink(at)) found++;
  return found;
}

/**
 * @param {(at: number) => boolean} ink
 * @param {Box} box Where it is looked for.
 * @returns {Box} Where it is.
 */
function inkBox(ink, box) {
  let [left, top, right, bottom] = [SIZE.width, SIZE.height, 0, 0];
  for (const at of pixelsOf(box)) {
    if (!ink(at)) continue;
    const [x, y] = [at % SIZE.width, Math.floor(at / SIZE.width)];
    [left, top, right, bottom] = [Math.min(left, x), Math.min(top, y), Math.max(right, x + 1), Math.max(bottom, y + 1)];
  }
  return [left, top, right, bottom];
}

/**
 * @param {Box} inner
 * @param {Box} outer
 */
function isWithin(inner, outer) {
  return inner[0] >= outer[0] && inner[1] >= outer[1] && inner[2] <= outer[2] && inner[3] <= outer[3];
}
