// @ts-check
/** Views of the playground: presets, before and after, the loupe, the plan; and what is said where the server lacks something. */
import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { launch, screenshot } from "./browser.js";
import {
  ANSWER_MS,
  assertNear,
  bring,
  choose,
  codeOf,
  openPlayground,
  readPixels,
  waitForFact,
  waitUntilShown,
} from "./playground_kit.js";
import { startServer } from "./server.js";

/** @typedef {import('puppeteer-core').Page} Page */

/** The first step of the canvas. */
const FIRST = "#request > .node > .steps > .step:nth-child(1)";

/** @type {import('puppeteer-core').Browser} */
let browser;
/** A server without models and fonts, and one with a font. @type {Awaited<ReturnType<typeof startServer>>[]} */
let servers = [];
let folder = "";

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "palmette-views-"));
  const inter = import.meta.resolve("@fontsource-variable/inter/files/inter-latin-wght-normal.woff2");
  copyFileSync(fileURLToPath(inter), join(folder, "inter.woff2"));
  const bare = ["--engine", "cpu", "--models", "none"];
  servers = await Promise.all([startServer([...bare, "--fonts", "none"]), startServer([...bare, "--fonts", folder])]);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await Promise.all(servers.map((server) => server.stop()));
  rmSync(folder, { recursive: true, force: true });
});

/** @param {Parameters<typeof openPlayground>[2] & { hasFont?: boolean }} [options] */
function open({ hasFont = false, ...options } = {}) {
  return openPlayground(browser, String(servers[Number(hasFont)]?.url), options);
}

test("every preset makes its picture", async () => {
  const { page, assertNoProblems } = await open({ hasFont: true });
  await preset(page, "thumbnail", "320 × 240");
  const { pixels: sun } = await readPixels(page, "#view .result", [[195, 120]]);
  assertNear(sun[0], [255, 244, 216, 255], 24);

  await preset(page, "avatar", "256 × 256");
  const { pixels: round } = await readPixels(page, "#view .result", [
    [3, 3],
    [252, 252],
    [128, 3],
    [128, 128],
  ]);
  assert.deepEqual(
    round.map((pixel) => pixel[3]),
    [0, 0, 255, 255],
    "it is round",
  );

  await preset(page, "watermark", "1200 × 800");
  const { pixels: marked } = await readPixels(page, "#view .result", [
    [1102, 720],
    [200, 720],
  ]);
  assert(Number(marked[0]?.[0]) > Number(marked[1]?.[0]) + 80, `there is no mark: ${marked}`);

  await preset(page, "card", "1200 × 630");
  await waitForFact(page, "format", "jpeg");
  const title = await whitePixels(page, "#view .result", [64, 330, 500, 260]);
  assert(title > 3000, `there is no title: ${title} white pixels`);
  await screenshot(page, "playground-card");
  assert.equal((await page.$$(".note .lack")).length, 0);

  // Choosing one keeps the focus, and changing it makes it another request.
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("data-preset")), "card");
  await page.$eval('[data-path="width"] input', (input) => {
    /** @type {HTMLInputElement} */ (input).value = "600";
    input.dispatchEvent(new Event("input"));
  });
  assert.equal((await page.$$('[data-preset][aria-pressed="true"]')).length, 0);
  assertNoProblems();
});

test("a preset keeps the picture, one that is on its way, too, and is known again after a reload", async () => {
  const { page, assertNoProblems } = await open();
  await page.evaluate(() => {
    const click = () =>
      /** @type {HTMLElement | null} */ (document.querySelector('[data-preset="thumbnail"]'))?.click();
    addEventListener("drop", click, { once: true });
  });
  await bring(page, "drop", "body", { name: "blue.png", type: "image/png", base64: await bluePng(page) });
  await page.waitForFunction(() => document.querySelector("#code")?.textContent?.includes('"blue.png"'));
  await page.waitForSelector('[data-preset="thumbnail"][aria-pressed="true"]');
  await waitForFact(page, "pixels", "320 × 240");
  await waitUntilShown(page);
  const { pixels } = await readPixels(page, "#view .result", [[160, 120]]);
  assertNear(pixels[0], [0, 0, 255, 255], 8);
  await page.reload();
  await page.waitForSelector('[data-preset="thumbnail"][aria-pressed="true"]', { timeout: ANSWER_MS });
  assertNoProblems();
});

test("before and after are compared by keys and pointer, and lie on each other", async () => {
  // The half with the sun, mirrored and darker: what is before is the same part, mirrored, and nothing else.
  const transform = { width: 600, height: 800, fit: "cover", gravity: "left", flip: "h", brightness: 0.5 };
  const steps = [{ transform }, { draw: { picture: "mark", steps: [] }, with: { left: 0, bottom: 0 } }];
  const { page, assertNoProblems } = await open({ hash: hashOf(steps) });
  await waitForFact(page, "pixels", "600 × 800");
  await page.click('input[name="view"][value="compare"]');
  await page.waitForSelector("#view canvas.before", { timeout: ANSWER_MS });
  const points = /** @type {[number, number][]} */ ([
    [10, 10],
    [410, 400],
    [590, 790],
  ]);
  const { pixels: was, width, height } = await readPixels(page, "#view canvas.before", points);
  assert.deepEqual([width, height], [600, 800]);
  assertNear(was[1], [255, 244, 216, 255], 4);
  const { pixels: is } = await readPixels(page, "#view img.result", points);
  for (const [index, pixel] of was.entries()) {
    assertNear(
      is[index],
      pixel.map((channel, place) => (place < 3 ? 0.5 * channel : channel)),
      6,
    );
  }
  const boxes = await page.$$eval("#view :is(img.result, canvas.before)", (all) =>
    all.map((element) => {
      const { x, y, width, height } = element.getBoundingClientRect();
      return [x, y, width, height].map(Math.round).join();
    }),
  );
  assert.equal(boxes[0], boxes[1], "both have the same place");

  assert.equal(await cutAt(page), 50);
  await page.focus('[aria-label="Before and after"]');
  await page.keyboard.press("ArrowRight");
  assert.equal(await cutAt(page), 51);
  await page.keyboard.press("Home");
  assert.equal(await cutAt(page), 0);
  await page.keyboard.press("End");
  assert.equal(await cutAt(page), 100);
  assert.equal(
    await page.$eval(".divider", (range) => range.getAttribute("aria-valuetext")),
    "100 % before, 0 % after",
  );
  const box = /** @type {import('puppeteer-core').BoundingBox} */ (
    await (await page.$("#view img.result"))?.boundingBox()
  );
  await page.mouse.click(box.x + box.width / 4, box.y + box.height / 2);
  assert.equal(await cutAt(page), 25);
  await screenshot(page, "playground-before-after");

  // It stays where it was put when the picture changes.
  await page.$eval('[data-path="brightness"] input[type="number"]', (input) => {
    /** @type {HTMLInputElement} */ (input).value = "0.25";
    input.dispatchEvent(new Event("input"));
  });
  await waitUntilShown(page);
  const { pixels: darker } = await readPixels(page, "#view img.result", [[410, 400]]);
  assertNear(darker[0], [64, 61, 54, 255], 3);
  assert.equal(await cutAt(page), 25);
  assertNoProblems();
});

test("the loupe shows pixels one to one, follows the pointer and moves by keys", async () => {
  const { page, assertNoProblems } = await open({ hash: hashOf([]) });
  await waitForFact(page, "pixels", "1200 × 800");
  await page.click("#loupe");
  await page.waitForFunction(() => document.querySelector(".lens span")?.textContent === "1:1");
  const image = /** @type {import('puppeteer-core').ElementHandle} */ (await page.$("#view .result"));
  const box = /** @type {import('puppeteer-core').BoundingBox} */ (await image.boundingBox());
  assert(box.width < 1200, "the picture itself is scaled down");
  for (const [x, y] of /** @type {[number, number][]} */ ([
    [790, 400],
    [790, 560],
    [120, 700],
  ])) {
    await page.mouse.move(box.x + ((x + 0.5) / 1200) * box.width, box.y + ((y + 0.5) / 800) * box.height);
    const at = await lensAt(page);
    assert(Math.abs(at.x - x) <= 2 && Math.abs(at.y - y) <= 2, `it is at ${at.x}, ${at.y} instead of ${x}, ${y}`);
    await assertLens(page, at);
  }

  const before = await lensAt(page);
  await page.focus(".lens canvas");
  await page.keyboard.press("ArrowRight");
  const moved = await lensAt(page);
  assert.deepEqual([moved.x - before.x > 20, moved.y], [true, before.y]);
  await page.keyboard.down("Shift");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.up("Shift");
  assert.equal((await lensAt(page)).y, before.y - 1);
  await assertLens(page, await lensAt(page));

  // What is shown in its own size is magnified.
  await preset(page, "thumbnail", "320 × 240");
  await page.waitForFunction(() => document.querySelector(".lens span")?.textContent === "4:1");
  await screenshot(page, "playground-loupe");
  await page.click("#loupe");
  assert.equal((await page.$$(".lens")).length, 0);
  assertNoProblems();
});

test("the plan names steps, sizes, values, the engine with its reason, and memory; the Worker comes first", async () => {
  const { page, takeProblems, assertNoProblems } = await open();
  const words = await page.$$eval('input[name="code"]', (all) => all.map((radio) => radio.getAttribute("value")));
  assert.deepEqual(words, ["worker", "curl", "list", "plan"]);
  assert.match(await page.$eval("#code", (code) => code.textContent ?? ""), /^export default \{\n {2}async fetch/);
  await codeOf(page, "plan");
  await page.waitForSelector("#plan ol", { timeout: ANSWER_MS });
  assert.deepEqual(await kindsOf(page), ["resize", "resize", "draw"]);
  const steps = await page.$$eval("#plan ol > li", (all) => all.map((step) => step.textContent ?? ""));
  assert.match(
    String(steps[0]),
    /^Resize 1200 × 800 → 960 × 600transform 1 of the canvas, width: 960, height: 600, fit: cover/,
  );
  assert.match(String(steps[0]), /kernel x: lanczos3/);
  assert.match(String(steps[1]), /^Resize 360 × 360 → 150 × 150transform 1 of picture 1, width: 150/);
  assert.match(String(steps[2]), /^Draw picture 1 960 × 600draw 1 on the canvas, opacity: 0\.85/);
  const said = (/** @type {string} */ name) => page.$eval(`[data-plan="${name}"]`, ({ textContent }) => textContent);
  assert.equal(await said("output"), "webp, 960 × 600, quality 85");
  assert.equal(await said("engine"), "CPU, because the server or the request asks for it");
  assert.match(String(await said("memory")), /^about [\d.]+ MB$/);
  assert.equal((await page.$$('[data-plan="idle"]')).length, 0);
  await screenshot(page, "playground-plan");

  // It follows the request.
  await choose(page, '[data-path="fit"] select', "squeeze");
  await page.$eval('[data-option="gravity"]', clickIt);
  await page.waitForSelector('[data-plan="idle"]', { timeout: ANSWER_MS });
  assert.equal(await said("idle"), "gravity of transform 1 of the canvas");
  await page.$eval('[data-path="opacity"] input[type="number"]', (input) => {
    /** @type {HTMLInputElement} */ (input).value = "7";
    input.dispatchEvent(new Event("input"));
  });
  await page.waitForFunction(() => document.querySelector("#plan")?.textContent?.startsWith("There is no plan: "), {
    timeout: ANSWER_MS,
  });
  assert(takeProblems().every((line) => /status (of )?400/.test(line)));
  assertNoProblems();
});

test("what the server cannot do is there, disabled, and says why and what helps", async () => {
  const { page, takeProblems, assertNoProblems } = await open();
  assert.equal(await page.$eval("#engines", (tab) => tab.checkVisibility()), false, "there is no tab without a GPU");
  assert.deepEqual(await lackOf(page, '[data-path="engine"]'), {
    disabled: ["gpu (not on this server)"],
    said: ["gpu: This server was started for the CPU alone. Start it with palmette serve --engine auto."],
  });

  for (const option of ["gravity", "upscale"]) await page.$eval(`${FIRST} [data-option="${option}"]`, clickIt);
  assert.deepEqual(await lackOf(page, '[data-path="gravity"]'), {
    disabled: ["face (not on this server)"],
    said: [
      "face: This server has no model that finds faces. Run palmette models install face and start the server again.",
    ],
  });
  assert.deepEqual(await lackOf(page, '[data-path="upscale"]'), {
    disabled: ["generate (not on this server)"],
    said: [
      "generate: This server has no model that enlarges pictures. Run palmette models install generate and start the server again.",
    ],
  });
  const chips = await page.$$eval(`${FIRST} > .options > .more .chip`, (all) =>
    all.filter((chip) => chip.ariaDisabled === "true").map((chip) => chip.ariaLabel),
  );
  assert.deepEqual(chips, [
    "zoom is not available: This server has no model that finds faces. Run `palmette models install face` and start the server again.",
    "segment is not available: This server has no model that tells foreground from background. Run `palmette models install segment` and start the server again.",
  ]);
  await page.$eval(`${FIRST} [data-option="segment"]`, clickIt);
  assert.equal((await page.$$('[data-path="segment"]')).length, 0, "what is disabled cannot be added");

  await choose(page, ".draw .picture select", "Text");
  assert.deepEqual(await lackOf(page, '.draw [data-path="font"]'), {
    disabled: ["font by name (not on this server)"],
    said: ["font: This server has no fonts. Start it with palmette serve --fonts FOLDER."],
  });
  // Another font can be named by its URL; until then the text has none.
  await page.waitForSelector("#view .refusal", { timeout: ANSWER_MS });
  assert(takeProblems().every((line) => /status (of )?400/.test(line)));
  await preset(page, "card", "1200 × 630");
  assert.equal(
    await page.$eval(".note", (note) => note.textContent),
    "The card has no title. This server has no fonts. Start it with palmette serve --fonts FOLDER.",
  );
  await preset(page, "avatar", "256 × 256");
  assert.match(
    await page.$eval(".note", (note) => note.textContent ?? ""),
    /^Cropped to the main subject instead of a face\. This server has no model/,
  );
  assertNoProblems();
});

/**
 * Chooses a preset and waits for its picture.
 *
 * @param {Page} page
 * @param {string} id
 * @param {string} size
 */
async function preset(page, id, size) {
  await page.click(`[data-preset="${id}"]`);
  await page.waitForSelector(`[data-preset="${id}"][aria-pressed="true"]`);
  await waitUntilShown(page);
  await waitForFact(page, "pixels", size);
}

/** @param {unknown[]} steps What is done to the view. */
function hashOf(steps) {
  const project = { canvas: { picture: "view", steps }, output: { output_format: "image/png" }, engine: "auto" };
  return `#${encodeURIComponent(JSON.stringify(project))}`;
}

/**
 * Reads how much of what is before can be seen, in percent from the left.
 *
 * @param {Page} page
 */
function cutAt(page) {
  return page.$eval(".before", (before) => {
    const [, hidden] = getComputedStyle(before).clipPath.match(/^inset\(0px ([\d.]+)%/) ?? [];
    return 100 - Number(hidden);
  });
}

/**
 * Reads where the lens says that it is.
 *
 * @param {Page} page
 */
function lensAt(page) {
  return page.$eval(".lens canvas", (lens) => {
    const [, x, y] = lens.getAttribute("aria-label")?.match(/at (\d+), (\d+) of/) ?? [];
    return { x: Number(x), y: Number(y) };
  });
}

/**
 * Asserts that the lens shows the picture's own pixels around a point.
 *
 * @param {Page} page
 * @param {{ x: number, y: number }} at
 */
async function assertLens(page, { x, y }) {
  const middle = await page.$eval(".lens canvas", (lens) => /** @type {HTMLCanvasElement} */ (lens).width / 2);
  const offsets = /** @type {[number, number][]} */ ([
    [0, 0],
    [-20, 15],
    [31, -40],
  ]);
  const { pixels: seen } = await readPixels(
    page,
    ".lens canvas",
    offsets.map(([dx, dy]) => [middle + dx, middle + dy]),
  );
  const { pixels: real } = await readPixels(
    page,
    "#view .result",
    offsets.map(([dx, dy]) => [x + dx, y + dy]),
  );
  assert.deepEqual(seen, real);
}

/** @param {Page} page */
function kindsOf(page) {
  return page.$$eval("#plan ol > li", (all) => all.map((step) => step.getAttribute("data-kind")));
}

/**
 * Reads what is disabled in a row, and what is said of it where it can be seen.
 *
 * @param {Page} page
 * @param {string} row
 */
function lackOf(page, row) {
  return page.$eval(row, (row) => ({
    disabled: [...row.querySelectorAll("option:disabled")].map(({ textContent }) => textContent),
    said: [...row.querySelectorAll(".lack")]
      .filter((lack) => lack.checkVisibility())
      .map(({ textContent }) => textContent),
  }));
}

/** @param {Element} element */
function clickIt(element) {
  /** @type {HTMLElement} */ (element).click();
}

/**
 * Counts the white pixels of a part of the result.
 *
 * @param {Page} page
 * @param {string} selector
 * @param {[x: number, y: number, width: number, height: number]} part
 */
function whitePixels(page, selector, part) {
  return page.$eval(
    selector,
    (element, part) => {
      const image = /** @type {HTMLImageElement} */ (element);
      const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
      const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d"));
      context.drawImage(image, 0, 0);
      const { data } = context.getImageData(...part);
      let count = 0;
      for (let at = 0; at < data.length; at += 4) {
        if (Math.min(Number(data[at]), Number(data[at + 1]), Number(data[at + 2])) > 250) count += 1;
      }
      return count;
    },
    part,
  );
}

/** @param {Page} page */
function bluePng(page) {
  return page.evaluate(() => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 480 });
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    context.fillStyle = "#00f";
    context.fillRect(0, 0, 640, 480);
    return canvas.toDataURL("image/png").slice("data:image/png;base64,".length);
  });
}
