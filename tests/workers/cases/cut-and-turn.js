// `trim`, `flip` and `rotate`: pixels that only move, so that every one is exact.

import { define } from "../kit/case.js";
import { becomes, input } from "../kit/check.js";
import { cut, Picture, paste, pattern, plain } from "../kit/picture.js";
import { shows } from "./shows.js";

const source = pattern(12, 8);
const [width, height] = [source.width, source.height];

/** @param {(x: number, y: number) => [number, number]} from */
const moved = (from, [w, h] = [width, height]) => Picture.of(w, h, (x, y) => source.at(...from(x, y)));

const mirrored = moved((x, y) => [width - 1 - x, y]);
const quarter = moved((x, y) => [y, height - 1 - x], [height, width]);

const turns = [
  shows("flip h mirrors left and right", ["flip"], source, { flip: "h" }, mirrored),
  shows(
    "flip v mirrors top and bottom",
    ["flip"],
    source,
    { flip: "v" },
    moved((x, y) => [x, height - 1 - y]),
  ),
  shows(
    "flip hv mirrors both",
    ["flip"],
    source,
    { flip: "hv" },
    moved((x, y) => [width - 1 - x, height - 1 - y]),
  ),
  shows("rotate 90 turns clockwise", ["rotate"], source, { rotate: 90 }, quarter),
  shows(
    "rotate 180 turns upside down",
    ["rotate"],
    source,
    { rotate: 180 },
    moved((x, y) => [width - 1 - x, height - 1 - y]),
  ),
  shows(
    "rotate 270 turns counterclockwise",
    ["rotate"],
    source,
    { rotate: 270 },
    moved((x, y) => [width - 1 - y, x], [height, width]),
  ),
  shows("rotate 0 leaves a picture alone", [], source, { rotate: 0 }, source),
  shows(
    "flip comes before rotate, in whatever order they are written",
    ["flip", "rotate"],
    source,
    { rotate: 90, flip: "h" },
    Picture.of(height, width, (x, y) => mirrored.at(y, height - 1 - x)),
  ),
  define("transforms run one after the other", { proves: ["transform.rotate", "transform.flip"] }, (images) =>
    becomes(
      Picture.of(height, width, (x, y) => quarter.at(height - 1 - x, y)),
      input(images, source).transform({ rotate: 90 }).transform({ flip: "h" }),
    ),
  ),
];

const measured = [
  shows(
    "trim cuts pixels off every edge",
    ["trim", "trim.top", "trim.right", "trim.bottom", "trim.left"],
    source,
    { trim: { top: 1, right: 2, bottom: 3, left: 4 } },
    cut(source, 4, 1, 6, 4),
  ),
  shows(
    "trim keeps a width and a height from what it cut on",
    ["trim", "trim.left", "trim.top", "trim.width", "trim.height"],
    source,
    { trim: { left: 3, top: 2, width: 5, height: 4 } },
    cut(source, 3, 2, 5, 4),
  ),
  shows(
    "trim takes fractions of the picture",
    ["trim.left", "trim.bottom"],
    source,
    { trim: { left: 0.25, bottom: 0.5 } },
    cut(source, 3, 0, 9, 4),
  ),
  shows(
    "trim comes before rotate",
    ["trim", "rotate"],
    source,
    { rotate: 180, trim: { left: 5 } },
    Picture.of(7, height, (x, y) => source.at(width - 1 - x, height - 1 - y)),
  ),
];

const subject = pattern(6, 5);
const framed = paste(plain(14, 11, [250, 250, 250]), subject, 3, 4);

// Every pixel of this frame is within 30 of the colour, but not within 30 of each other, nor all within 10 of the colour.
const noisy = paste(
  Picture.of(14, 11, (x, y) => [x + y === 0 ? 228 : (x + y) % 2 ? 200 : 175, 0, 0]),
  subject,
  3,
  4,
);
const ofRed = { color: "rgb(200 0 0)", tolerance: 30 };

const bordered = [
  shows("trim border cuts a frame of one colour", ["trim"], framed, { trim: "border" }, subject),
  shows("trim.border true does the same", ["trim", "trim.border"], framed, { trim: { border: true } }, subject),
  shows(
    "trim.border takes a colour and a tolerance",
    ["trim.border", "trim.border.color", "trim.border.tolerance"],
    noisy,
    { trim: { border: ofRed } },
    subject,
  ),
  shows(
    "trim.border keeps as much of the frame as it is told",
    ["trim.border.keep"],
    framed,
    { trim: { border: { keep: 2 } } },
    cut(framed, 1, 2, 10, 9),
  ),
];

export const cutAndTurn = [...turns, ...measured, ...bordered];
