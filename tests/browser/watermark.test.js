// @ts-check
/**
 * The app of `examples/watermark-worker` under `wrangler dev`, in a browser: a picture goes through the form, comes back out of the
 * bucket into the page, and its pixels, as the browser decodes them, have the watermark where it must be.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { startApp } from "../../examples/watermark-worker/tests/app.js";
import { assertWatermark, decode } from "../../examples/watermark-worker/tests/pixels.js";
import { launch, openPage, screenshot } from "./browser.js";

const EXAMPLES = new URL("../../examples/", import.meta.url);
const PHOTO = fileURLToPath(new URL("pictures/lake.jpg", EXAMPLES));
const WATERMARK = fileURLToPath(new URL("watermark-worker/public/watermark.png", EXAMPLES));

describe("the watermark app", { timeout: 120_000 }, () => {
  /** @type {import("../../examples/watermark-worker/tests/app.js").App} */
  let app;
  /** @type {import("puppeteer-core").Browser} */
  let browser;
  before(async () => {
    [app, browser] = await Promise.all([startApp("start"), launch()]);
  });
  after(async () => {
    await Promise.all([app?.stop(), browser?.close()]);
  });

  test("a picture that is uploaded is shown with its watermark", async () => {
    const { page, assertNoProblems } = await openPage(browser);
    await page.goto(app.url, { waitUntil: "networkidle0" });
    await screenshot(page, "watermark-form");
    await choose(page, PHOTO);
    await submitByKeyboard(page);

    const name = new URL(page.url()).hash.slice(1);
    assert.match(name, /^image-\d+\.avif$/);
    assert.equal(await page.$eval("li:target .name", (element) => element.textContent), name);
    await screenshot(page, "watermark-pictures");
    const shown = await pixelsOf(page, "li:target img");
    assertNoProblems();

    const [photo, watermark] = await Promise.all([
      decode(app.palmette, readFileSync(PHOTO)),
      decode(app.palmette, readFileSync(WATERMARK), [{ imageIndex: 0, width: 100, height: 100 }]),
    ]);
    assertWatermark(shown, photo, watermark);
    const kept = await fetch(`${app.url}/images/${name}`);
    assertWatermark(await decode(app.palmette, new Uint8Array(await kept.arrayBuffer())), photo, watermark);
  });

  test("on a phone in the dark, a file that is no picture is refused in words", async () => {
    const { page, takeProblems, assertNoProblems } = await openPage(browser, {
      viewport: "phone",
      colorScheme: "dark",
    });
    await page.goto(app.url, { waitUntil: "networkidle0" });
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
    await screenshot(page, "watermark-form-phone-dark");
    assertNoProblems();

    await choose(page, fileURLToPath(import.meta.url));
    await Promise.all([page.waitForNavigation({ waitUntil: "networkidle0" }), page.tap("button")]);
    assert.equal(await page.$eval("h1", (element) => element.textContent), "That file is not a picture");
    assert.match(await page.$eval("pre", (element) => element.textContent), /^ERROR 9412: /);
    await screenshot(page, "watermark-refused-phone-dark");
    // The answer to the form has a status that says so, and nothing else is wrong with it.
    const [answered, console, ...others] = takeProblems();
    assert.equal(answered, `status 415: POST ${app.url}/images`);
    assert.match(console, /^console error: .* 415 /);
    assert.deepEqual(others, []);

    await Promise.all([page.waitForNavigation({ waitUntil: "networkidle0" }), page.tap("main a")]);
    assert.equal(await page.title(), "Watermark");
  });

  test("without a file, the form is not sent", async () => {
    const { page, assertNoProblems } = await openPage(browser);
    await page.goto(app.url, { waitUntil: "networkidle0" });
    await page.click("button");
    assert.equal(await page.$eval("input:invalid", (element) => element.id), "image");
    assert.equal(new URL(page.url()).pathname, "/");
    assertNoProblems();
  });
});

/**
 * @param {import("puppeteer-core").Page} page
 * @param {string} file
 */
async function choose(page, file) {
  const input = /** @type {import("puppeteer-core").ElementHandle<HTMLInputElement>} */ (
    await page.$("input[type=file]")
  );
  await input.uploadFile(file);
}

/**
 * Goes from the field to the button and presses it, with keys alone.
 *
 * @param {import("puppeteer-core").Page} page
 */
async function submitByKeyboard(page) {
  await page.focus("input[type=file]");
  await page.keyboard.press("Tab");
  await Promise.all([page.waitForNavigation({ waitUntil: "networkidle0" }), page.keyboard.press("Enter")]);
}

/**
 * @param {import("puppeteer-core").Page} page
 * @param {string} selector Of an image.
 * @returns What the browser decoded.
 */
async function pixelsOf(page, selector) {
  const { width, height, base64 } = await page.$eval(selector, async (element) => {
    const image = /** @type {HTMLImageElement} */ (element);
    await image.decode();
    const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
    const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d"));
    context.drawImage(image, 0, 0);
    const { width, height, data } = context.getImageData(0, 0, canvas.width, canvas.height);
    return { width, height, base64: new Uint8Array(data.buffer).toBase64() };
  });
  return { width, height, pixels: new Uint8Array(Buffer.from(base64, "base64")) };
}
