// One probe for every option, and for every value of those that have a few: a small request in which the option matters, and what its
// result looks like if it was honoured.

import { cut, Picture, paste, plain } from "../kit/picture.js";
import { like, moving, rougher, typed } from "./looks.js";
import * as pictures from "./pictures.js";

const {
  SOURCE,
  SMALL,
  COLOR,
  EVEN,
  FAINT,
  STEPS,
  SOFT,
  BLOCKS,
  LONELY,
  FACE,
  SKIN,
  SPOT,
  INNER,
  halves,
  apart,
  framed,
} = pictures;

/** @typedef {import("./request.js").Request} Request */
/** @typedef {import("./looks.js").Looks} Looks */

/**
 * @typedef {object} Probe
 * @property {string} path The option, as `GET /options` names it.
 * @property {Request} request
 * @property {Looks} looks
 * @property {"something else" | "the same" | "nothing"} bare What a request without the option means.
 */

/**
 * @param {string} path
 * @param {Request} request
 * @param {Looks} looks
 * @returns {Probe}
 */
const probe = (path, request, looks) => ({ path, request, looks, bare: "something else" });

/**
 * A value that is the default.
 *
 * @param {string} path
 * @param {Request} request
 * @param {Looks} looks
 * @returns {Probe}
 */
const usual = (path, request, looks) => ({ path, request, looks, bare: "the same" });

/**
 * @param {Probe} probe
 * @returns {Probe}
 */
const byDefault = (probe) => ({ ...probe, bare: "the same" });

/**
 * A transform of one picture.
 *
 * @param {Picture} source
 * @param {Record<string, unknown>} transform
 * @returns {Request}
 */
const on = (source, transform) => ({ source, transform });

const { width, height } = SOURCE;

/** @param {unknown} border */
const trimBorder = (border) => ({ trim: { border } });

const trims = [
  probe("transform.trim", on(framed([255, 255, 255]), { trim: "border" }), like(INNER)),
  probe("transform.trim.top", on(SOURCE, { trim: { top: 3 } }), like(cut(SOURCE, 0, 3, 60, 37))),
  probe("transform.trim.right", on(SOURCE, { trim: { right: 5 } }), like(cut(SOURCE, 0, 0, 55, 40))),
  probe("transform.trim.bottom", on(SOURCE, { trim: { bottom: 7 } }), like(cut(SOURCE, 0, 0, 60, 33))),
  probe("transform.trim.left", on(SOURCE, { trim: { left: 0.1 } }), like(cut(SOURCE, 6, 0, 54, 40))),
  probe("transform.trim.width", on(SOURCE, { trim: { left: 2, width: 30 } }), like(cut(SOURCE, 2, 0, 30, 40))),
  probe("transform.trim.height", on(SOURCE, { trim: { top: 2, height: 20 } }), like(cut(SOURCE, 0, 2, 60, 20))),
  probe("transform.trim.border", on(framed([255, 255, 255]), trimBorder(true)), like(INNER)),
  probe(
    "transform.trim.border.color",
    on(framed([255, 255, 255]), trimBorder({ color: "blue", keep: 0 })),
    like(framed([255, 255, 255])),
  ),
  probe("transform.trim.border.tolerance", on(framed([255, 255, 255], 40), trimBorder({ tolerance: 60 })), like(INNER)),
  probe(
    "transform.trim.border.keep",
    on(framed([255, 255, 255]), trimBorder({ keep: 2 })),
    like(cut(framed([255, 255, 255]), 2, 1, 14, 12)),
  ),
];

const turns = [
  probe("transform.flip", on(SOURCE, { flip: "h" }), like(map((x, y) => [width - 1 - x, y]))),
  probe("transform.flip", on(SOURCE, { flip: "v" }), like(map((x, y) => [x, height - 1 - y]))),
  probe("transform.flip", on(SOURCE, { flip: "hv" }), like(map((x, y) => [width - 1 - x, height - 1 - y]))),
  usual("transform.rotate", on(SOURCE, { rotate: 0 }), like(SOURCE)),
  probe("transform.rotate", on(SOURCE, { rotate: 90 }), like(map((x, y) => [y, height - 1 - x], height, width))),
  probe("transform.rotate", on(SOURCE, { rotate: 180 }), like(map((x, y) => [width - 1 - x, height - 1 - y]))),
  probe("transform.rotate", on(SOURCE, { rotate: 270 }), like(map((x, y) => [width - 1 - y, x], height, width))),
];

/**
 * The source, every pixel taken from elsewhere.
 *
 * @param {(x: number, y: number) => [number, number]} from
 */
function map(from, toWidth = width, toHeight = height) {
  return Picture.of(toWidth, toHeight, (x, y) => SOURCE.at(...from(x, y)));
}

/** @param {number} toWidth @param {number} toHeight */
const resized = (toWidth, toHeight) => like(halves(toWidth, toHeight), 2, apart(toWidth));

/**
 * @param {string} fit
 * @param {Picture} source
 * @param {[number, number]} box
 * @param {Looks} looks
 */
const fit = (fit, source, [width, height], looks) => probe("transform.fit", on(source, { width, height, fit }), looks);

const sizes = [
  probe("transform.width", on(halves(60, 40), { width: 30 }), resized(30, 20)),
  probe("transform.width", on(halves(60, 40), { width: 29.5 }), resized(30, 20)),
  probe("transform.height", on(halves(60, 40), { height: 20 }), resized(30, 20)),
  usual("transform.fit", on(SOURCE, { width: 120, height: 120, fit: "scale-down" }), like(SOURCE)),
  fit("contain", halves(60, 40), [180, 80], resized(120, 80)),
  fit("cover", SOURCE, [20, 40], like(cut(SOURCE, 20, 0, 20, 40))),
  fit("crop", SOURCE, [30, 60], like(cut(SOURCE, 15, 0, 30, 40))),
  fit("aspect-crop", SOURCE, [120, 120], like(cut(SOURCE, 10, 0, 40, 40))),
  fit("pad", SOURCE, [80, 40], like(paste(plain(80, 40, [255, 255, 255]), SOURCE, 10, 0))),
  fit("squeeze", halves(60, 40), [40, 80], resized(40, 80)),
  fit("scale-up", halves(60, 40), [90, 90], resized(90, 60)),
  fit("outside", halves(60, 40), [90, 90], resized(135, 90)),
  usual(
    "transform.upscale",
    on(halves(60, 40), { width: 90, fit: "contain", upscale: "interpolate" }),
    resized(90, 60),
  ),
  // A model is not exact in colours.
  probe(
    "transform.upscale",
    on(halves(60, 40), { width: 90, fit: "contain", upscale: "generate" }),
    like(halves(90, 60), 16, apart(90)),
  ),
];

/**
 * Of this size, with skin at a place.
 *
 * @param {number} wide @param {number} high @param {number} x @param {number} y
 * @returns {Looks}
 */
const skinAt = (wide, high, x, y) => {
  const skin = Picture.of(wide, high, () => SKIN);
  return like(skin, 12, (atX, atY) => atX === x && atY === y);
};

/** The face stays, and the wall is clear. @type {Looks} */
const isCutOut = ({ picture }) =>
  picture.width === FACE.width && picture.at(50, 54)[3] > 200 && picture.at(150, 50)[3] < 50;

const narrow = { width: 20, height: 40, fit: "cover" };
const flat = { width: 60, height: 10, fit: "cover" };
const found = { width: 20, height: 20, fit: "cover" };

/** @param {Record<string, unknown>} box @param {unknown} gravity @param {[number, number, number, number]} window */
const crop = (box, gravity, window, path = "transform.gravity") =>
  probe(path, on(SOURCE, { ...box, gravity }), like(cut(SOURCE, ...window)));

/** Whether the spot is whole in the window. */
const whole = (/** @type {import("./looks.js").Result} */ { picture }) =>
  picture.width === 20 && [...Array(9).keys()].some((left) => like(SPOT)(seen(cut(picture, left, 4, 12, 12))));

/** @param {Picture} picture */
const seen = (picture) => ({ type: "", bytes: new Uint8Array(), picture, frames: 1 });

const gravities = [
  crop(narrow, "left", [0, 0, 20, 40]),
  crop(narrow, "right", [40, 0, 20, 40]),
  crop(flat, "top", [0, 0, 60, 10]),
  crop(flat, "bottom", [0, 30, 60, 10]),
  usual("transform.gravity", on(SOURCE, { ...flat, gravity: "center" }), like(cut(SOURCE, 0, 15, 60, 10))),
  probe("transform.gravity", on(LONELY, { ...found, gravity: "auto" }), whole),
  probe("transform.gravity", on(LONELY, { ...found, gravity: "entropy" }), whole),
  probe(
    "transform.gravity",
    on(FACE, { width: 60, height: 100, fit: "cover", gravity: "face" }),
    skinAt(60, 100, 30, 76),
  ),
  crop(narrow, { x: 0.75 }, [30, 0, 20, 40], "transform.gravity.x"),
  crop(flat, { y: 0.2 }, [0, 6, 60, 10], "transform.gravity.y"),
  crop(narrow, { x: 0.25, y: 0.5, mode: "box-center" }, [5, 0, 20, 40], "transform.gravity.mode"),
  byDefault(crop(narrow, { x: 0.75, y: 0.5, mode: "remainder" }, [30, 0, 20, 40], "transform.gravity.mode")),
  probe(
    "transform.zoom",
    on(FACE, { width: 60, height: 60, fit: "cover", gravity: "face", zoom: 0.9 }),
    skinAt(60, 60, 10, 30),
  ),
  probe("transform.segment", on(FACE, { segment: "foreground" }), isCutOut),
];

/** @param {number[]} color */
const even = (color) => like(plain(12, 8, color), 4);

const colors = [
  probe("transform.brightness", on(EVEN, { brightness: 0.5 }), even(COLOR.map((level) => level / 2))),
  probe("transform.contrast", on(EVEN, { contrast: 0.5 }), even(COLOR.map((level) => 127.5 + (level - 127.5) / 2))),
  probe("transform.gamma", on(EVEN, { gamma: 2 }), even(COLOR.map((level) => 255 * Math.sqrt(level / 255)))),
  probe(
    "transform.saturation",
    on(EVEN, { saturation: 0 }),
    ({ picture }) => new Set(picture.data.subarray(0, 3)).size === 1,
  ),
  probe("transform.blur", on(STEPS, { blur: 6 }), rougher(STEPS, 0, 0.6)),
  probe("transform.sharpen", on(STEPS, { sharpen: 4 }), rougher(STEPS, 1.2, 9)),
  probe("transform.background", on(FAINT, { background: "white" }), like(plain(12, 8, [255, 127, 127]))),
  probe(
    "transform.background",
    on(SOURCE, { width: 80, height: 40, fit: "pad", background: "rgb(10 20 30)" }),
    like(paste(plain(80, 40, [10, 20, 30]), SOURCE, 10, 0)),
  ),
];

const GOLD = [255, 215, 0];
const BLACK = [0, 0, 0];

/** @param {readonly number[]} color @param {[number, number, number, number]} sides Top, right, bottom and left. */
const bordered = (color, [top, right, bottom, left]) =>
  like(paste(plain(60 + left + right, 40 + top + bottom, color), SOURCE, left, top));

/** @param {string} key @param {Record<string, unknown>} border @param {Looks} looks */
const border = (key, border, looks) => probe(`transform.border${key}`, on(SOURCE, { border }), looks);

const borders = [
  border("", { color: "gold", width: 4 }, bordered(GOLD, [4, 4, 4, 4])),
  border(".color", { color: "gold", width: 4 }, bordered(GOLD, [4, 4, 4, 4])),
  border(".width", { width: 4 }, bordered(BLACK, [4, 4, 4, 4])),
  border(".top", { top: 4 }, bordered(BLACK, [4, 0, 0, 0])),
  border(".right", { right: 4 }, bordered(BLACK, [0, 4, 0, 0])),
  border(".bottom", { bottom: 4 }, bordered(BLACK, [0, 0, 4, 0])),
  border(".left", { left: 4 }, bordered(BLACK, [0, 0, 0, 4])),
];

/**
 * @param {string} option
 * @param {Record<string, unknown>} draw
 * @param {Looks} looks
 */
const drawn = (option, draw, looks) => probe(`draw.${option}`, { source: SOURCE, overlay: SMALL, draw }, looks);

/** @param {number} left @param {number} top */
const at = (left, top) => like(paste(SOURCE, SMALL, left, top));

/** @param {boolean} x @param {boolean} y */
const tiled = (x, y) =>
  like(
    Picture.of(width, height, (toX, toY) =>
      (x || toX < 6) && (y || toY < 5) ? SMALL.at(toX % 6, toY % 5) : SOURCE.at(toX, toY),
    ),
  );

/** The canvas is there on the left, the overlay at the top: every meeting of the two has its quarter. */
const [RED, BLUE, CLEAR] = [
  [200, 0, 0],
  [0, 0, 200],
  [0, 0, 0, 0],
];
const LEFT = Picture.of(16, 12, (x) => (x < 8 ? RED : CLEAR));
const UPPER = Picture.of(16, 12, (_, y) => (y < 6 ? BLUE : CLEAR));

/**
 * @param {string} composite
 * @param {number[]} both
 * @param {number[]} overlayOnly
 * @param {number[]} canvasOnly
 */
const composite = (composite, both, overlayOnly, canvasOnly) =>
  probe(
    "draw.composite",
    { source: LEFT, overlay: UPPER, draw: { top: 0, left: 0, composite } },
    like(
      Picture.of(16, 12, (x, y) => {
        if (y < 6) return x < 8 ? both : overlayOnly;
        return x < 8 ? canvasOnly : CLEAR;
      }),
    ),
  );

const draws = [
  probe(
    "draw.opacity",
    { source: plain(12, 8, BLACK), overlay: plain(12, 8, [200, 100, 50]), draw: { opacity: 0.5 } },
    like(plain(12, 8, [100, 50, 25])),
  ),
  drawn("repeat", { repeat: true }, tiled(true, true)),
  drawn("repeat", { repeat: "x", top: 0 }, tiled(true, false)),
  drawn("repeat", { repeat: "y", left: 0 }, tiled(false, true)),
  byDefault(drawn("repeat", { repeat: false, top: 0, left: 0 }, at(0, 0))),
  drawn("top", { top: 3, left: 0 }, at(0, 3)),
  drawn("left", { top: 0, left: 7 }, at(7, 0)),
  drawn("bottom", { bottom: 2, left: 0 }, at(0, 33)),
  drawn("right", { top: 0, right: 1 }, at(53, 0)),
  byDefault(composite("over", BLUE, BLUE, RED)),
  composite("in", BLUE, CLEAR, CLEAR),
  composite("atop", BLUE, CLEAR, RED),
  composite("out", CLEAR, BLUE, CLEAR),
  composite("xor", CLEAR, BLUE, RED),
  composite("lighter", [200, 0, 200], BLUE, RED),
];

/** @param {string} format @param {Picture} source @param {Looks} looks @returns {Probe} */
const format = (format, source, looks) => ({
  path: "output_format",
  request: { source, output: { format } },
  looks,
  bare: "nothing",
});

const BARE = "application/octet-stream";

/** @param {unknown} quality @param {string} [format] */
const quality = (quality, format = "image/jpeg") =>
  probe("output_quality", { source: SOFT, output: { format, quality } }, typed(format, like(SOFT, 60)));

/** The first frame of what moves, within what a lossy format may cost. */
const FIRST = like(plain(16, 16, [255, 0, 0]), 24);

const outputs = [
  format("image/jpeg", SOFT, typed("image/jpeg", like(SOFT, 24))),
  format("image/png", SOFT, typed("image/png", like(SOFT, 0))),
  format("image/gif", BLOCKS, typed("image/gif", like(BLOCKS, 8))),
  format("image/webp", SOFT, typed("image/webp", like(SOFT, 24))),
  format("image/avif", SOFT, typed("image/avif", like(SOFT, 24))),
  format("rgb", SMALL, ({ type, bytes }) => type === BARE && bytes.length === 6 * 5 * 3),
  format("rgba", SMALL, ({ type, bytes }) => type === BARE && Buffer.from(bytes).equals(SMALL.data)),
  quality(20),
  quality(20, "image/webp"),
  quality(20, "image/avif"),
  ...["high", "medium-high", "medium-low", "low"].map((word) => quality(word)),
  probe("background", { source: FAINT, output: { background: "white" } }, like(plain(12, 8, [255, 127, 127]))),
  probe(
    "anim",
    { source: pictures.MOVING, output: { format: "image/webp", anim: false } },
    typed("image/webp", moving(1, FIRST)),
  ),
  usual(
    "anim",
    { source: pictures.MOVING, output: { format: "image/webp", anim: true } },
    typed("image/webp", moving(3, FIRST)),
  ),
];

/** Every option of `GET /options`. */
export const PROBES = [...trims, ...turns, ...sizes, ...gravities, ...colors, ...borders, ...draws, ...outputs];
