// @ts-check
/** What the tests of the playground share: the page opened, its controls found by name as a user finds them, its pixels read. */
import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { openPage } from "./browser.js";

/** @typedef {import('puppeteer-core').Page} Page */

/** Time for an answer on a slow machine, milliseconds. */
export const ANSWER_MS = 30_000;

/** Where distributions put the descriptions of Vulkan drivers. */
const DRIVERS = "/usr/share/vulkan/icd.d";

/**
 * Opens the playground of a server and waits for its first result.
 *
 * @param {import('puppeteer-core').Browser} browser
 * @param {string} url
 * @param {{ width?: number, height?: number, colorScheme?: 'light' | 'dark', hash?: string, hasModels?: boolean }} [options]
 *   `hasModels` is for the form alone: the page is told that the server has every model.
 */
export async function openPlayground(browser, url, options = {}) {
  const { width = 1280, height = 900, colorScheme = "light", hash = "", hasModels = false } = options;
  const { page, takeProblems } = await openPage(browser, { colorScheme });
  if (hasModels) await page.evaluateOnNewDocument(pretendModels);
  await page.setViewport({ width, height });
  await page.goto(`${url}/${hash}`);
  await waitUntilShown(page);
  // A request that a newer one replaces is given up on purpose.
  const problems = () => takeProblems().filter((problem) => !/\/transform: net::ERR_ABORTED$/.test(problem));
  return { page, takeProblems: problems, assertNoProblems: () => assert.deepEqual(problems(), []) };
}

/** Makes the table of options say that every model is there. Runs in the page. */
function pretendModels() {
  const { fetch } = window;
  window.fetch = async (...request) => {
    const response = await fetch(...request);
    if (request[0] !== "options") return response;
    const table = await response.json();
    for (const word of Object.keys(table.models)) table.models[word] ??= "pretended";
    return Response.json(table);
  };
}

/**
 * Waits until the page says a figure of its result.
 *
 * @param {Page} page
 * @param {string} name In lower case: `pixels`.
 * @param {string} value
 */
export async function waitForFact(page, name, value) {
  const holds = (/** @type {string} */ name, /** @type {string} */ value) =>
    document.querySelector(`[data-fact="${name}"] .value`)?.textContent === value;
  await page.waitForFunction(holds, { timeout: ANSWER_MS }, name, value).catch(async (cause) => {
    const facts = await page.$eval("#facts", (facts) => facts.textContent);
    throw new Error(`${name} did not become ${value}: ${facts}`, { cause });
  });
}

/**
 * Waits until what is shown is what was asked for.
 *
 * @param {Page} page
 */
export async function waitUntilShown(page) {
  await page.waitForSelector('#view[aria-busy="false"]', { timeout: ANSWER_MS });
}

/**
 * Clicks what has this name for people who do not see the page.
 *
 * @param {Page | import('puppeteer-core').ElementHandle} scope
 * @param {string} name
 */
export async function clickNamed(scope, name) {
  const found = await scope.$(`::-p-aria(${name})`);
  assert(found, `nothing is called "${name}"`);
  await found.click();
}

/**
 * Adds an option to a step, as the step shows it.
 *
 * @param {Page} page
 * @param {string} scope A selector of the step.
 * @param {string} option
 */
export async function addOption(page, scope, option) {
  await page.$$eval(`${scope} > .options > .more`, (all) => {
    for (const more of all) more.toggleAttribute("open", true);
  });
  await clickAt(page, `${scope} > .options > .more [data-option="${option}"]`);
  await page.waitForSelector(`${scope} > .options [data-path="${option}"]`);
}

/**
 * Clicks what is brought to the middle first: at the edges, parts of the page that stay in sight may lie on it.
 *
 * @param {Page} page
 * @param {string} selector
 */
async function clickAt(page, selector) {
  await page.$eval(selector, (element) => element.scrollIntoView({ block: "center" }));
  await page.click(selector);
}

/**
 * Writes into the control of an option.
 *
 * @param {Page} page
 * @param {string} scope A selector of the step.
 * @param {string} option
 * @param {string} text
 */
export async function write(page, scope, option, text) {
  const control = await page.$(`${scope} [data-path="${option}"] input:not([type="range"], [type="color"])`);
  assert(control, `${option} has no control`);
  await control.click({ count: 3 });
  await control.type(text);
}

/**
 * Chooses an entry of a list by what it says.
 *
 * @param {Page} page
 * @param {string} selector
 * @param {string} label
 */
export async function choose(page, selector, label) {
  const value = await page.$eval(
    selector,
    (select, label) =>
      [.../** @type {HTMLSelectElement} */ (select).options].find((option) => option.textContent === label)?.value,
    label,
  );
  assert(value !== undefined, `${selector} has no entry ${label}`);
  await page.select(selector, value);
}

/**
 * Shows the request in other words and returns them.
 *
 * @param {Page} page
 * @param {"list" | "curl" | "worker" | "plan"} words
 * @returns {Promise<string>}
 */
export async function codeOf(page, words) {
  await page.click(`input[name="code"][value="${words}"]`);
  return page.$eval("#code", (code) => code.textContent ?? "");
}

/**
 * Chooses a file for a picture of the request.
 *
 * @param {Page} page
 * @param {string} selector A selector of the node.
 * @param {string} path
 */
export async function chooseFile(page, selector, path) {
  const input = await page.$(`${selector} > .picture input[type="file"]`);
  await /** @type {import('puppeteer-core').ElementHandle<HTMLInputElement>} */ (input).uploadFile(path);
}

/**
 * Lets go of a file, or of text, over an element, or pastes it there.
 *
 * @param {Page} page
 * @param {"drop" | "paste"} type
 * @param {string} selector
 * @param {{ name: string, type: string, base64: string } | string} what A file, or a text.
 */
export async function bring(page, type, selector, what) {
  await page.$eval(
    selector,
    (target, type, what) => {
      const data = new DataTransfer();
      if (typeof what === "string") data.setData("text/plain", what);
      else {
        const bytes = Uint8Array.from(atob(what.base64), (character) => character.charCodeAt(0));
        data.items.add(new File([bytes], what.name, { type: what.type }));
      }
      const about = { bubbles: true, cancelable: true };
      const event =
        type === "drop"
          ? new DragEvent(type, { ...about, dataTransfer: data })
          : new ClipboardEvent(type, { ...about, clipboardData: data });
      target.dispatchEvent(event);
    },
    type,
    what,
  );
}

/**
 * Reads pixels of what is shown, as the browser decoded it.
 *
 * @param {Page} page
 * @param {string} selector An image or a canvas.
 * @param {[x: number, y: number][]} points
 * @returns {Promise<{ width: number, height: number, pixels: number[][] }>}
 */
export function readPixels(page, selector, points) {
  return page.$eval(
    selector,
    (element, points) => {
      const source = /** @type {HTMLImageElement | HTMLCanvasElement} */ (element);
      const [width, height] =
        source instanceof HTMLImageElement
          ? [source.naturalWidth, source.naturalHeight]
          : [source.width, source.height];
      const canvas = new OffscreenCanvas(width, height);
      const context = /** @type {OffscreenCanvasRenderingContext2D} */ (
        canvas.getContext("2d", { willReadFrequently: true })
      );
      context.drawImage(source, 0, 0);
      return { width, height, pixels: points.map(([x, y]) => [...context.getImageData(x, y, 1, 1).data]) };
    },
    points,
  );
}

/**
 * Asserts that a pixel is near a colour.
 *
 * @param {number[] | undefined} pixel
 * @param {number[]} expected
 * @param {number} tolerance
 */
export function assertNear(pixel, expected, tolerance) {
  const isNear = pixel?.every((channel, index) => Math.abs(channel - Number(expected[index])) <= tolerance);
  assert(isNear, `${pixel} is not near ${expected}`);
}

/**
 * Finds a Vulkan driver in software, the variable `VK_DRIVER_FILES` first.
 *
 * @returns {string | undefined}
 */
export function findLavapipe() {
  if (process.env.VK_DRIVER_FILES) return process.env.VK_DRIVER_FILES;
  const names = existsSync(DRIVERS) ? readdirSync(DRIVERS) : [];
  const name = names.find((name) => /^lvp_icd.*json$/.test(name));
  return name && join(DRIVERS, name);
}
