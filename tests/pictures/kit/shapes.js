// @ts-check
/**
 * The pictures that the tests compare: one that is right, and what goes wrong with it.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Picture } from "../../../clients/js/tests/client/picture.js";

/** The program that is tested. */
export const PALMETTE = process.env.PALMETTE_BINARY ?? "palmette";

const [WIDTH, HEIGHT] = [40, 30];

/** @typedef {import("../../../clients/js/tests/client/picture.js").Pixel} Pixel */

/**
 * A disc on a slope, without any symmetry, and half clear at the right.
 *
 * @type {(x: number, y: number) => Pixel}
 */
const scene = (x, y) => {
  const alpha = x < 28 ? 255 : 128;
  return (x - 15) ** 2 + (y - 11) ** 2 < 50 ? [230, 150, 20, alpha] : [20 + x * 4, 40 + y * 3, 90, alpha];
};

/**
 * @param {(x: number, y: number) => Pixel} pixel
 * @param {number} [width]
 */
const png = (pixel, width = WIDTH) => new Picture(width, HEIGHT, pixel).png();

/** PNGs. */
export const right = png(scene);
export const moved = png((x, y) => scene(x - 1, y));
export const opaque = png((x, y) => [.../** @type {[number, number, number]} */ (scene(x, y).slice(0, 3)), 255]);
export const cropped = png((x, y) => scene(x + 1, y), WIDTH - 1);
export const swapped = png((x, y) => {
  const [red, green, blue, alpha] = scene(x, y);
  return [blue, green, red, alpha];
});

/** @param {number} levels by which one pixel is greener */
export const greener = (levels) =>
  png((x, y) => {
    const [red, green, blue, alpha] = scene(x, y);
    return [red, x === 5 && y === 20 ? green + levels : green, blue, alpha];
  });

/**
 * The picture that is right, written by the program.
 *
 * @param {"webp" | "jpeg"} format WebP is without loss; JPEG has fewer samples of colour, whose way to pixels is Palmette's own
 */
export function rightAs(format) {
  const folder = mkdtempSync(join(tmpdir(), "palmette-"));
  try {
    const [from, to] = [join(folder, "from.png"), join(folder, "to")];
    writeFileSync(from, right);
    const quality = format === "webp" ? ["--quality", "100"] : [];
    execFileSync(PALMETTE, ["transform", "--format", format, ...quality, "--output", to, from]);
    return readFileSync(to);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * A GIF of two frames of one pixel each: black, then a colour.
 *
 * @param {Pixel} color of the second frame
 */
export function blinking([red, green, blue]) {
  const frame = (/** @type {number} */ index) => [
    ...[0x21, 0xf9, 4, 0, 10, 0, 0, 0, 0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, index === 0 ? 0x44 : 0x4c, 1, 0],
  ];
  const head = [...Buffer.from("GIF89a"), 1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, red, green, blue];
  return Buffer.from([...head, ...frame(0), ...frame(1), 0x3b]);
}
