// @ts-check
/**
 * Files of either side are the same pictures to Palmette and to Chromium, to the bit: measured with version 156, whose decoder
 * is libjpeg-turbo, in software. A browser that has another one will need a bound here, of what is measured then.
 */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch, openPage } from "../browser/browser.js";
import {
  greatestDifference,
  listNames,
  makeFolder,
  readOurs,
  readPicture,
  removeFolder,
  writeOurs,
} from "./exchange.js";

const [ours, theirs] = [makeFolder(), makeFolder()];
/** @type {import('puppeteer-core').Browser} */
let browser;

before(async () => {
  browser = await launch();
});

after(async () => {
  await browser?.close();
  [ours, theirs].forEach(removeFolder);
});

/**
 * Has Chromium decode a file, as a bitmap whose colour profile is let be, and reads it from a canvas.
 *
 * @param {import('puppeteer-core').Page} page
 * @param {Buffer} file
 * @returns {Promise<import('./exchange.js').Picture>}
 */
async function decode(page, file) {
  const { width, height, base64 } = await page.evaluate(async (base64) => {
    const blob = new Blob([Uint8Array.fromBase64(base64)], { type: "image/jpeg" });
    const bitmap = await createImageBitmap(blob, { colorSpaceConversion: "none" });
    const { width, height } = bitmap;
    const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
    if (context === null) throw new Error("no canvas");
    context.drawImage(bitmap, 0, 0);
    return { width, height, base64: new Uint8Array(context.getImageData(0, 0, width, height).data.buffer).toBase64() };
  }, file.toString("base64"));
  return { width, height, samples: Buffer.from(base64, "base64") };
}

/**
 * Has both read the files of a folder, and fails where a sample differs.
 *
 * @param {string} folder
 * @returns {Promise<string[]>} The names.
 */
async function compare(folder) {
  readOurs(folder);
  const { page, assertNoProblems } = await openPage(browser);
  const names = listNames(folder);
  for (const name of names) {
    const chromium = await decode(page, readFileSync(join(folder, `${name}.jpg`)));
    assert.equal(greatestDifference(readPicture(join(folder, `${name}.ours`)), chromium), 0, name);
  }
  assertNoProblems();
  await page.close();
  return names;
}

/**
 * Has a canvas written as JPEG.
 *
 * @param {import('puppeteer-core').Page} page
 * @param {string} fill What it shows: `color`, or `gray`.
 * @param {number} quality As `toBlob` takes it, 0 to 1.
 */
async function encode(page, fill, quality) {
  const base64 = await page.evaluate(
    async (fill, quality) => {
      const [width, height] = [139, 87];
      const canvas = document.createElement("canvas");
      Object.assign(canvas, { width, height });
      const context = canvas.getContext("2d", { willReadFrequently: true });
      if (context === null) throw new Error("no canvas");
      const picture = context.createImageData(width, height);
      picture.data.forEach((_, i) => {
        const [channel, x, y] = [i % 4, Math.floor(i / 4) % width, Math.floor(i / 4 / width)];
        const wave = Math.sin(x / (5 + (fill === "gray" ? 0 : channel))) + Math.cos((x * y) / 300);
        picture.data[i] = channel === 3 ? 255 : 128 + 60 * wave;
      });
      context.putImageData(picture, 0, 0);
      /** @type {Blob | null} */
      const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
      if (blob === null) throw new Error("no file");
      return new Uint8Array(await blob.arrayBuffer()).toBase64();
    },
    fill,
    quality,
  );
  return Buffer.from(base64, "base64");
}

test("Chromium reads what we write", async () => {
  writeOurs(ours);
  assert.equal((await compare(ours)).length, 5 * 3 * 3, "five samplings, three codings, three kinds");
});

test("we read what Chromium writes", async () => {
  const { page, assertNoProblems } = await openPage(browser);
  for (const fill of ["color", "gray"]) {
    for (const quality of [0, 0.4, 0.92, 1]) {
      writeFileSync(join(theirs, `${fill}-${quality}.jpg`), await encode(page, fill, quality));
    }
  }
  assertNoProblems();
  assert.equal((await compare(theirs)).length, 2 * 4, "two pictures of four qualities");
});
