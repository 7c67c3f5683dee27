// @ts-check
/** The form of the playground: it has every option of the server, and everybody can use it: by keyboard, in the dark, on a phone. */
import assert from "node:assert/strict";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch, screenshot } from "./browser.js";
import { addOption, clickNamed, codeOf, openPlayground, readPixels, waitForFact } from "./playground_kit.js";
import { tryAll } from "./playground_try.js";
import { startServer } from "./server.js";

/** @type {import('puppeteer-core').Browser} */
let browser;
/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;

before(async () => {
  server = await startServer(["--engine", "cpu", "--models", "none"]);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

test("every option of the server has a control that sets every value it may have", async () => {
  /** @type {import("../../crates/server/playground/options.js").Table} */
  const table = await (await fetch(`${server.url}/options`)).json();
  const { page, assertNoProblems } = await openPlayground(browser, server.url, { hash: bareHash(), hasModels: true });
  /** @type {(...about: Parameters<typeof tryAll>) => Promise<string[]>} */
  const tryIn = (...about) => page.evaluate(tryAll, ...about);
  assert.equal(await codeOf(page, "list"), '[\n  {"drawImageIndex":1,"targetImageIndex":0},\n  {"imageIndex":0}\n]');
  const tried = [
    ...(await tryIn("#request .transform", table.transform, "list", 1)),
    ...(await tryIn("#request .draw > .options", table.draw, "list", 0)),
  ];
  await codeOf(page, "curl");
  const [format, ...others] = table.output;
  tried.push(...(await tryIn("#request .output", others, "curl", 0)));
  assert.deepEqual(
    tried.filter((line) => !line.startsWith("ok ")),
    [],
  );
  assert(tried.length > 100, `only ${tried.length} values were tried`);
  const formats = await page.$$eval('[data-path="output_format"] option', (all) =>
    all.map(({ textContent }) => textContent),
  );
  assert.deepEqual({ kind: "words", words: formats }, format?.values);
  assertNoProblems();
});

test("a text is drawn in a font of the server, and stays in the address", async (context) => {
  const withFonts = await startServer(["--engine", "cpu", "--fonts", "/usr/share/fonts/truetype/dejavu"]);
  context.after(() => withFonts.stop());
  const { page, assertNoProblems } = await openPlayground(browser, withFonts.url);
  const select = ".draw [data-node] .picture select";
  await page.$$eval(select, ([first]) => {
    const list = /** @type {HTMLSelectElement} */ (first);
    list.selectedIndex = [...list.options].findIndex(({ text }) => text === "Text");
    list.dispatchEvent(new Event("change"));
  });
  assert.match(
    await codeOf(page, "curl"),
    /draw_text=\{"text":"Palmette","font":\{"url":"font:DejaVu [^"]+"\},"size":64,"color":"#ffffff"\}/,
  );
  assert.match(await codeOf(page, "worker"), /env\.IMAGES\.text\("Palmette", \{ font: \{ url: "font:DejaVu /);
  await page.focus(".draw textarea");
  await page.keyboard.press("End");
  await page.keyboard.type("s");
  await waitForFact(page, "pixels", "960 × 600");
  await page.waitForFunction(() => decodeURIComponent(location.hash).includes('"text":"Palmettes"'));
  await page.$eval('.draw [data-option="font.axes"]', (chip) => /** @type {HTMLElement} */ (chip).click());
  await page.focus('.draw [data-path="font.axes"] input');
  await page.keyboard.type("GRAD=50 opsz=14.5");
  await page.waitForFunction(() => decodeURIComponent(location.hash).includes('"axes":{"GRAD":50,"opsz":14.5}'));
  await page.reload();
  await page.waitForSelector("#view .result");
  assert.equal(await page.$eval(".draw textarea", (area) => area.value), "Palmettes");
  assertNoProblems();
});

test("a card is made of an address: a title of two lines and a logo over a photo", async (context) => {
  const folder = await mkdtemp(join(tmpdir(), "palmette-fonts-"));
  context.after(() => rm(folder, { recursive: true, force: true }));
  const inter = import.meta.resolve("@fontsource-variable/inter/files/inter-latin-wght-normal.woff2");
  await copyFile(new URL(inter), join(folder, "inter.woff2"));
  const withInter = await startServer(["--engine", "cpu", "--fonts", folder]);
  context.after(() => withInter.stop());
  const font = { url: "font:Inter", weight: 700, lineHeight: 1.15 };
  const title = { text: "Two lines of\na title", font, size: 84, color: "#ffffff" };
  const photo = { transform: { width: 1200, height: 630, fit: "cover", brightness: 0.5 } };
  const logo = { picture: "mark", steps: [{ transform: { width: 120, height: 120 } }] };
  const steps = [
    photo,
    { draw: logo, with: { top: 60, right: 60 } },
    { draw: { text: title, steps: [] }, with: { bottom: 60, left: 72 } },
  ];
  const project = { canvas: { picture: "view", steps }, output: { output_format: "image/png" }, engine: "auto" };
  const hash = `#${encodeURIComponent(JSON.stringify(project))}`;
  const { page, assertNoProblems } = await openPlayground(browser, withInter.url, { width: 1600, height: 1000, hash });
  await waitForFact(page, "pixels", "1200 × 630");
  // The bar and the stem of the T, what is left of the stem, and what is between the lines.
  const { pixels } = await readPixels(page, "#view .result", [
    [101, 402],
    [101, 440],
    [82, 440],
    [101, 472],
  ]);
  const isWhite = pixels.map(([red, green, blue]) => red === 255 && green === 255 && blue === 255);
  assert.deepEqual(isWhite, [true, true, false, false]);
  await screenshot(page, "playground-text");
  assertNoProblems();
});

test("a picture is resized by keyboard alone, and the focus is seen all the way", async () => {
  const { page, assertNoProblems } = await openPlayground(browser, server.url);
  const { keyboard } = page;
  const first = ".steps > .step:first-child";
  await tabTo(page, '.transform [data-path="width"] input');
  await keyboard.down("Control");
  await keyboard.press("a");
  await keyboard.up("Control");
  await keyboard.type("320");
  for (const option of ["height", "fit"]) {
    await tabTo(page, `${first} [data-path="${option}"] > button`);
    await keyboard.press("Enter");
  }
  await tabTo(page, '[aria-label="Remove draw 1 on the canvas"]');
  await keyboard.press("Space");
  await tabTo(page, '[data-path="output_format"] select');
  await keyboard.type("image/p");
  await waitForFact(page, "pixels", "320 × 213");
  await waitForFact(page, "format", "png");
  await tabTo(page, 'input[name="code"]');
  await keyboard.press("ArrowRight");
  assert.match(await page.$eval("#code", (code) => code.textContent ?? ""), /^curl /);

  // Steps are moved and options are added by keyboard, too, and the focus stays with them.
  await clickNamed(page, "Draw on the canvas");
  assert(await page.evaluate(() => document.activeElement?.closest(".draw") !== null), "the focus went to what is new");
  await tabTo(page, '.draw [data-move="up"]');
  await keyboard.press("Enter");
  assert.match(await page.$eval(".steps > .step:first-child h3", (title) => title.textContent ?? ""), /^Draw/);
  assert(
    await page.evaluate(() => document.activeElement?.matches('.draw [data-move="down"]')),
    "it can be moved back",
  );
  await tabTo(page, '.draw > .options [data-option="opacity"]');
  await keyboard.press("Enter");
  assert(await page.evaluate(() => document.activeElement?.closest('[data-path="opacity"]') !== null));
  assert.match(await page.$eval("#help", (help) => help.textContent ?? ""), /^opacity: multiplies the alpha/);
  assertNoProblems();
});

for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
  test(`on a phone of 360 pixels everything fits and can be read, ${colorScheme}`, async () => {
    const { page, takeProblems } = await openPlayground(browser, server.url, { width: 360, height: 740, colorScheme });
    await screenshot(page, `playground-phone-${colorScheme}`);
    await fill(page);
    for (const words of /** @type {const} */ (["list", "curl", "worker", "plan"])) {
      await codeOf(page, words);
      if (words === "plan") await page.waitForSelector("#plan li");
      await assertFits(page, words);
    }
    // With a GPU there is one tab more.
    await page.$eval("#engines", (tab) => tab.toggleAttribute("hidden", false));
    await page.click('input[name="view"][value="compare"]');
    await page.click("#loupe");
    await page.waitForSelector("#view .divider");
    await page.waitForSelector("#view .lens");
    await paste(page);
    await page.waitForSelector("#notice:not([hidden])");
    await assertFits(page, "compared");
    await assertTouchable(page);
    await assertReadable(page);
    await page.$eval('[data-path="width"] input', (input) => {
      /** @type {HTMLInputElement} */ (input).value = "0";
      input.dispatchEvent(new Event("input"));
    });
    await page.waitForSelector("#view .refusal");
    await assertFits(page, "refused");
    await assertReadable(page);
    assert.deepEqual(
      takeProblems().filter((problem) => !/status (of )?400/.test(problem)),
      [],
    );
  });

  test(`on a desk everything can be read and has a name, ${colorScheme}`, async () => {
    const { page, assertNoProblems } = await openPlayground(browser, server.url, { colorScheme });
    await fill(page);
    await assertReadable(page);
    await screenshot(page, `playground-${colorScheme}`);
    const tree = await page.accessibility.snapshot();
    const nameless = nodesOf(tree).filter(({ role, name }) => /button|box|slider|radio|link|image/.test(role) && !name);
    assert.deepEqual(
      nameless.map(({ role, description }) => `${role} ${description ?? ""}`),
      [],
    );
    assertNoProblems();
  });
}

/** Makes an address of a request that draws one picture, then transforms without an option. */
function bareHash() {
  const canvas = { picture: "view", steps: [{ draw: { picture: "mark", steps: [] } }, { transform: {} }] };
  return `#${encodeURIComponent(JSON.stringify({ canvas, output: { output_format: "image/png" }, engine: "auto" }))}`;
}

/**
 * Pastes text where no text is asked for.
 *
 * @param {import('puppeteer-core').Page} page
 */
async function paste(page) {
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.setData("text/plain", "not a picture");
    document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));
  });
}

/**
 * Adds every kind of control, on several levels.
 *
 * @param {import('puppeteer-core').Page} page
 */
async function fill(page) {
  await clickNamed(page, "Draw on picture 1");
  const inner = ".step .node .node";
  await page.click(`${inner} > .adders button`);
  for (const option of ["trim", "gravity", "border", "brightness", "background"]) {
    await addOption(page, `${inner} .transform`, option);
  }
  await addOption(page, ".steps > .step.draw", "repeat");
  for (const option of ["output_quality", "background", "anim"]) await addOption(page, ".output", option);
}

/**
 * Presses Tab until something has the focus; fails if on the way the focus cannot be seen, or if it never comes there.
 *
 * @param {import('puppeteer-core').Page} page
 * @param {string} selector
 */
async function tabTo(page, selector) {
  for (let press = 0; press < 150; press += 1) {
    await page.keyboard.press("Tab");
    const [isThere, isSeen, what] = await page.evaluate((selector) => {
      const focused = /** @type {Element} */ (document.activeElement);
      const hasOutline = (/** @type {Element | null} */ element) => {
        if (!element) return false;
        const { outlineStyle, outlineWidth } = getComputedStyle(element);
        return outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 1;
      };
      const isSeen = focused === document.body || hasOutline(focused) || hasOutline(focused.closest("label"));
      return [focused.matches(selector), isSeen, focused.outerHTML.slice(0, 200)];
    }, selector);
    assert(isSeen, `the focus cannot be seen on ${what}`);
    if (isThere) return;
  }
  assert.fail(`no way leads to ${selector}`);
}

/**
 * @param {import('puppeteer-core').Page} page
 * @param {string} when
 */
async function assertFits(page, when) {
  const [needed, given] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert(Number(needed) <= Number(given), `${when}: ${needed} pixels wide in a window of ${given}`);
}

/**
 * Asserts that a finger hits everything that can be used: a box of 44 by 44 pixels, as WCAG 2.2 has it (2.5.5).
 *
 * @param {import('puppeteer-core').Page} page
 */
async function assertTouchable(page) {
  await page.$$eval("details", (all) => {
    for (const details of all) details.open = true;
  });
  const [count, small] = await page.evaluate(() => {
    const all = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")];
    const used = all.filter((element) => element.checkVisibility({ visibilityProperty: true }));
    const found = used.map((element) => {
      // A label around an input is what is hit; the input itself may be invisible.
      const target = element.parentElement?.closest("label") ?? element;
      const { width, height } = target.getBoundingClientRect();
      const name = element.getAttribute("aria-label") ?? target.textContent;
      return { isSmall: width < 44 || height < 44, said: `${element.localName} "${name}": ${width} × ${height}` };
    });
    return [found.length, found.filter(({ isSmall }) => isSmall).map(({ said }) => said)];
  });
  assert.deepEqual(small, []);
  assert(Number(count) > 80, `only ${count} elements can be used`);
}

/**
 * Asserts that all text has a contrast of at least 4.5 to what is behind it, as WCAG 2.2 counts it (1.4.3).
 *
 * @param {import('puppeteer-core').Page} page
 */
async function assertReadable(page) {
  const faint = await page.evaluate(() => {
    const parse = (/** @type {string} */ color) => color.match(/[\d.]+/g)?.map(Number) ?? [];
    const luminance = (/** @type {number[]} */ rgb) => {
      const [red = 0, green = 0, blue = 0] = rgb.map((level) => {
        const part = level / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const behind = (/** @type {Element | null} */ element) => {
      for (let at = element; at; at = at.parentElement) {
        const [red = 0, green = 0, blue = 0, alpha = 1] = parse(getComputedStyle(at).backgroundColor);
        if (alpha === 1) return [red, green, blue];
      }
      return [255, 255, 255];
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) {
      const parent = /** @type {Element} */ (walker.currentNode.parentElement);
      const isShown = parent.checkVisibility({ visibilityProperty: true }) && !parent.closest(".visually-hidden");
      if (!isShown || !walker.currentNode.textContent?.trim() || parent.closest("script, option, :disabled")) continue;
      const [text, ground] = [luminance(parse(getComputedStyle(parent).color).slice(0, 3)), luminance(behind(parent))];
      const contrast = (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05);
      if (contrast < 4.5) found.push(`${walker.currentNode.textContent}: ${contrast.toFixed(2)}`);
    }
    return found;
  });
  assert.deepEqual(faint, []);
}

/**
 * Lists a tree.
 *
 * @param {import('puppeteer-core').SerializedAXNode | null} node
 * @returns {import('puppeteer-core').SerializedAXNode[]}
 */
function nodesOf(node) {
  return node ? [node, ...(node.children ?? []).flatMap(nodesOf)] : [];
}
