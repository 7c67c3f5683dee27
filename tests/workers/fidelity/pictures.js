// The pictures that probes send.

import { concat } from "../kit/bytes.js";
import { plainGif } from "../kit/gif.js";
import { Picture, paste, pattern, plain } from "../kit/picture.js";

/** No symmetry, no two neighbours alike. */
export const SOURCE = pattern(60, 40);

/** Small enough to be drawn into a corner, and unlike what is there. */
export const SMALL = Picture.of(6, 5, (x, y) => [250 - x * 40, 30 + y * 50, 128]);

/** One colour that every correction changes. */
export const COLOR = [200, 100, 50];
export const EVEN = plain(12, 8, COLOR);

/** Half there. */
export const FAINT = plain(12, 8, [255, 0, 0, 128]);

/** Steps of brightness, for blur and sharpen. */
export const STEPS = Picture.of(48, 24, (x) => Array(3).fill(70 + (Math.floor(x / 6) % 2) * 60));

/** Soft enough for every lossy format. */
export const SOFT = Picture.of(64, 48, (x, y) => [x * 4, y * 5, 128 + 60 * Math.sin((x + y) / 9)]);

/** Few colours in large blocks, for formats with palettes. */
export const BLOCKS = Picture.of(32, 32, (x, y) => [x < 16 ? 200 : 20, y < 16 ? 30 : 160, 60]);

/** One thing in the middle of nothing: where automatic gravity has to look, and what a trim has to find. */
export const SPOT = pattern(12, 12);
export const LONELY = paste(plain(120, 20, [128, 128, 128]), SPOT, 96, 4);

/** The colour of the face. */
export const SKIN = [224, 180, 150];

/** What a face is made of, each drawn over those before: the middle of an ellipse, its radii, its colour. */
const FEATURES = [
  { x: 50, y: 50, wide: 24, high: 32, color: [70, 45, 30] },
  { x: 50, y: 54, wide: 20, high: 26, color: SKIN },
  ...[42, 58].flatMap((x) => [
    { x, y: 48, wide: 4, high: 2.4, color: [245, 245, 245] },
    { x, y: 48, wide: 2, high: 2.2, color: [40, 30, 25] },
    { x, y: 43, wide: 5, high: 1.2, color: [60, 40, 30] },
  ]),
  { x: 50, y: 57, wide: 2.6, high: 3.6, color: [205, 155, 128] },
  { x: 50, y: 68, wide: 8, high: 2.6, color: [170, 70, 70] },
];

/** A face on the left of an even wall: what models look for. */
export const FACE = Picture.of(200, 100, (x, y) => {
  const holds = (/** @type {typeof FEATURES[0]} */ it) =>
    ((x + 0.5 - it.x) / it.wide) ** 2 + ((y + 0.5 - it.y) / it.high) ** 2 < 1;
  return FEATURES.findLast(holds)?.color ?? [200, 210, 220];
});

/**
 * Two halves, red and blue.
 *
 * @param {number} width
 * @param {number} height
 */
export const halves = (width, height) => Picture.of(width, height, (x) => (x < width / 2 ? [255, 0, 0] : [0, 0, 255]));

/**
 * Which pixels of halves are far from where the colours meet, for whatever filter resized them.
 *
 * @param {number} width
 */
export const apart = (width) => (/** @type {number} */ x) => Math.abs(x + 0.5 - width / 2) > 5;

/**
 * A small picture in a frame.
 *
 * @param {readonly number[]} color
 * @param {number} [noise] Levels by which pixels of the frame differ.
 */
export const framed = (color, noise = 0) => {
  const frame = Picture.of(20, 16, (x, y) => color.map((level) => level - ((x + y) % 2) * noise));
  return paste(frame, INNER, 4, 3);
};

/** What is in the frame. */
export const INNER = Picture.of(10, 8, (x, y) => [x * 9, 40 + y * 9, 0]);

/** Three frames of three colours. */
export const MOVING = plainGif(
  16,
  16,
  [
    [255, 0, 0],
    [0, 255, 0],
    [0, 0, 255],
  ],
  20,
);

/**
 * A JPEG that says in its EXIF that it lies on its side and is to be turned clockwise.
 *
 * @param {Uint8Array} jpeg One without EXIF.
 */
export function lying(jpeg) {
  const exif = Buffer.from("Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0", "latin1");
  const head = Uint8Array.of(0xff, 0xe1, 0, exif.length + 2);
  return concat([jpeg.subarray(0, 2), head, exif, jpeg.subarray(2)]);
}
