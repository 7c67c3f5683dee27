// @ts-check
/** Pictures of the playground's user: chosen, dropped or pasted, kept over a reload, forgotten; and files that are none. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch, screenshot } from "./browser.js";
import {
  ANSWER_MS,
  assertNear,
  bring,
  chooseFile,
  clickNamed,
  codeOf,
  openPlayground,
  readPixels,
  waitForFact,
  waitUntilShown,
} from "./playground_kit.js";
import { startServer } from "./server.js";

/** The canvas, and the picture that the page begins with drawing on it. */
const CANVAS = "#request > .node";
const DRAWN = `${CANVAS} .step.draw .node`;

/** @type {import('puppeteer-core').Browser} */
let browser;
/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
let folder = "";
/** @type {Awaited<ReturnType<typeof openPlayground>>} */
let opened;
/** Two PNGs in base64, and one of them as a TIFF, which Chromium cannot show. */
let red = "";
let blue = "";
let tiff = "";

/** The address of a request that keeps the canvas as it is, and of one that draws in its corner. */
const PLAIN = hashOf([]);
const FIRST = hashOf([
  { transform: { width: 960, height: 600, fit: "cover" } },
  { draw: { picture: "mark", steps: [{ transform: { width: 150 } }] }, with: { opacity: 0.85, bottom: 32, right: 32 } },
]);

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "palmette-pictures-"));
  server = await startServer(["--engine", "cpu", "--models", "none"]);
  browser = await launch();
  red = await colored("#ff0000");
  blue = await colored("#0000ff");
  tiff = grayTiff(64).toString("base64");
  opened = await openPlayground(browser, server.url, { hash: FIRST });
});

after(async () => {
  await browser?.close();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Begins again: none of the user's pictures, and this request. */
async function begin(hash = FIRST) {
  const { page } = opened;
  if (await page.$(".own")) await clickNamed(page, "Remove my pictures");
  await clickNamed(page, "Start over");
  await waitUntilShown(page);
  if (hash === FIRST) return opened;
  await page.evaluate((hash) => {
    location.hash = hash;
  }, hash);
  await waitForFact(page, "pixels", "1200 × 800");
  return opened;
}

test("the place for a picture says how one gets there", async () => {
  const { page } = opened;
  assert.equal(
    await page.$eval(`${CANVAS} .drop span`, ({ textContent }) => textContent),
    "Drop, paste or choose a picture",
  );
});

for (const [way, bringIt] of /** @type {[string, (page: import('puppeteer-core').Page) => Promise<void>][]} */ ([
  ["dropped", (page) => bring(page, "drop", "body", png("photo.png", red))],
  ["pasted", (page) => bring(page, "paste", "body", png("photo.png", red))],
  [
    "chosen",
    (page) => {
      writeFileSync(join(folder, "photo.png"), Buffer.from(red, "base64"));
      return chooseFile(page, CANVAS, join(folder, "photo.png"));
    },
  ],
])) {
  test(`a picture that is ${way} becomes the canvas`, async () => {
    const { page, assertNoProblems } = await begin(PLAIN);
    await bringIt(page);
    await waitForFact(page, "pixels", "50 × 40");
    const { pixels } = await readPixels(page, "#view .result", [[25, 20]]);
    assertNear(pixels[0], [255, 0, 0, 255], 6);
    assert.match(await codeOf(page, "curl"), /-F image=@photo\.png/);
    assertNoProblems();
  });
}

test("pictures that are dropped on pictures replace them, stay over a reload, and go when they are to be forgotten", async () => {
  const { page, assertNoProblems } = await begin();
  await bring(page, "drop", CANVAS, png("red.png", red));
  await waitForNames(page, ["red.png", "palmette.png"]);
  await bring(page, "drop", `${DRAWN} select`, png("blue.png", blue));
  await waitForNames(page, ["red.png", "blue.png"]);
  await assertPixels(page, [255, 0, 0, 255], [38, 0, 217, 255]);

  await page.reload();
  await waitForNames(page, ["red.png", "blue.png"]);
  assert.match(await textOf(page, `${CANVAS} > .picture .hint`), /^50 × 40, \d+ bytes/);
  await assertPixels(page, [255, 0, 0, 255], [38, 0, 217, 255]);
  await screenshot(page, "playground-own");

  await clickNamed(page, "Remove my pictures");
  await waitForNames(page, ["evening.png", "palmette.png"]);
  await page.reload();
  await waitForNames(page, ["evening.png", "palmette.png"]);
  const offered = await page.$$eval(`${CANVAS} > .picture option`, (all) => all.map(({ textContent }) => textContent));
  assert.deepEqual(offered, ["evening.png", "palmette.png", "corners.png", "Text"]);
  assert.equal((await page.$$(".own")).length, 0);
  assert.equal(await page.evaluate(keptCount), 0);
  assertNoProblems();
});

test("of many pictures, the newest are kept", async () => {
  const { page, assertNoProblems } = await begin();
  for (let index = 0; index < 10; index += 1) {
    await bring(page, "paste", "body", png(`${index}.png`, blue));
    await waitForNames(page, [`${index}.png`, "palmette.png"]);
  }
  // The address follows once nothing has changed for a moment.
  await waitUntilShown(page);
  await page.reload();
  await waitForNames(page, ["9.png", "palmette.png"]);
  const offered = await page.$$eval(`${CANVAS} > .picture option`, (all) => all.map(({ textContent }) => textContent));
  assert.deepEqual(offered.slice(3, -1), ["2.png", "3.png", "4.png", "5.png", "6.png", "7.png", "8.png", "9.png"]);
  assertNoProblems();
});

test("a browser that keeps nothing says so, and works all the same", async () => {
  const { page, assertNoProblems } = await begin();
  await page.evaluate(() => {
    indexedDB.open = () => {
      throw new DOMException("not in this window", "SecurityError");
    };
  });
  await bring(page, "drop", "body", png("red.png", red));
  await waitForNames(page, ["red.png", "palmette.png"]);
  assert.match(await textOf(page, ".own .hint"), /^This browser cannot keep your pictures/);
  await clickNamed(page, "Remove my pictures");
  await waitForNames(page, ["evening.png", "palmette.png"]);
  await page.evaluate(() => {
    Reflect.deleteProperty(indexedDB, "open");
  });
  assertNoProblems();
});

test("what is no picture changes nothing and is told, until the message is closed or a picture comes", async () => {
  const { page, takeProblems, assertNoProblems } = await begin();
  const before = await page.$eval("#view .result", (image) => /** @type {HTMLImageElement} */ (image).src);
  const hash = new URL(page.url()).hash;
  for (const [name, text, message] of [
    ["empty.jpg", "", /^empty\.jpg cannot be used: .+\. Nothing was changed\.$/],
    ["page.jpg", "<html>a page</html>", /^page\.jpg cannot be used: .+\. Nothing was changed\.$/],
    [
      "icon.svg",
      '<svg xmlns="http://www.w3.org/2000/svg"/>',
      /^icon\.svg cannot be used: .*image\/svg\+xml.*\. Nothing/,
    ],
  ]) {
    const base64 = Buffer.from(String(text)).toString("base64");
    await bring(page, "drop", "body", { name: String(name), type: "image/jpeg", base64 });
    const holds = (/** @type {string} */ name) => document.querySelector("#notice p")?.textContent?.startsWith(name);
    await page.waitForFunction(holds, { timeout: ANSWER_MS }, String(name));
    assert.match(await textOf(page, "#notice p"), /** @type {RegExp} */ (message));
    await assertNothingBroken(page);
    assert.equal(await page.$eval("#view .result", (image) => /** @type {HTMLImageElement} */ (image).src), before);
    assert.equal(new URL(page.url()).hash, hash);
  }
  await screenshot(page, "playground-no-picture");
  assertRefused(takeProblems());

  await clickNamed(page, "Close the message");
  assert.equal(await page.$eval("#notice", (notice) => notice.checkVisibility()), false);
  await bring(page, "paste", "body", "some words");
  assert.match(await textOf(page, "#notice"), /There is no picture in the clipboard\./);
  await bring(page, "paste", "body", png("red.png", red));
  await waitForNames(page, ["red.png", "palmette.png"]);
  assert.equal(await page.$eval("#notice", (notice) => notice.checkVisibility()), false);

  // Where text belongs, text may be pasted.
  await bring(page, "paste", '[data-path="width"] input', "300");
  assert.equal(await page.$eval("#notice", (notice) => notice.checkVisibility()), false);
  assertNoProblems();
});

test("a picture that turns out to be damaged is refused over the last result, which is marked as old", async () => {
  const { page, takeProblems } = await begin();
  const cut = Buffer.from(red, "base64").subarray(0, 60).toString("base64");
  await bring(page, "drop", "body", png("cut.png", cut));
  await page.waitForSelector("#view .refusal", { timeout: ANSWER_MS });
  assert.match(await textOf(page, "#view .refusal"), /The last good result is behind this message\./);
  assert.equal(await page.$eval("#view figure", (figure) => figure.matches(".old[inert]")), true);
  assert.equal((await page.$$("#facts > *")).length, 0, "there are no figures of an old result");
  assert(await page.$eval(`${CANVAS} > .picture .problem`, (problem) => problem.checkVisibility()));
  await assertNothingBroken(page);
  assertRefused(takeProblems());

  await clickNamed(page, "Start over");
  await waitForFact(page, "pixels", "960 × 600");
  assert.equal((await page.$$("#view .old, #view .refusal")).length, 0);
});

test("of a format that the browser cannot show, the server makes the thumbnail", async () => {
  const { page, assertNoProblems } = await begin();
  await bring(page, "drop", "body", { name: "gray.tiff", type: "image/tiff", base64: tiff });
  await waitForNames(page, ["gray.tiff", "palmette.png"]);
  await page.waitForFunction(
    () => /** @type {HTMLImageElement} */ (document.querySelector(".thumbnail")).naturalWidth === 128,
    { timeout: ANSWER_MS },
  );
  const { pixels } = await readPixels(page, ".thumbnail", [[64, 64]]);
  assertNear(pixels[0], [64, 64, 64, 255], 1);
  await assertNothingBroken(page);
  assertNoProblems();
});

/** @param {unknown[]} steps What is done to the view. */
function hashOf(steps) {
  const project = { canvas: { picture: "view", steps }, output: { output_format: "image/webp" }, engine: "auto" };
  return `#${encodeURIComponent(JSON.stringify(project))}`;
}

/**
 * @param {string} name
 * @param {string} base64
 */
function png(name, base64) {
  return { name, type: "image/png", base64 };
}

/**
 * Waits until the pictures of the request have these names, in the order of the form.
 *
 * @param {import('puppeteer-core').Page} page
 * @param {string[]} names
 */
async function waitForNames(page, names) {
  const hold = (/** @type {string} */ names) => {
    const selects = [.../** @type {NodeListOf<HTMLSelectElement>} */ (document.querySelectorAll(".picture select"))];
    return selects.map((select) => select.selectedOptions[0]?.textContent).join() === names;
  };
  await page.waitForFunction(hold, { timeout: ANSWER_MS }, names.join());
}

/**
 * Asserts that the result has these colours in the middle, and in the middle of what is drawn in the corner.
 *
 * @param {import('puppeteer-core').Page} page
 * @param {number[]} middle
 * @param {number[]} corner
 */
async function assertPixels(page, middle, corner) {
  await waitUntilShown(page);
  const { pixels } = await readPixels(page, "#view .result", [
    [480, 300],
    [903, 548],
  ]);
  assertNear(pixels[0], middle, 6);
  assertNear(pixels[1], corner, 12);
}

/**
 * Asserts that the server refused something, and that nothing else went wrong.
 *
 * @param {string[]} problems
 */
function assertRefused(problems) {
  assert(problems.length > 0);
  assert.deepEqual(
    problems.filter((line) => !/status (of )?4\d\d/.test(line)),
    [],
  );
}

/**
 * Asserts that every image of the page is one.
 *
 * @param {import('puppeteer-core').Page} page
 */
async function assertNothingBroken(page) {
  const broken = await page.$$eval("img[src]", (images) =>
    images.filter((image) => image.complete && image.naturalWidth === 0).map((image) => image.outerHTML),
  );
  assert.deepEqual(broken, []);
}

/** Counts what this browser keeps. Runs in the page. */
function keptCount() {
  return new Promise((resolve) => {
    const opening = indexedDB.open("palmette-playground");
    opening.onsuccess = () => {
      const counting = opening.result.transaction("pictures").objectStore("pictures").count();
      counting.onsuccess = () => resolve(counting.result);
    };
  });
}

/**
 * @param {import('puppeteer-core').Page} page
 * @param {string} selector
 */
function textOf(page, selector) {
  return page.$eval(selector, (element) => element.textContent ?? "");
}

/**
 * Makes a PNG of 50 by 40 pixels.
 *
 * @param {string} color
 */
async function colored(color) {
  const page = await browser.newPage();
  const url = await page.evaluate((color) => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 50, height: 40 });
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    context.fillStyle = color;
    context.fillRect(0, 0, 50, 40);
    return canvas.toDataURL("image/png");
  }, color);
  await page.close();
  return url.slice("data:image/png;base64,".length);
}

/**
 * Makes a TIFF of 8 by 8 pixels of one grey.
 *
 * @param {number} level
 */
function grayTiff(level) {
  const entries = [
    [256, 8],
    [257, 8],
    [258, 8],
    [259, 1],
    [262, 1],
    [273, 8],
    [277, 1],
    [278, 8],
    [279, 64],
  ];
  const head = Buffer.from("II*\0\0\0\0\0", "latin1");
  head.writeUInt32LE(8 + 64, 4);
  const table = Buffer.alloc(2 + 12 * entries.length + 4);
  table.writeUInt16LE(entries.length);
  for (const [index, [tag = 0, value = 0]] of entries.entries()) {
    table.writeUInt16LE(tag, 2 + 12 * index);
    table.writeUInt16LE(3, 4 + 12 * index);
    table.writeUInt32LE(1, 6 + 12 * index);
    table.writeUInt16LE(value, 10 + 12 * index);
  }
  return Buffer.concat([head, Buffer.alloc(64, level), table]);
}
