// Every code of the protocol that a client can reach, with the text that says what was wrong.

import { concat, stalling, stream, text } from "../kit/bytes.js";
import { define } from "../kit/case.js";
import { failure, input, pixels, refused } from "../kit/check.js";
import { pattern, plain } from "../kit/picture.js";
import { png, pngOfLength } from "../kit/png.js";

const picture = pattern(8, 6);

/**
 * A case in which one transform is refused.
 *
 * @param {string} name
 * @param {Record<string, unknown>} options
 * @param {string | RegExp} says What is wrong, after `op 0, transform: `.
 * @param {string[]} [proves]
 */
const wrongTransform = (name, options, says, proves = []) =>
  define(`9401: ${name}`, { proves }, (images) =>
    refused(
      input(images, picture).transform(options).output({ format: "rgba" }),
      9401,
      typeof says === "string" ? `op 0, transform: ${says}` : new RegExp(`^op 0, transform: ${says.source}`),
    ),
  );

/**
 * A case in which one draw is refused.
 *
 * @param {string} name
 * @param {Record<string, unknown>} options
 * @param {string | RegExp} says What is wrong, after `op 0, draw: `.
 */
const wrongDraw = (name, options, says) =>
  define(`9401: ${name}`, {}, (images) =>
    refused(
      input(images, picture)
        .draw(stream(png(picture)), options)
        .output({ format: "rgba" }),
      9401,
      typeof says === "string" ? `op 0, draw: ${says}` : new RegExp(`^op 0, draw: ${says.source}`),
    ),
  );

/**
 * A case in which the output is refused.
 *
 * @param {number} code
 * @param {string} name
 * @param {Record<string, unknown>} options
 * @param {string | RegExp} says
 */
const wrongOutput = (code, name, options, says) =>
  define(`${code}: ${name}`, {}, (images) =>
    refused(input(images, picture).output(/** @type {ImageOutputOptions} */ (options)), code, says),
  );

const COLOURS = "a CSS colour (a name, #rgb, #rgba, #rrggbb, #rrggbbaa, rgb() or hsl())";

const options = [
  wrongTransform(
    "an unknown option",
    { widht: 5 },
    /unknown option "widht"; known are trim, flip, rotate, width, height, /,
  ),
  wrongTransform(
    "an unknown option in an object",
    { border: { colour: "red" } },
    'unknown option "border.colour"; known are color, width, top, right, bottom, left',
  ),
  wrongTransform("a number that is text", { width: "60" }, 'width must be a number of at least 0.5, got "60"'),
  wrongTransform("a number out of range", { blur: 251 }, "blur must be 0 to 250, got 251"),
  wrongTransform("a negative number", { width: -5 }, "width must be a number of at least 0.5, got -5"),
  wrongTransform("an angle that is no quarter", { rotate: 45 }, "rotate must be 0, 90, 180 or 270, got 45"),
  wrongTransform(
    "a word that is none",
    { fit: "fill" },
    'fit must be scale-down, contain, cover, crop, aspect-crop, pad, squeeze or scale-up, got "fill"',
  ),
  wrongTransform("a colour that is none", { background: "reddish" }, `background must be ${COLOURS}, got "reddish"`),
  wrongTransform(
    "two options of which one can hold",
    { border: { width: 1, top: 2 } },
    "border.width and border.top exclude each other",
  ),
  wrongTransform("a trim that leaves nothing", { trim: { left: 8 } }, "`trim` leaves nothing of 8×6 pixels"),
  wrongTransform(
    "gravity face without a model",
    { width: 4, height: 4, fit: "cover", gravity: "face" },
    /`gravity: face` needs a model that .+, and none is configured$/,
    ["transform.gravity"],
  ),
  wrongTransform("zoom out of range", { zoom: 2 }, "zoom must be 0 to 1, got 2"),
  wrongTransform(
    "zoom without a model",
    { zoom: 0.5 },
    "`zoom` needs a model that finds faces, and none is configured",
    ["transform.zoom"],
  ),
  wrongTransform(
    "upscale generate without a model",
    { width: 80, fit: "contain", upscale: "generate" },
    /`upscale: generate` needs a model that .+, and none is configured$/,
    ["transform.upscale"],
  ),
  wrongTransform(
    "segment without a model",
    { segment: "foreground" },
    /`segment: foreground` needs a model that .+, and none is configured$/,
    ["transform.segment"],
  ),
  wrongDraw(
    "an unknown option of draw",
    { width: 5 },
    'unknown option "width"; known are opacity, repeat, composite, top, left, bottom, right',
  ),
  wrongDraw("opacity above 1", { opacity: 1.5 }, "opacity must be 0 to 1, got 1.5"),
  wrongDraw("two sides of one axis", { left: 1, right: 1 }, "left and right exclude each other"),
  wrongDraw("a repeat that is none", { repeat: "z" }, 'repeat must be true, false, x or y, got "z"'),
  wrongDraw(
    "a composite that is none",
    { composite: "multiply" },
    'composite must be over, in, atop, out, xor or lighter, got "multiply"',
  ),
  wrongOutput(
    9401,
    "a quality out of range",
    { format: "image/jpeg", quality: 101 },
    'output_quality must be 1 to 100, high, medium-high, medium-low or low, got "101"',
  ),
  wrongOutput(
    9401,
    "a background that is no colour",
    { format: "image/png", background: "#12" },
    `background must be ${COLOURS}, got "#12"`,
  ),
  wrongOutput(
    9401,
    "anim that is neither true nor false",
    { format: "image/gif", anim: "maybe" },
    'anim must be true or false, got "maybe"',
  ),
  define("9401: the entry that is wrong is named", {}, (images) =>
    refused(
      input(images, picture)
        .transform({ rotate: 90 })
        .draw(input(images, picture).transform({ blur: -1 }))
        .output({ format: "rgba" }),
      9401,
      "op 1, transform: blur must be 0 to 250, got -1",
    ),
  ),
];

/** @param {ImagesBinding} images @param {number} count */
const drawing = (images, count) => {
  const canvas = input(images, picture);
  for (let drawn = 0; drawn < count; drawn++) canvas.draw(stream(png(plain(1, 1, [0, 0, 0]))));
  return canvas.output({ format: "rgba" });
};

const counts = [
  define("9401: more sources than allowed", {}, (images) =>
    refused(drawing(images, 64), 9401, "source 64 is one too many: allowed are 64, the canvas included"),
  ),
  define("9401: a thousand sources", {}, (images) =>
    refused(drawing(images, 1000), 9401, "source 64 is one too many: allowed are 64, the canvas included"),
  ),
  define("9401: more steps than allowed", {}, (images) => {
    const canvas = input(images, picture);
    for (let step = 0; step < 257; step++) canvas.transform({ rotate: 90 });
    return refused(
      canvas.output({ format: "rgba" }),
      9401,
      "op 256 is one too many: the list has 257 entries, allowed are 256",
    );
  }),
  define("9401: more levels than allowed", {}, (images) => {
    const levels = Array.from({ length: 17 }, () => input(images, picture));
    const tree = levels.reduceRight((inner, outer) => outer.draw(inner));
    return refused(
      tree.output({ format: "rgba" }),
      9401,
      /^op 0, draw: node 16 would be on level 17 of the tree, allowed are 16$/,
    );
  }),
];

const whole = png(pattern(64, 64));
const TIFF = concat([text("II*\0"), new Uint8Array(64)]);
const SVG = text('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>');
const FORMATS = "image/jpeg, image/png, image/gif, image/webp, image/avif, rgb, rgba";

/**
 * Cases in which a source is refused, as canvas and as overlay.
 *
 * @param {number} code
 * @param {string} name
 * @param {() => Uint8Array} bytes
 * @param {string} says What is wrong, after `source 0: `.
 */
const wrongSource = (code, name, bytes, says) => [
  define(`${code}: ${name}`, {}, (images) =>
    refused(images.input(stream(bytes())).output({ format: "image/png" }), code, `source 0: ${says}`),
  ),
  define(`${code}: ${name}, drawn`, {}, (images) =>
    refused(input(images, picture).draw(stream(bytes())).output({ format: "image/png" }), code, `source 1: ${says}`),
  ),
];

/** One byte more than a source may have. */
const tooLong = () => pngOfLength(picture, 20_000_001);

const sources = [
  define("9402: a source over its limit of bytes", {}, (images) =>
    refused(
      images.input(stream(tooLong())).output({ format: "rgba" }),
      9402,
      "source 0, image: larger than 20000000 bytes",
    ),
  ),
  define("9402: an overlay over its limit of bytes", {}, (images) =>
    refused(
      input(images, picture).draw(stream(tooLong())).output({ format: "rgba" }),
      9402,
      "source 1, draw_image: larger than 20000000 bytes",
    ),
  ),
  define("9402: info of a source over its limit of bytes", {}, (images) =>
    refused(images.info(stream(tooLong())), 9402, "source 0, image: larger than 20000000 bytes", "INFO"),
  ),
  ...wrongSource(
    9412,
    "no picture",
    () => text("hello, I am no picture"),
    "the bytes are no picture of a known format",
  ),
  ...wrongSource(9412, "no byte at all", () => new Uint8Array(0), "there are no bytes"),
  ...wrongSource(9412, "an SVG", () => SVG, "image/svg+xml cannot become a raster picture"),
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
      "op 0, transform: 12001×9001 pixels is outside the limits: sides of 1 to 12000, at most 100000000 pixels in all",
    ),
  ),
  define("9516: a source that ends too early", {}, async (images) => {
    const source = stream(whole.subarray(0, whole.length / 2));
    await refused(images.input(source).output({ format: "rgba" }), 9516, /^source 0: the image\/png is damaged: /);
  }),
  define("9516: an overlay whose bytes are wrong", {}, async (images) => {
    const damaged = whole.map((byte, at) => (at > 60 && at < 90 ? 255 - byte : byte));
    const drawn = input(images, picture).draw(stream(damaged));
    await refused(drawn.output({ format: "rgba" }), 9516, /^source 1: the image\/png is damaged: /);
  }),
  ...wrongSource(
    9520,
    "a TIFF",
    () => TIFF,
    "TIFF is not a supported input format (supported: jpeg, png, gif, webp, avif)",
  ),
  wrongOutput(
    9520,
    "an output format that is none",
    { format: "image/tiff" },
    `output_format must be one of ${FORMATS}, got "image/tiff"`,
  ),
  wrongOutput(9520, "no output format", {}, `output_format must be one of ${FORMATS}, got "undefined"`),
  wrongOutput(
    9432,
    "a field over its limit of bytes",
    { format: "rgba", background: "x".repeat(1_048_577) },
    "background is larger than 1048576 bytes",
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
      "too busy: the bodies of all requests together may hold 1000000 bytes; try again in 1 s",
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
      "the time limit of 3000 ms ran out",
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

export const errors = [tight, ...options, ...counts, ...sources, ...afterwards];
