// `width`, `height`, `fit` and `gravity`. Requests are chosen so that the scale is 1 and pixels stay exact, or so that
// what is compared lies further from every edge of colour than a resampling kernel reaches.

import { define } from "../kit/case.js";
import { becomes, demand, input, pixels } from "../kit/check.js";
import { cut, Picture, paste, pattern, plain } from "../kit/picture.js";
import { shows } from "./shows.js";

const source = pattern(60, 40);

const [RED, BLUE, WHITE] = [
  [255, 0, 0],
  [0, 0, 255],
  [255, 255, 255],
];

/** Red on the left, blue on the right. */
const halves = (/** @type {number} */ width, /** @type {number} */ height) =>
  Picture.of(width, height, (x) => (x < width / 2 ? RED : BLUE));

/** Further from the middle than Lanczos3 reaches. */
const besides = (/** @type {number} */ width) => ({
  where: (/** @type {number} */ x) => Math.abs(x + 0.5 - width / 2) > 4,
});

const sizes = [
  shows("width alone scales both sides", ["width"], halves(60, 40), { width: 30 }, halves(30, 20), besides(30)),
  shows("height alone scales both sides", ["height"], halves(60, 40), { height: 10 }, halves(15, 10), besides(15)),
  shows("fractions of a pixel are rounded", ["width"], halves(60, 40), { width: 29.5 }, halves(30, 20), besides(30)),
  shows(
    "a constant picture stays constant",
    ["width"],
    plain(61, 47, [9, 99, 199, 99]),
    { width: 7 },
    plain(7, 5, [9, 99, 199, 99]),
  ),
];

const fits = [
  shows(
    "fit scale-down is the default and never enlarges",
    [],
    source,
    { width: 120, height: 120, fit: "scale-down" },
    source,
  ),
  shows(
    "fit scale-down scales into the box",
    ["height"],
    halves(60, 40),
    { width: 30, height: 10, fit: "scale-down" },
    halves(15, 10),
    besides(15),
  ),
  shows(
    "fit contain enlarges into the box",
    ["height", "fit"],
    halves(60, 40),
    { width: 180, height: 80, fit: "contain" },
    halves(120, 80),
    besides(120),
  ),
  shows(
    "fit cover cuts a window out of the middle",
    ["width", "fit"],
    source,
    { width: 20, height: 40, fit: "cover" },
    cut(source, 20, 0, 20, 40),
  ),
  shows(
    "fit cover enlarges until the box is full",
    ["height", "fit"],
    halves(60, 40),
    { width: 60, height: 80, fit: "cover" },
    halves(60, 80),
    besides(60),
  ),
  shows(
    "fit crop cuts like cover, but does not enlarge",
    ["width", "height", "fit"],
    source,
    { width: 30, height: 60, fit: "crop" },
    cut(source, 15, 0, 30, 40),
  ),
  shows(
    "fit aspect-crop keeps the aspect where it cannot enlarge",
    ["width", "height", "fit"],
    source,
    { width: 120, height: 120, fit: "aspect-crop" },
    cut(source, 10, 0, 40, 40),
  ),
  shows(
    "fit pad puts white around the picture",
    ["width", "height", "fit"],
    source,
    { width: 80, height: 40, fit: "pad" },
    paste(plain(80, 40, WHITE), source, 10, 0),
  ),
  shows(
    "fit pad puts the background around the picture",
    ["fit", "background"],
    source,
    { width: 60, height: 51, fit: "pad", background: "rgb(10 20 30 / 40%)" },
    paste(plain(60, 51, [10, 20, 30, 102]), source, 0, 5),
  ),
  shows(
    "fit squeeze gives up the aspect",
    ["width", "height", "fit"],
    halves(60, 40),
    { width: 40, height: 80, fit: "squeeze" },
    halves(40, 80),
    besides(40),
  ),
  shows(
    "fit scale-up enlarges",
    ["width", "fit"],
    halves(60, 40),
    { width: 90, height: 90, fit: "scale-up" },
    halves(90, 60),
    besides(90),
  ),
  shows(
    "fit outside covers both sides, and cuts nothing",
    ["height", "fit"],
    halves(60, 40),
    { width: 90, height: 90, fit: "outside" },
    halves(135, 90),
    besides(135),
  ),
  shows("fit scale-up never makes smaller", ["fit"], source, { width: 30, height: 30, fit: "scale-up" }, source),
];

const square = { width: 20, height: 40, fit: "cover" };
const flat = { width: 60, height: 10, fit: "cover" };

const gravities = [
  shows("gravity left", ["gravity"], source, { ...square, gravity: "left" }, cut(source, 0, 0, 20, 40)),
  shows("gravity right", ["gravity"], source, { ...square, gravity: "right" }, cut(source, 40, 0, 20, 40)),
  shows("gravity top", ["gravity"], source, { ...flat, gravity: "top" }, cut(source, 0, 0, 60, 10)),
  shows("gravity bottom", ["gravity"], source, { ...flat, gravity: "bottom" }, cut(source, 0, 30, 60, 10)),
  shows("gravity center is the default", [], source, { ...flat, gravity: "center" }, cut(source, 0, 15, 60, 10)),
  shows(
    "gravity x is the share of what is cut that is cut at the left",
    ["gravity", "gravity.x"],
    source,
    { ...square, gravity: { x: 0.75 } },
    cut(source, 30, 0, 20, 40),
  ),
  shows(
    "gravity y is the share of what is cut that is cut at the top",
    ["gravity", "gravity.y"],
    source,
    { ...flat, gravity: { y: 0.2 } },
    cut(source, 0, 6, 60, 10),
  ),
  shows(
    "gravity mode box-center puts the middle of the window at the point",
    ["gravity", "gravity.mode"],
    source,
    { ...square, gravity: { x: 0.25, y: 0.5, mode: "box-center" } },
    cut(source, 5, 0, 20, 40),
  ),
];

/** Even grey, except for one thing near the right end. */
const spot = pattern(12, 12);
const lonely = paste(plain(120, 20, [128, 128, 128]), spot, 96, 4);

/**
 * A case in which automatic gravity must find the only thing there is.
 *
 * @param {string} gravity
 */
const finds = (gravity) =>
  define(`gravity ${gravity} finds what there is to see`, { proves: ["transform.gravity"] }, async (images) => {
    const window = { width: 20, height: 20, fit: "cover", gravity };
    const found = await pixels(input(images, lonely).transform(/** @type {ImageTransform} */ (window)), 20, 20);
    let left = 0;
    while (left < 20 && found.at(left, 4)[2] === 128) left++;
    demand(left + 12 <= 20, `the spot must be whole in the window, it begins at ${left}`);
    await becomes(
      cut(lonely, 96 - left, 0, 20, 20),
      input(images, lonely).transform(/** @type {ImageTransform} */ (window)),
    );
  });

export const resize = [...sizes, ...fits, ...gravities, finds("auto"), finds("entropy")];
