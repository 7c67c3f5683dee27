// @ts-check
/**
 * Folders of JPEG files and of the pixels that somebody makes of them. Palmette's side is the example `exchange` of
 * `crates/jpeg`, which `PALMETTE_JPEG_EXCHANGE` names; Pillow's is `pillow.py` here, run by the first `python3` of the path.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const PILLOW = fileURLToPath(new URL("pillow.py", import.meta.url));

/**
 * @typedef {object} Picture
 * @property {number} width
 * @property {number} height
 * @property {Uint8Array} samples Four a pixel, row by row.
 */

/** @returns {string} A new folder, empty. */
export function makeFolder() {
  return mkdtempSync(join(tmpdir(), "palmette-jpeg-"));
}

/** @param {string} folder */
export function removeFolder(folder) {
  rmSync(folder, { recursive: true, force: true });
}

/**
 * Writes Palmette's files of every kind into a folder.
 *
 * @param {string} folder
 * @returns {string} Where the colour profile is that some of them have.
 */
export function writeOurs(folder) {
  const profile = join(folder, "profile.icc");
  runPillow("profile", profile);
  runOurs("write", folder, profile);
  return profile;
}

/**
 * Has Palmette decode the files of a folder.
 *
 * @param {string} folder
 */
export function readOurs(folder) {
  runOurs("read", folder);
}

/** @param {string[]} args */
function runOurs(...args) {
  const program = process.env.PALMETTE_JPEG_EXCHANGE;
  assert.ok(
    program,
    "PALMETTE_JPEG_EXCHANGE names the example `exchange` of palmette-jpeg; `scripts/check node` sets it",
  );
  execFileSync(program, args);
}

/**
 * Runs `pillow.py`.
 *
 * @param {string[]} args
 * @returns {string} What it printed.
 */
export function runPillow(...args) {
  return execFileSync("python3", [PILLOW, ...args], { encoding: "utf8" });
}

/**
 * Lists the JPEG files of a folder, without the endings of their names.
 *
 * @param {string} folder
 */
export function listNames(folder) {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".jpg"))
    .map((name) => name.slice(0, -".jpg".length))
    .sort();
}

/**
 * Reads what somebody made of a file.
 *
 * @param {string} path
 * @returns {Picture}
 */
export function readPicture(path) {
  const bytes = readFileSync(path);
  const end = bytes.indexOf("\n");
  const [width, height, channels] = bytes.toString("latin1", 0, end).split(" ").map(Number);
  const samples = bytes.subarray(end + 1);
  assert.ok(width && height && channels === 4 && samples.length === 4 * width * height, `${path} is whole`);
  return { width, height, samples };
}

/**
 * Compares two pictures.
 *
 * @param {Picture} a
 * @param {Picture} b
 * @returns {number} The greatest difference of two samples.
 */
export function greatestDifference(a, b) {
  assert.deepEqual([a.width, a.height], [b.width, b.height]);
  return a.samples.reduce(
    (greatest, sample, i) => Math.max(greatest, Math.abs(sample - (b.samples[i] ?? Number.NaN))),
    0,
  );
}
