// @ts-check
/**
 * The page of `palmette compare --report`, opened from disk as its users do: sliders by keys and by mouse, and names that are text.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { moved, PALMETTE, right, swapped } from "../pictures/kit/shapes.js";
import { launch, openPage, screenshot } from "./browser.js";

/** A name that would run, were it not escaped. */
const NAME = `<img src=x onerror="document.title='ran'">`;

describe("the page of palmette compare --report", { timeout: 60_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "palmette-report-"));
  const page = join(folder, "report", "index.html");
  /** @type {import("puppeteer-core").Browser} */
  let browser;

  before(async () => {
    for (const side of ["a", "b"]) mkdirSync(join(folder, side));
    for (const name of ["moved", "swapped", "same", "gone", NAME])
      writeFileSync(join(folder, "a", `${name}.png`), right);
    for (const [name, picture] of Object.entries({ moved, swapped, same: right, new: right, [NAME]: moved }))
      writeFileSync(join(folder, "b", `${name}.png`), picture);
    const { status, stderr } = spawnSync(PALMETTE, ["compare", "a", "b", "--report", "report"], {
      cwd: folder,
      encoding: "utf8",
    });
    assert.equal(status, 1, stderr);
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  test("the worst is first, and names are text", async () => {
    const { page: tab, assertNoProblems } = await openPage(browser);
    await tab.goto(pathToFileURL(page).href);
    const heads = await tab.$$eval("h2", (elements) => elements.map((element) => element.textContent));
    assert.deepEqual(heads.slice(0, 2), ["gone.png missing", "new.png not expected"]);
    assert.equal(heads.at(-1), "same.png equal");
    assert.ok(heads.includes(`${NAME}.png different`), heads.join());
    assert.equal(await tab.title(), "5 of 6 pictures differ");
    const widths = await tab.$$eval("img", async (pictures) => {
      for (const picture of pictures) picture.loading = "eager";
      await Promise.all(pictures.map((picture) => picture.decode()));
      return pictures.map((picture) => picture.naturalWidth);
    });
    assert.deepEqual(new Set(widths), new Set([40]));
    await screenshot(tab, "compare-report");
    assertNoProblems();
  });

  test("a slider moves the line by keys and by mouse, and the differences are a key away", async () => {
    const { page: tab, assertNoProblems } = await openPage(browser);
    await tab.goto(pathToFileURL(page).href);
    // What is seen a quarter from the left and from the right: the half of a picture that is cut off is not there to be hit.
    const seen = () =>
      tab.$eval("figure:has(input)", (figure) => {
        const { left, top, width, height } = /** @type {Element} */ (
          figure.querySelector(".stack")
        ).getBoundingClientRect();
        return [0.25, 0.75].map(
          (x) => document.elementFromPoint(left + width * x, top + height / 2)?.closest(".stack > div")?.className,
        );
      });
    await tab.keyboard.press("Tab");
    assert.equal(await tab.evaluate(() => /** @type {HTMLInputElement} */ (document.activeElement).type), "range");
    await tab.$eval("figure:has(input)", (figure) => figure.scrollIntoView({ block: "center" }));
    assert.deepEqual(await seen(), ["expected", "actual"]);
    await tab.keyboard.press("End");
    assert.deepEqual(await seen(), ["expected", "expected"]);
    await tab.keyboard.press("Home");
    assert.deepEqual(await seen(), ["actual", "actual"]);
    await tab.keyboard.press("ArrowRight");
    assert.equal(
      await tab.$eval("figure:has(input)", (figure) => getComputedStyle(figure).getPropertyValue("--split")),
      "1%",
    );

    const box = await (await tab.$("figure:has(input) .stack"))?.boundingBox();
    assert.ok(box);
    const middle = box.y + box.height / 2;
    await tab.mouse.move(box.x + box.width * 0.1, middle);
    await tab.mouse.down();
    await tab.mouse.move(box.x + box.width * 0.9, middle, { steps: 4 });
    await tab.mouse.up();
    assert.deepEqual(await seen(), ["expected", "expected"]);
    await tab.mouse.move(box.x + box.width * 0.2, middle);
    assert.deepEqual(await seen(), ["expected", "expected"], "no button is down");

    // From the picture that was clicked on, the slider is first.
    await tab.keyboard.press("Tab");
    await tab.keyboard.press("Tab");
    await tab.keyboard.press("Space");
    assert.deepEqual(await seen(), ["diff", "diff"]);
    await screenshot(tab, "compare-report-diff");
    assertNoProblems();
  });

  test("a phone needs no scrolling to the side", async () => {
    const { page: tab, assertNoProblems } = await openPage(browser, { viewport: "phone", colorScheme: "dark" });
    await tab.goto(pathToFileURL(page).href);
    assert.equal(await tab.evaluate(() => document.documentElement.scrollWidth), 390);
    await screenshot(tab, "compare-report-phone-dark");
    assertNoProblems();
  });
});
