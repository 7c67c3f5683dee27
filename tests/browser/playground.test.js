// @ts-check
/** The playground as people use it: a picture is resized, another one drawn on it, both engines compared; what is shown is true. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { amplified, measure } from "../../crates/server/playground/compare.js";
import { serve, workerdConfig, writeFiles } from "../workers/node/serve.js";
import { launch, screenshot } from "./browser.js";
import {
  ANSWER_MS,
  addOption,
  assertNear,
  choose,
  clickNamed,
  codeOf,
  findLavapipe,
  openPlayground,
  readPixels,
  waitForFact,
  write,
} from "./playground_kit.js";
import { startServer } from "./server.js";

/** The steps of the canvas that the page begins with, as selectors. */
const FIRST = "#request > .node > .steps > .step:nth-child(1)";
const SECOND = "#request > .node > .steps > .step:nth-child(2)";

/** @type {import('puppeteer-core').Browser} */
let browser;
/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
/** What the page saves goes here, and commands run here. */
let folder = "";

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "palmette-playground-"));
  server = await startServer(["--engine", "cpu"]);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test("the sample is resized and shown in every format", async () => {
  const { page, assertNoProblems } = await openPlayground(browser, server.url);
  await screenshot(page, "playground");
  await clickNamed(page, "Remove draw 1 on the canvas");
  for (const option of ["height", "fit"]) await page.click(`${FIRST} [data-path="${option}"] > button`);
  await write(page, FIRST, "width", "320");
  await waitForFact(page, "pixels", "320 × 213");

  for (const format of ["image/jpeg", "image/png", "image/gif", "image/webp", "image/avif", "rgb", "rgba"]) {
    await choose(page, '.output [data-path="output_format"] select', format);
    await waitForFact(page, "format", format.replace("image/", ""));
    const sun = /** @type {[number, number]} */ ([211, 107]);
    const { width, height, pixels } = await readPixels(page, "#view .result", [sun, [3, 3]]);
    assert.deepEqual([width, height], [320, 213], format);
    assertNear(pixels[0], [255, 244, 216, 255], 12);
    assertNear(pixels[1], [43, 58, 103, 255], 24);
  }
  assert.equal(await page.$eval('[data-fact="bytes"] .value', (value) => value.textContent), "273 kB");
  assert.equal(await page.$eval('[data-fact="engine"] .value', (value) => value.textContent), "CPU");
  const stages = await page.$$eval("[data-stage]", (all) => all.map((stage) => stage.getAttribute("data-stage")));
  assert.deepEqual(stages, ["decode", "run", "encode", "other"]);
  assertNoProblems();
});

test("an overlay is drawn, and the list, the command and the Worker make the same bytes", async () => {
  const { page, assertNoProblems } = await openPlayground(browser, server.url);
  const session = await page.createCDPSession();
  await session.send("Browser.setDownloadBehavior", { behavior: "allow", downloadPath: folder, eventsEnabled: true });
  for (const sample of ["evening.png", "palmette.png"]) await save(page, session, sample);
  await clickNamed(page, "Remove draw 1 on the canvas");
  await write(page, FIRST, "width", "400");
  await write(page, FIRST, "height", "300");

  // The overlay is a file with a name that a shell, curl and a URL could all stumble over.
  const name = `it's a "mark", really; $(true) & 100%.png`;
  writeFileSync(join(folder, name), readFileSync(join(folder, "palmette.png")));
  await clickNamed(page, "Draw on the canvas");
  const chooser = await page.$(`${SECOND} .node input[type="file"]`);
  await /** @type {import('puppeteer-core').ElementHandle<HTMLInputElement>} */ (chooser).uploadFile(
    join(folder, name),
  );
  await page.waitForFunction((name) => document.querySelector(".draw select")?.textContent?.includes(name), {}, name);
  await clickNamed(page, "Transform picture 1");
  const inner = `${SECOND} .node .step`;
  await addOption(page, inner, "width");
  await write(page, inner, "width", "100");
  for (const [option, value] of [
    ["bottom", "10"],
    ["right", "10"],
    ["opacity", "0.75"],
  ]) {
    await addOption(page, SECOND, String(option));
    await write(page, SECOND, String(option), String(value));
  }
  await waitForFact(page, "pixels", "400 × 300");

  await choose(page, '.output [data-path="output_format"] select', "image/png");
  await waitForFact(page, "format", "png");
  await save(page, session, "result.png");
  const bytes = readFileSync(join(folder, "result.png"));
  rmSync(join(folder, "result.png"));
  const { pixels } = await readPixels(page, "#view .result", [[340, 266]]);
  const { pixels: under } = await readPixels(page, "#view .result", [[60, 266]]);
  assert((pixels[0]?.[0] ?? 0) > (under[0]?.[0] ?? 0) + 40, `no gold in the corner: ${pixels} as ${under}`);

  const list = await codeOf(page, "list");
  assert.deepEqual(JSON.parse(list), [
    { imageIndex: 0, width: 400, height: 300, fit: "cover" },
    { imageIndex: 1, width: 100 },
    { drawImageIndex: 1, targetImageIndex: 0, opacity: 0.75, bottom: 10, right: 10 },
  ]);

  const command = await codeOf(page, "curl");
  assert(command.includes(list), "the list is sent as it is shown");
  execFileSync("sh", ["-ec", command], { cwd: folder, stdio: "pipe", timeout: ANSWER_MS });
  assert(readFileSync(join(folder, "result.png")).equals(bytes), "curl got another picture");

  // The folder becomes the assets of a Worker in workerd.
  const project = { main: "worker.js", compatibility_date: "2026-08-01", images: { binding: "IMAGES" } };
  const assets = { directory: ".", binding: "ASSETS" };
  await writeFiles(folder, {
    "worker.js": await codeOf(page, "worker"),
    "wrangler.jsonc": { name: "playground", ...project, assets },
  });
  const { urls, stop } = await serve(await workerdConfig(folder, ["--palmette", new URL(server.url).host]));
  try {
    const response = await fetch(`${urls.http}/nothing-of-that-name`);
    assert.equal(response.headers.get("content-type"), "image/png", await response.clone().text());
    assert(Buffer.from(await response.arrayBuffer()).equals(bytes), "the Worker got another picture");
  } finally {
    await stop();
  }
  assertNoProblems();
});

test("CPU and GPU stand side by side, and nothing differs", async (context) => {
  const driver = findLavapipe();
  if (!driver) {
    assert.notEqual(process.env.PALMETTE_GPU, "require", "no Vulkan driver in software");
    return context.skip("no Vulkan driver in software");
  }
  process.env.VK_DRIVER_FILES = driver;
  const withGpu = await startServer(["--engine", "gpu"]);
  try {
    const { page, assertNoProblems } = await openPlayground(browser, withGpu.url);
    assert.equal(await page.$eval('[data-fact="engine"] .value', (value) => value.textContent), "GPU");
    const engines = await page.$$eval('[data-path="engine"] option', (all) => all.map((option) => option.textContent));
    assert.deepEqual(engines, ["auto", "cpu", "gpu"]);
    await page.click('input[name="view"][value="engines"]');
    await page.waitForSelector(".verdict", { timeout: ANSWER_MS });
    assert.equal(await page.$eval(".verdict", (verdict) => verdict.textContent), "All 576,000 pixels are the same.");
    await waitForFact(page, "differing", "0");
    await waitForFact(page, "largest", "0");
    const [cpu, gpu, difference] = await page.$$eval("#view canvas", (canvases) =>
      canvases.map((canvas) => [.../** @type {any} */ (canvas).getContext("2d").getImageData(480, 300, 40, 2).data]),
    );
    assert(cpu && new Set(cpu).size > 3, "there is a picture");
    assert.deepEqual(cpu, gpu);
    assert.deepEqual(new Set(difference), new Set([0, 255]));
    await screenshot(page, "playground-engines");
    assertNoProblems();
  } finally {
    await withGpu.stop();
  }
});

test("a difference of two engines is counted, measured and shown", () => {
  const same = new Uint8Array([1, 2, 3, 255, 4, 5, 6, 128]);
  assert.deepEqual(measure(same, same), { differing: 0, largest: 0 });
  const other = new Uint8Array([1, 2, 3, 255, 4, 15, 6, 121]);
  assert.deepEqual(measure(same, other), { differing: 1, largest: 10 });
  assert.deepEqual([...amplified(same, other, 25)], [0, 0, 0, 255, 175, 250, 175, 255]);
});

test("a refusal stands where it was caused, until it is put right", async () => {
  const { page, takeProblems, assertNoProblems } = await openPlayground(browser, server.url);
  await write(page, SECOND, "opacity", "1.5");
  const problem = await page.waitForSelector(`${SECOND} [data-path="opacity"] > .problem:not([hidden])`);
  assert.equal(await problem?.evaluate((text) => text.textContent), "9401: opacity must be 0 to 1, got 1.5");
  const refusal = await page.$eval("#view .refusal", (text) => text.textContent ?? "");
  assert.match(refusal, /^Error 9401 status 400draw 1 on the canvas: opacity must be 0 to 1, got 1\.5/);
  const invalid = await page.$$eval("[aria-invalid]", (all) =>
    all.map((control) => control.closest("[data-path]")?.getAttribute("data-path")),
  );
  assert.deepEqual(invalid, ["opacity"]);
  assert(takeProblems().every((line) => /status (of )?400/.test(line)));

  await write(page, SECOND, "opacity", "0.5");
  await waitForFact(page, "pixels", "960 × 600");
  assert.equal((await page.$$(".problem:not([hidden]), [aria-invalid]")).length, 0);
  assertNoProblems();
});

test("the address keeps the request, and files come by drop and paste", async () => {
  const { page, assertNoProblems } = await openPlayground(browser, server.url);
  await write(page, FIRST, "width", "300");
  await waitForFact(page, "pixels", "300 × 600");
  const hash = new URL(page.url()).hash;
  const list = await codeOf(page, "list");
  const { page: other, assertNoProblems: assertNoOthers } = await openPlayground(browser, server.url, { hash });
  await waitForFact(other, "pixels", "300 × 600");
  assert.equal(await codeOf(other, "list"), list);
  assertNoOthers();

  await other.close();
  await page.bringToFront();
  await codeOf(page, "curl");
  for (const [type, selector] of [
    ["drop", ".draw .picture select"],
    ["paste", "#request > .node > .picture select"],
  ]) {
    await page.focus(String(selector));
    await page.$eval(
      String(selector),
      async (target, type) => {
        const canvas = new OffscreenCanvas(50, 40);
        canvas.getContext("2d")?.fillRect(0, 0, 50, 40);
        const data = new DataTransfer();
        data.items.add(new File([await canvas.convertToBlob()], `${type}.png`, { type: "image/png" }));
        const event =
          type === "drop"
            ? new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true })
            : new ClipboardEvent(type, { clipboardData: data, bubbles: true });
        target.dispatchEvent(event);
      },
      String(type),
    );
    const isNamed = (/** @type {string} */ name) => document.querySelector("#code")?.textContent?.includes(name);
    await page.waitForFunction(isNamed, {}, `@${type}.png`);
  }
  const command = await codeOf(page, "curl");
  assert.match(command, /-F image=@paste\.png \\\n {2}-F draw_image=@drop\.png/);
  assertNoProblems();
});

test("a strange address and a server that is gone are survived", async () => {
  const canvas = { picture: "file-9", steps: [{ transform: { border: 5, nosuch: "option" } }] };
  const project = { canvas, output: { output_format: "image/png" }, engine: "gpu" };
  const hash = `#${encodeURIComponent(JSON.stringify(project))}`;
  const mortal = await startServer(["--engine", "cpu"]);
  const { page, takeProblems, assertNoProblems } = await openPlayground(browser, mortal.url, { hash });
  assert.match(await page.$eval(".refusal", (text) => text.textContent ?? ""), /border must be an object of color/);
  assert(takeProblems().every((line) => /status (of )?400/.test(line)));

  await page.goto("about:blank");
  await page.goto(`${mortal.url}/#%7Bnonsense`);
  await waitForFact(page, "pixels", "960 × 600");
  assertNoProblems();

  await mortal.stop();
  await write(page, FIRST, "width", "300");
  const refusal = await page.waitForSelector(".refusal", { timeout: ANSWER_MS });
  assert.match((await refusal?.evaluate((text) => text.textContent)) ?? "", /^No answerThe server cannot be reached\./);
  assert(takeProblems().every((line) => /ERR_CONNECTION_REFUSED/.test(line)));
});

/**
 * Saves a picture by its link and waits until it is there.
 *
 * @param {import('puppeteer-core').Page} page
 * @param {import('puppeteer-core').CDPSession} session
 * @param {string} name
 */
async function save(page, session, name) {
  const link = await page.$(`a[download="${name}"]`);
  if (!link) throw new Error(`there is no ${name} to save`);
  const done = new Promise((resolve) => {
    session.on("Browser.downloadProgress", ({ state }) => state === "completed" && resolve(undefined));
  });
  await link.click();
  await done;
}
