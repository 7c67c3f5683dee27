// `draw`: where overlays lie, how they repeat, how they mix, and what a tree of them becomes.

import { stream } from "../kit/bytes.js";
import { define } from "../kit/case.js";
import { becomes, encoded, input } from "../kit/check.js";
import { Picture, paste, pattern, plain } from "../kit/picture.js";
import { png } from "../kit/png.js";

/** What rounding once may cost. */
const ROUNDED = { within: 1 };

const canvas = plain(24, 16, [40, 80, 120]);
const overlay = pattern(6, 4);

/**
 * A case that draws one picture on another.
 *
 * @param {string} name
 * @param {string[]} proves Options of `draw`, without that word.
 * @param {Record<string, unknown>} options What `draw` gets.
 * @param {Picture} expected
 * @param {{on?: Picture, over?: Picture} & import("../kit/check.js").Tolerance} [more]
 */
const draws = (name, proves, options, expected, { on = canvas, over = overlay, ...tolerance } = {}) =>
  define(name, { proves: proves.map((option) => `draw.${option}`) }, (images) =>
    becomes(expected, input(images, on).draw(stream(png(over)), options), tolerance),
  );

/**
 * The canvas with the overlay at each of these places.
 *
 * @param {...[number, number]} places
 */
const at = (...places) => places.reduce((whole, [left, top]) => paste(whole, overlay, left, top), canvas);

const positions = [
  draws("an overlay lies in the middle", [], {}, at([9, 6])),
  draws(
    "an overlay that cannot lie in the middle lies above and to the left of it",
    [],
    {},
    paste(canvas, pattern(5, 3), 9, 6),
    {
      over: pattern(5, 3),
    },
  ),
  draws("draw top and left count from there", ["top", "left"], { top: 1, left: 2 }, at([2, 1])),
  draws("draw bottom and right count from there", ["bottom", "right"], { bottom: 1, right: 2 }, at([16, 11])),
  draws("one side leaves the other axis in the middle", ["left"], { left: 0 }, at([0, 6])),
  draws("0 is a position", ["top", "right"], { top: 0, right: 0 }, at([18, 0])),
  draws("negative positions reach over the edge", ["top", "left"], { top: -2, left: -3 }, at([-3, -2])),
  draws("what lies outside altogether is not drawn", ["left"], { left: 24 }, canvas),
  draws("an overlay larger than the canvas is cut off", [], {}, paste(canvas, pattern(30, 30), -3, -7), {
    over: pattern(30, 30),
  }),
];

/** @param {number} left @param {number} top @param {boolean} x @param {boolean} y */
const tiled = (left, top, x, y) => {
  const tile = (/** @type {number} */ value, /** @type {number} */ length, /** @type {boolean} */ repeats) =>
    repeats ? ((value % length) + length) % length : value;
  const inside = (/** @type {number} */ value, /** @type {number} */ length) => value >= 0 && value < length;
  return Picture.of(24, 16, (column, row) => {
    const [u, v] = [tile(column - left, 6, x), tile(row - top, 4, y)];
    return inside(u, 6) && inside(v, 4) ? overlay.at(u, v) : canvas.at(column, row);
  });
};

const repeats = [
  draws("repeat true tiles from the corner", ["repeat"], { repeat: true }, tiled(0, 0, true, true)),
  draws(
    "repeat true tiles both ways from its position",
    ["repeat", "left", "top"],
    { repeat: true, left: 8, top: 3 },
    tiled(8, 3, true, true),
  ),
  draws("repeat x tiles a row", ["repeat", "bottom"], { repeat: "x", bottom: 0 }, tiled(0, 12, true, false)),
  draws("repeat y tiles a column", ["repeat", "right"], { repeat: "y", right: 1 }, tiled(17, 0, false, true)),
  draws("repeat false draws once", [], { repeat: false }, at([9, 6])),
];

const [red, white] = [plain(4, 4, [255, 0, 0]), plain(4, 4, [255, 255, 255])];

const opacities = [
  draws("red at half opacity over white", ["opacity"], { opacity: 0.5 }, plain(4, 4, [255, 128, 128]), {
    on: white,
    over: red,
  }),
  draws("opacity 0 draws nothing", ["opacity"], { opacity: 0 }, white, { on: white, over: red }),
  draws("opacity 1 is the default", [], { opacity: 1 }, red, { on: white, over: red }),
  draws("opacity multiplies alpha", ["opacity"], { opacity: 0.25 }, plain(4, 4, [255, 204, 204]), {
    on: white,
    over: plain(4, 4, [255, 0, 0, 204]),
    ...ROUNDED,
  }),
];

/** Alpha of the overlay grows to the right, that of the canvas downwards. */
const foreground = Picture.of(16, 16, (x) => [220, 60, 20, x * 17]);
const backdrop = Picture.of(16, 16, (_, y) => [30, 100, 200, y * 17]);

/** Colour and alpha by operator, premultiplied, of the foreground S and the backdrop D with alphas aS and aD, 0 to 1. */
const OPERATORS = {
  over: (/** @type {number} */ S, /** @type {number} */ D, /** @type {number} */ aS) => S + D * (1 - aS),
  in: (/** @type {number} */ S, /** @type {number} */ _D, /** @type {number} */ _aS, /** @type {number} */ aD) =>
    S * aD,
  atop: (/** @type {number} */ S, /** @type {number} */ D, /** @type {number} */ aS, /** @type {number} */ aD) =>
    S * aD + D * (1 - aS),
  out: (/** @type {number} */ S, /** @type {number} */ _D, /** @type {number} */ _aS, /** @type {number} */ aD) =>
    S * (1 - aD),
  xor: (/** @type {number} */ S, /** @type {number} */ D, /** @type {number} */ aS, /** @type {number} */ aD) =>
    S * (1 - aD) + D * (1 - aS),
  lighter: (/** @type {number} */ S, /** @type {number} */ D) => Math.min(1, S + D),
};

/** @param {(S: number, D: number, aS: number, aD: number) => number} operator */
const mixed = (operator) =>
  Picture.of(16, 16, (x, y) => {
    const [front, back] = [foreground.at(x, y), backdrop.at(x, y)];
    const [aS, aD] = [front[3] / 255, back[3] / 255];
    const alpha = operator(aS, aD, aS, aD);
    const color = [0, 1, 2].map((c) => operator((front[c] / 255) * aS, (back[c] / 255) * aD, aS, aD));
    return [...color.map((value) => (alpha ? (value / alpha) * 255 : 0)), alpha * 255];
  });

const composites = Object.entries(OPERATORS).map(([composite, operator]) => {
  const expected = mixed(operator);
  // Without alpha there is no colour to speak of.
  const where = (/** @type {number} */ x, /** @type {number} */ y) => expected.at(x, y)[3] > 0;
  const proves = composite === "over" ? [] : ["composite"];
  return draws(`composite ${composite}`, proves, { composite }, expected, {
    on: backdrop,
    over: foreground,
    ...ROUNDED,
    where,
  });
});

const [A, B, C, D, E] = [pattern(20, 10), pattern(8, 6), pattern(3, 3), pattern(2, 2), plain(1, 1, [9, 8, 7])];

/** @param {Picture} picture */
const quarter = (picture) => Picture.of(picture.height, picture.width, (x, y) => picture.at(y, picture.height - 1 - x));

const trees = [
  define(
    "a tree of draws becomes what its branches become, in order",
    { proves: ["transform.rotate", "draw.left", "draw.top", "draw.right"] },
    async (images) => {
      const branch = input(images, B)
        .transform({ rotate: 90 })
        .draw(input(images, C).draw(stream(png(D)), { left: 1, top: 1 }), { top: 0, left: 0 })
        .draw(stream(png(E)), { right: 0, top: 0 });
      const leaf = paste(paste(quarter(B), paste(C, D, 1, 1), 0, 0), E, 5, 0);
      const expected = Picture.of(10, 20, (x, y) => quarter(A).at(x, y));
      await becomes(
        paste(expected, leaf, 2, 1),
        input(images, A).transform({ rotate: 90 }).draw(branch, { left: 2, top: 1 }),
      );
    },
  ),
  define("what is drawn last lies on top", {}, (images) =>
    becomes(
      paste(paste(canvas, overlay, 2, 2), plain(6, 4, [1, 2, 3]), 4, 3),
      input(images, canvas)
        .draw(stream(png(overlay)), { left: 2, top: 2 })
        .draw(stream(png(plain(6, 4, [1, 2, 3]))), { left: 4, top: 3 }),
    ),
  ),
  define("a transform after a draw takes what was drawn along", { proves: ["transform.rotate"] }, (images) =>
    becomes(
      quarter(paste(canvas, overlay, 0, 0)),
      input(images, canvas)
        .draw(stream(png(overlay)), { left: 0, top: 0 })
        .transform({ rotate: 90 }),
    ),
  ),
  define("a transform of an overlay leaves the canvas alone", { proves: ["transform.flip"] }, (images) => {
    const mirrored = Picture.of(6, 4, (x, y) => overlay.at(5 - x, y));
    return becomes(
      paste(canvas, mirrored, 9, 6),
      input(images, canvas).draw(input(images, overlay).transform({ flip: "h" })),
    );
  }),
  define("sixteen levels are a tree, too", {}, async (images) => {
    const levels = Array.from({ length: 16 }, (_, depth) =>
      plain(16 - depth, 16 - depth, [depth * 16, 255 - depth * 16, depth]),
    );
    const expected = levels.reduceRight((inner, outer) => paste(outer, inner, 0, 0));
    const tree = levels
      .map((level) => input(images, level))
      .reduceRight((inner, outer) => outer.draw(inner, { left: 0, top: 0 }));
    await becomes(expected, tree);
  }),
  define("what was drawn is encoded with the rest", {}, async (images) => {
    const answer = await encoded(input(images, white).draw(stream(png(red))), { format: "image/png" });
    await becomes(red, images.input(stream(answer)));
  }),
];

export const draw = [...positions, ...repeats, ...opacities, ...composites, ...trees];
