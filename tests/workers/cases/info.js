// `info`: format, bytes and size, for every format, from the header alone.

import { concat, stream, text, toBase64 } from "../kit/bytes.js";
import { define } from "../kit/case.js";
import { becomes, encoded, equal, input, refused } from "../kit/check.js";
import { plainGif } from "../kit/gif.js";
import { Picture, pattern } from "../kit/picture.js";
import { png } from "../kit/png.js";

const FORMATS = /** @type {const} */ (["image/jpeg", "image/png", "image/gif", "image/webp", "image/avif"]);

/** An EXIF segment that says: turn me by a quarter, clockwise, to see me upright. */
const QUARTER = concat([
  Uint8Array.of(0xff, 0xe1, 0, 34),
  text("Exif\0\0MM\0*"),
  Uint8Array.of(0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0),
]);

/** @param {Uint8Array} jpeg */
const lyingDown = (jpeg) => concat([jpeg.subarray(0, 2), QUARTER, jpeg.subarray(2)]);

/** Red on the left, blue on the right, in blocks that JPEG keeps. */
const halves = Picture.of(32, 16, (x) => (x < 16 ? [255, 0, 0] : [0, 0, 255]));

export const info = [
  ...FORMATS.map((format) =>
    define(`info of ${format}`, { proves: ["output_format"] }, async (images) => {
      const bytes = await encoded(input(images, pattern(23, 17)), { format });
      equal(await images.info(stream(bytes)), { fileSize: bytes.length, width: 23, height: 17, format });
    }),
  ),
  define("info of an animation is that of its canvas", {}, async (images) => {
    const bytes = plainGif(
      12,
      9,
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      5,
    );
    equal(await images.info(stream(bytes)), { fileSize: bytes.length, width: 12, height: 9, format: "image/gif" });
  }),
  define("info of an SVG is its format alone", {}, async (images) => {
    const svg = text('<svg xmlns="http://www.w3.org/2000/svg" width="5" height="5"/>');
    equal(await images.info(stream(svg)), { format: "image/svg+xml" });
  }),
  define("info and pixels of what lies down are upright", {}, async (images) => {
    const bytes = lyingDown(await encoded(input(images, halves), { format: "image/jpeg", quality: 100 }));
    equal(await images.info(stream(bytes)), { fileSize: bytes.length, width: 16, height: 32, format: "image/jpeg" });
    const upright = Picture.of(16, 32, (_, y) => (y < 16 ? [255, 0, 0] : [0, 0, 255]));
    await becomes(upright, images.input(stream(bytes)), { within: 6 });
  }),
  define("info takes base64", {}, async (images) => {
    const bytes = png(pattern(5, 4));
    const source = stream(text(toBase64(bytes)));
    equal(await images.info(source, { encoding: "base64" }), {
      fileSize: bytes.length,
      width: 5,
      height: 4,
      format: "image/png",
    });
  }),
  define("info reads no pixels", {}, async (images) => {
    const bytes = png(pattern(40, 30)).subarray(0, 100);
    equal(await images.info(stream(bytes)), { fileSize: 100, width: 40, height: 30, format: "image/png" });
  }),
  define("info of no picture is refused", {}, (images) =>
    refused(
      images.info(stream(text("I am no picture"))),
      9412,
      "the canvas: not an image in a supported format (JPEG, PNG, GIF, WebP, AVIF, HEIC, BMP, TIFF, ICO, QOI, PNM)",
      "INFO",
    ),
  ),
];
