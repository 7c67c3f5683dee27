// @ts-check
/** The playground of a server that asks for a token: the page asks its user, and keeps the answer for its tab. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch, openPage, screenshot } from "./browser.js";
import { ANSWER_MS, codeOf, waitForFact, waitUntilShown } from "./playground_kit.js";
import { startServer } from "./server.js";

/** @type {import('puppeteer-core').Browser} */
let browser;
/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
let folder = "";

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "palmette-token-"));
  writeFileSync(join(folder, "tokens"), "open-sesame\n");
  server = await startServer(["--engine", "cpu", "--token-file", join(folder, "tokens")]);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/**
 * Answers the question.
 *
 * @param {import('puppeteer-core').Page} page
 * @param {string} token
 */
async function answer(page, token) {
  const input = await page.waitForSelector("dialog[open] #token", { timeout: ANSWER_MS });
  await input?.type(token);
  await page.keyboard.press("Enter");
}

/** @param {string[]} problems */
const others = (problems) => problems.filter((problem) => !/401/.test(problem));

test("the page asks for a token until the server takes one, and keeps it for its tab", async () => {
  const { page, takeProblems } = await openPage(browser);
  await page.goto(`${server.url}/`);
  await page.waitForSelector("dialog[open] #token", { timeout: ANSWER_MS });
  await screenshot(page, "playground-token");
  await answer(page, "two words");
  await page.waitForFunction(() => document.querySelector("dialog .problem")?.textContent?.includes("no spaces"));
  await page.keyboard.press("Escape");
  await page.$eval("#token", (input) => {
    /** @type {HTMLInputElement} */ (input).value = "";
  });
  await answer(page, "wrong");
  await page.waitForFunction(() => document.querySelector("dialog .problem")?.textContent?.includes("does not take"));
  assert.equal((await page.$$("dialog")).length, 1);
  await answer(page, " Bearer open-sesame ");
  await waitForFact(page, "pixels", "960 × 600");
  assert.equal(await page.$("dialog"), null);
  assert.match(await codeOf(page, "curl"), /-H "authorization: Bearer \$PALMETTE_CLIENT_TOKEN"/);
  assert(!page.url().includes("sesame") && !(await page.content()).includes("sesame"));

  await page.reload();
  await waitUntilShown(page);
  await waitForFact(page, "pixels", "960 × 600");
  assert.deepEqual(others(takeProblems()), []);
  await page.close();

  const next = await openPage(browser);
  await next.page.goto(`${server.url}/`);
  await next.page.waitForSelector("dialog[open] #token", { timeout: ANSWER_MS });
  await next.page.close();
});

test("a page that is open when the token is changed asks for the new one", async () => {
  const { page, takeProblems } = await openPage(browser);
  await page.goto(`${server.url}/`);
  await answer(page, "open-sesame");
  await waitForFact(page, "pixels", "960 × 600");
  writeFileSync(join(folder, "tokens"), "new\n");
  const input = async () => {
    await page.click("#reset");
    return await page.waitForSelector("dialog[open] #token", { timeout: 1_000 }).catch(() => null);
  };
  // The server looks at its files every 10 s.
  const deadline = Date.now() + ANSWER_MS;
  while ((await input()) === null) assert(Date.now() < deadline, "the page was not asked for the new token");
  await answer(page, "new");
  await page.waitForFunction(() => document.querySelector("dialog") === null, { timeout: ANSWER_MS });
  await waitForFact(page, "pixels", "960 × 600");
  assert.deepEqual(others(takeProblems()), []);
  await page.close();
});
