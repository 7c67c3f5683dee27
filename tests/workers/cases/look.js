// Colour, blur, sharpness, background and border, each against its formula.

import { cut, Picture, paste, pattern, plain } from "../kit/picture.js";
import { shows } from "./shows.js";

/** What rounding once may cost. */
const ROUNDED = { within: 1 };

/** Every level of every channel somewhere, half of it not quite opaque. */
const levels = Picture.of(16, 16, (x, y) => [
  y * 16 + x,
  255 - (y * 16 + x),
  (x * 31 + y * 17) % 256,
  x % 2 ? 255 : 200,
]);

/**
 * The levels after a formula for the colour channels; alpha stays.
 *
 * @param {(value: number, rgb: readonly number[]) => number} formula
 */
const each = (formula) =>
  Picture.of(16, 16, (x, y) => {
    const [red, green, blue, alpha] = levels.at(x, y);
    const rgb = [red, green, blue];
    return [...rgb.map((value) => formula(value, rgb)), alpha];
  });

const luma = (/** @type {readonly number[]} */ [red, green, blue]) => 0.2126 * red + 0.7152 * green + 0.0722 * blue;

/** @param {number} factor */
const saturated = (factor) =>
  each((value, rgb) => {
    const grey = luma(rgb);
    return grey + (value - grey) * factor;
  });

const tones = [
  shows(
    "brightness multiplies",
    ["brightness"],
    levels,
    { brightness: 1.5 },
    each((v) => v * 1.5),
    ROUNDED,
  ),
  shows(
    "brightness below 1 darkens",
    ["brightness"],
    levels,
    { brightness: 0.4 },
    each((v) => v * 0.4),
    ROUNDED,
  ),
  shows(
    "contrast spreads around the middle",
    ["contrast"],
    levels,
    { contrast: 2 },
    each((v) => (v - 127.5) * 2 + 127.5),
    ROUNDED,
  ),
  shows(
    "contrast below 1 narrows",
    ["contrast"],
    levels,
    { contrast: 0.5 },
    each((v) => (v - 127.5) * 0.5 + 127.5),
    ROUNDED,
  ),
  shows(
    "gamma bends the middle",
    ["gamma"],
    levels,
    { gamma: 2.2 },
    each((v) => 255 * (v / 255) ** (1 / 2.2)),
    ROUNDED,
  ),
  shows(
    "gamma below 1 darkens",
    ["gamma"],
    levels,
    { gamma: 0.5 },
    each((v) => 255 * (v / 255) ** 2),
    ROUNDED,
  ),
  shows("saturation 0 leaves grey", ["saturation"], levels, { saturation: 0 }, saturated(0), ROUNDED),
  shows("saturation above 1 strengthens", ["saturation"], levels, { saturation: 1.8 }, saturated(1.8), ROUNDED),
  shows("brightness, contrast and gamma of 0 do nothing", [], levels, { brightness: 0, contrast: 0, gamma: 0 }, levels),
  shows(
    "brightness comes before contrast",
    ["brightness", "contrast"],
    plain(4, 4, [100, 30, 60]),
    { contrast: 2, brightness: 1.5 },
    plain(4, 4, [173, 0, 53]),
    ROUNDED,
  ),
];

/** One white pixel on black. */
const point = Picture.of(21, 21, (x, y) => (x === 10 && y === 10 ? [255, 255, 255] : [0, 0, 0]));

/**
 * What becomes of the point under a kernel that is the same in both directions.
 *
 * @param {readonly number[]} kernel Of odd length; the shares of the middle and its neighbours.
 */
const spread = (kernel) => {
  const reach = (kernel.length - 1) / 2;
  const share = (/** @type {number} */ at) => kernel[at - 10 + reach] ?? 0;
  return Picture.of(21, 21, (x, y) => Array(3).fill(255 * share(x) * share(y)));
};

/** @param {readonly number[]} weights */
const shares = (weights) => weights.map((weight) => weight / weights.reduce((sum, one) => sum + one));

const focus = [
  shows("blur 2 is two means of three", ["blur"], point, { blur: 2 }, spread(shares([1, 2, 3, 2, 1])), ROUNDED),
  shows(
    "blur 3 is a mean of three and one of five",
    ["blur"],
    point,
    { blur: 3 },
    spread(shares([1, 2, 3, 3, 3, 2, 1])),
    ROUNDED,
  ),
  shows("blur below 1 does nothing", [], point, { blur: 0.9 }, point),
  shows(
    "sharpen adds what tells a pixel from its neighbours",
    ["sharpen"],
    // Grey levels around one that differs by 16: the binomial mean gives it 4/16, its neighbours 2/16 and 1/16.
    Picture.of(5, 5, (x, y) => Array(3).fill(x === 2 && y === 2 ? 116 : 100)),
    { sharpen: 4 },
    Picture.of(5, 5, (x, y) => Array(3).fill([140, 96, 98][Math.abs(x - 2) + Math.abs(y - 2)] ?? 100)),
    { ...ROUNDED, where: (x, y) => Math.abs(x - 2) < 2 && Math.abs(y - 2) < 2 },
  ),
];

const veil = Picture.of(8, 8, (x, y) => [x * 30, y * 30, 90, (x * 8 + y) * 4]);

/** @param {readonly number[]} under An opaque colour. */
const over = (under) =>
  Picture.of(8, 8, (x, y) => {
    const [red, green, blue, alpha] = veil.at(x, y);
    const share = alpha / 255;
    return [red, green, blue].map((value, channel) => value * share + under[channel] * (1 - share));
  });

const photo = pattern(9, 7);

/** @param {number} width @param {number} height @param {readonly number[]} color @param {number} left @param {number} top */
const framed = (width, height, color, left, top) => paste(plain(width, height, color), photo, left, top);

const surroundings = [
  shows(
    "background lies under the picture",
    ["background"],
    veil,
    { background: "#ff8000" },
    over([255, 128, 0]),
    ROUNDED,
  ),
  shows(
    "background is any colour of CSS",
    ["background"],
    veil,
    { background: "hsl(120deg 100% 50%)" },
    over([0, 255, 0]),
    ROUNDED,
  ),
  shows(
    "border of one width",
    ["border", "border.color", "border.width"],
    photo,
    { border: { color: "gold", width: 3 } },
    framed(15, 13, [255, 215, 0], 3, 3),
  ),
  shows(
    "border of four widths",
    ["border", "border.top", "border.right", "border.bottom", "border.left"],
    photo,
    { border: { color: "rgb(1 2 3 / 80%)", top: 1, right: 2, bottom: 3, left: 4 } },
    framed(15, 11, [1, 2, 3, 204], 4, 1),
  ),
  shows(
    "border is black if it has no colour",
    ["border.width"],
    photo,
    { border: { width: 2 } },
    framed(13, 11, [0, 0, 0], 2, 2),
  ),
  shows(
    "border comes after resize",
    ["border", "width"],
    photo,
    { border: { color: "red", width: 1 }, width: 3, height: 7, fit: "cover" },
    paste(plain(5, 9, [255, 0, 0]), cut(photo, 3, 0, 3, 7), 1, 1),
  ),
];

const absent = [
  shows(
    "what is null, undefined or NaN counts as not given",
    [],
    photo,
    { width: null, height: undefined, rotate: null, blur: Number.NaN, border: { width: null, color: null } },
    photo,
  ),
  shows("pixels keep their colour however transparent they are", [], veil, {}, veil),
];

export const look = [...tones, ...focus, ...surroundings, ...absent];
