// What can be wrong with a source, and with the moment: codes and words of a server that cannot do what it is asked.

import { concat, stalling, stream, text } from "../kit/bytes.js";
import { define } from "../kit/case.js";
import { failure, input, pixels, refused } from "../kit/check.js";
import { pattern, plain } from "../kit/picture.js";
import { png, pngOfLength } from "../kit/png.js";

const picture = pattern(8, 6);

const whole = png(pattern(64, 64));
const PSD = concat([text("8BPS"), new Uint8Array(64)]);
const SVG = text('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>');

/**
 * Cases in which a source is refused, as canvas and as overlay.
 *
 * @param {number} code
 * @param {string} name
 * @param {() => Uint8Array} bytes
 * @param {string} says What is wrong, after `the canvas: `.
 */
const wrongSource = (code, name, bytes, says) => [
  define(`${code}: ${name}`, {}, (images) =>
    refused(images.input(stream(bytes())).output({ format: "image/png" }), code, `the canvas: ${says}`),
  ),
  define(`${code}: ${name}, drawn`, {}, (images) =>
    refused(input(images, picture).draw(stream(bytes())).output({ format: "image/png" }), code, `picture 1: ${says}`),
  ),
];

/** One byte more than a source may have. */
const tooLong = () => pngOfLength(picture, 20_000_001);

const sources = [
  define("9402: a source over its limit of bytes", {}, (images) =>
    refused(
      images.input(stream(tooLong())).output({ format: "rgba" }),
      9402,
      "the canvas (image) is larger than 20000000 bytes",
    ),
  ),
  define("9402: an overlay over its limit of bytes", {}, (images) =>
    refused(
      input(images, picture).draw(stream(tooLong())).output({ format: "rgba" }),
      9402,
      "picture 1 (draw_image) is larger than 20000000 bytes",
    ),
  ),
  define("9402: info of a source over its limit of bytes", {}, (images) =>
    refused(images.info(stream(tooLong())), 9402, "the canvas (image) is larger than 20000000 bytes", "INFO"),
  ),
  ...wrongSource(
    9412,
    "no picture",
    () => text("hello, I am no picture"),
    "not an image in a supported format (JPEG, PNG, GIF, WebP, AVIF, HEIC, BMP, TIFF, ICO, QOI, PNM)",
  ),
  ...wrongSource(9412, "no byte at all", () => new Uint8Array(0), "the file is empty"),
  ...wrongSource(9412, "an SVG", () => SVG, "SVG is not supported (image/svg+xml); send a raster image"),
  ...wrongSource(
    9413,
    "a source with too long a side",
    () => png(plain(12_001, 1, [0, 0, 0])),
    "12001×1 pixels is outside the limits: sides of 1 to 12000, at most 100000000 pixels in all",
  ),
  define("9413: a result with too long a side", {}, (images) =>
    refused(
      input(images, picture).transform({ width: 12_001, fit: "contain" }).output({ format: "rgba" }),
      9413,
      "transform 1 of the canvas: 12001×9001 pixels is outside the limits: sides of 1 to 12000, at most 100000000 pixels in all",
    ),
  ),
  define("9516: a source that ends too early", {}, async (images) => {
    const source = stream(whole.subarray(0, whole.length / 2));
    await refused(images.input(source).output({ format: "rgba" }), 9516, /^the canvas: the image\/png is damaged: /);
  }),
  define("9516: an overlay whose bytes are wrong", {}, async (images) => {
    const damaged = whole.map((byte, at) => (at > 60 && at < 90 ? 255 - byte : byte));
    const drawn = input(images, picture).draw(stream(damaged));
    await refused(drawn.output({ format: "rgba" }), 9516, /^picture 1: the image\/png is damaged: /);
  }),
  ...wrongSource(
    9520,
    "a PSD",
    () => PSD,
    "PSD is not a supported input format (supported: JPEG, PNG, GIF, WebP, AVIF, HEIC, BMP, TIFF, ICO, QOI, PNM)",
  ),
];

/** Half a megabyte more than the tight server holds at once. */
const HEAVY_BYTES = 1_500_000;

// One case, because what fills the server leaves no room for another.
const tight = define(
  "9522, 9516 and 9529 of a server with hardly any room and time",
  {},
  async (_, { tight: images }) => {
    await refused(
      images.input(stream(pngOfLength(picture, HEAVY_BYTES))).output({ format: "rgba" }),
      9522,
      "too busy: the bodies of all requests may take 1000000 bytes in total; try again in 1 s",
    );
    // This one takes pictures that are longer than WebP can hold.
    await refused(
      images.input(stream(png(plain(17_000, 1, [1, 2, 3])))).output({ format: "image/webp" }),
      9516,
      /^output: encoding as image\/webp failed: /,
    );
    // Newer runtimes hand the answer on at once, older ones when the source has ended.
    await refused(
      images.input(stalling(png(picture), 4500)).output({ format: "rgba" }),
      9529,
      "the request took longer than the limit of 3000 ms",
    );
  },
);

const afterwards = [
  define("a failure spoils nothing that comes after it", {}, async (images) => {
    for (let round = 0; round < 10; round++) {
      await failure(images.input(stream(text("no picture"))).output({ format: "rgba" }));
      await pixels(input(images, picture), 8, 6);
    }
  }),
];

export const wrongSources = [tight, ...sources, ...afterwards];
