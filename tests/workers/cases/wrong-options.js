// What a request can say wrong: options, their values, and too much of anything; with the code and the exact words.

import { stream } from "../kit/bytes.js";
import { define } from "../kit/case.js";
import { input, refused } from "../kit/check.js";
import { pattern, plain } from "../kit/picture.js";
import { png } from "../kit/png.js";

const picture = pattern(8, 6);

/** How messages name the first transform, and the first draw. */
const PLACES = { transform: "transform 1 of the canvas", draw: "draw 1 on the canvas" };

/**
 * What a message says about the first entry of the list.
 *
 * @param {"transform" | "draw"} kind
 * @param {string | RegExp} says
 */
const ofFirst = (kind, says) =>
  typeof says === "string" ? `${PLACES[kind]}: ${says}` : new RegExp(`^${PLACES[kind]}: ${says.source}`);

/**
 * A case in which one transform is refused.
 *
 * @param {string} name
 * @param {Record<string, unknown>} options
 * @param {string | RegExp} says What is wrong.
 * @param {string[]} [proves]
 */
const wrongTransform = (name, options, says, proves = []) =>
  define(`9401: ${name}`, { proves }, (images) => {
    const output = input(images, picture).transform(options).output({ format: "rgba" });
    return refused(output, 9401, ofFirst("transform", says));
  });

/**
 * A case in which one draw is refused.
 *
 * @param {string} name
 * @param {Record<string, unknown>} options
 * @param {string} says What is wrong.
 */
const wrongDraw = (name, options, says) =>
  define(`9401: ${name}`, {}, (images) => {
    const drawn = input(images, picture).draw(stream(png(picture)), options);
    return refused(drawn.output({ format: "rgba" }), 9401, ofFirst("draw", says));
  });

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

const FORMATS = "image/jpeg, image/png, image/gif, image/webp, image/avif, rgb, rgba";
const COLOURS = "a CSS colour (a name, #rgb, #rgba, #rrggbb, #rrggbbaa, rgb() or hsl())";

const values = [
  wrongTransform(
    "an unknown option",
    { widht: 5 },
    /unknown option "widht"; known options are trim, flip, rotate, width, height, /,
  ),
  wrongTransform(
    "an unknown option in an object",
    { border: { colour: "red" } },
    'unknown option "border.colour"; known options are color, width, top, right, bottom, left; did you mean color?',
  ),
  wrongTransform(
    "a number that is text",
    { width: "60" },
    'width must be a number of at least 0.5, got "60", which is text; write 60 without quotes',
  ),
  wrongTransform("a number out of range", { blur: 251 }, "blur must be 0 to 250, got 251"),
  wrongTransform("a negative number", { width: -5 }, "width must be a number of at least 0.5, got -5"),
  wrongTransform("an angle that is no quarter", { rotate: 45 }, "rotate must be 0, 90, 180 or 270, got 45"),
  wrongTransform(
    "a word that is none",
    { fit: "conver" },
    'fit must be scale-down, contain, cover, crop, aspect-crop, pad, squeeze, scale-up or outside, got "conver"; did you mean cover?',
  ),
  wrongTransform("a colour that is none", { background: "reddish" }, `background must be ${COLOURS}, got "reddish"`),
  wrongTransform(
    "two options of which one can hold",
    { border: { width: 1, top: 2 } },
    "border.width and border.top cannot be used together",
  ),
  wrongTransform("a trim that leaves nothing", { trim: { left: 8 } }, "`trim` cuts away all of 8×6 pixels"),
  wrongTransform(
    "gravity face without a model",
    { width: 4, height: 4, fit: "cover", gravity: "face" },
    /`gravity: face` needs a model that .+, and none is installed: run `palmette models install (face|generate|segment)`$/,
    ["transform.gravity"],
  ),
  wrongTransform("zoom out of range", { zoom: 2 }, "zoom must be 0 to 1, got 2"),
  wrongTransform(
    "zoom without a model",
    { zoom: 0.5 },
    "`zoom` needs a model that finds faces, and none is installed: run `palmette models install face`",
    ["transform.zoom"],
  ),
  wrongTransform(
    "upscale generate without a model",
    { width: 80, fit: "contain", upscale: "generate" },
    /`upscale: generate` needs a model that .+, and none is installed: run `palmette models install (face|generate|segment)`$/,
    ["transform.upscale"],
  ),
  wrongTransform(
    "segment without a model",
    { segment: "foreground" },
    /`segment: foreground` needs a model that .+, and none is installed: run `palmette models install (face|generate|segment)`$/,
    ["transform.segment"],
  ),
  wrongDraw(
    "an unknown option of draw",
    { width: 5 },
    'unknown option "width"; known options are opacity, repeat, composite, top, left, bottom, right',
  ),
  wrongDraw("opacity above 1", { opacity: 1.5 }, "opacity must be 0 to 1, got 1.5"),
  wrongDraw("two sides of one axis", { left: 1, right: 1 }, "left and right cannot be used together"),
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
  wrongOutput(
    9432,
    "an output format that is none",
    { format: "image/tiff" },
    `output_format must be one of ${FORMATS}, got "image/tiff"`,
  ),
  wrongOutput(9432, "no output format", {}, `output_format must be one of ${FORMATS}, got "undefined"`),
  wrongOutput(
    9432,
    "a field over its limit of bytes",
    { format: "rgba", background: "x".repeat(1_048_577) },
    "background is larger than 1048576 bytes",
  ),
  define("9401: the entry that is wrong is named", {}, (images) =>
    refused(
      input(images, picture)
        .transform({ rotate: 90 })
        .draw(input(images, picture).transform({ blur: -1 }))
        .output({ format: "rgba" }),
      9401,
      "transform 1 of picture 1: blur must be 0 to 250, got -1",
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
    refused(drawing(images, 64), 9401, "more than 64 pictures, the canvas included"),
  ),
  define("9401: a thousand sources", {}, (images) =>
    refused(drawing(images, 1000), 9401, "more than 64 pictures, the canvas included"),
  ),
  define("9401: more steps than allowed", {}, (images) => {
    const canvas = input(images, picture);
    for (let step = 0; step < 257; step++) canvas.transform({ rotate: 90 });
    return refused(canvas.output({ format: "rgba" }), 9401, "257 transforms and draws are over the limit of 256");
  }),
  define("9401: more levels than allowed", {}, (images) => {
    const levels = Array.from({ length: 17 }, () => input(images, picture));
    const tree = levels.reduceRight((inner, outer) => outer.draw(inner));
    return refused(
      tree.output({ format: "rgba" }),
      9401,
      /^draw 1 on picture 15: picture 16 is on level 17 of the tree, and the limit is 16$/,
    );
  }),
];

export const wrongOptions = [...values, ...counts];
