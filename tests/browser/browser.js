// @ts-check
/**
 * Headless Chromium for the tests of pages: one browser, and pages that remember everything that went wrong in them, so that a
 * test can end with "and nothing else happened". What a page should do is left to the tests beside this file.
 */
import assert from "node:assert/strict";
import { accessSync, constants, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import puppeteer from "puppeteer-core";

/** Where distributions put the browser. The variable `PUPPETEER_EXECUTABLE_PATH` goes first. */
const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Where screenshots go: git ignores it, and continuous integration keeps what is in it. */
const SCREENSHOTS = fileURLToPath(new URL("../out/browser/", import.meta.url));

/** The windows that pages are looked at in, width and height in CSS pixels. */
const VIEWPORTS = {
  desktop: { width: 1280, height: 900 },
  phone: { width: 390, height: 844, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
};

/**
 * @typedef {object} Opened
 * @property {import('puppeteer-core').Page} page The page, still empty.
 * @property {() => string[]} takeProblems Hands out what went wrong since the last call, one line each, and forgets it: for a
 *   test that provokes something.
 * @property {() => void} assertNoProblems Fails if anything went wrong since the last call of `takeProblems`.
 */

/**
 * Starts Chromium, without a window, a profile that lasts, or any traffic of its own.
 *
 * @returns {Promise<import('puppeteer-core').Browser>} The browser; `close()` ends it with everything it started.
 * @throws {Error} If no browser is found.
 */
export function launch() {
  return puppeteer.launch({
    executablePath: findBrowser(),
    // Chromium's sandbox refuses to run as root, which containers mostly do.
    args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
    // Debian's wrapper writes to these folders; a home that cannot be written is common on build machines.
    env: { ...process.env, XDG_CONFIG_HOME: tmpdir(), XDG_CACHE_HOME: tmpdir() },
  });
}

/**
 * Opens an empty page and listens to it: messages of level error or warning on the console, exceptions that nobody caught,
 * violations of the content security policy, requests that failed or were answered with a status from 400 on, and requests
 * that leave this machine.
 *
 * @param {import('puppeteer-core').Browser} browser
 * @param {{ viewport?: keyof typeof VIEWPORTS, colorScheme?: 'light' | 'dark' }} [options] By default `desktop` and `light`.
 * @returns {Promise<Opened>}
 */
export async function openPage(browser, { viewport = "desktop", colorScheme = "light" } = {}) {
  const page = await browser.newPage();
  await page.setViewport(VIEWPORTS[viewport]);
  await page.emulateMediaFeatures([
    { name: "prefers-color-scheme", value: colorScheme },
    { name: "prefers-reduced-motion", value: "reduce" },
  ]);
  /** @type {string[]} */
  let problems = [];
  await listen(page, (problem) => problems.push(problem));
  const takeProblems = () => {
    const taken = problems;
    problems = [];
    return taken;
  };
  return { page, takeProblems, assertNoProblems: () => assert.deepEqual(takeProblems(), []) };
}

/**
 * Writes what the window shows, scrolled to the top and as long as the page is, to `tests/out/browser/NAME.png`, to be looked at.
 *
 * @param {import('puppeteer-core').Page} page
 * @param {string} name
 */
export async function screenshot(page, name) {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
}

/** @returns {string} The path of a browser. */
function findBrowser() {
  const places = [process.env.PUPPETEER_EXECUTABLE_PATH ?? [], PLACES].flat();
  const found = places.find(isExecutable);
  if (found === undefined) throw new Error(`no browser among ${places.join(", ")}; set PUPPETEER_EXECUTABLE_PATH`);
  return found;
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * @param {import('puppeteer-core').Page} page
 * @param {(problem: string) => void} report
 */
async function listen(page, report) {
  page.on("console", (message) => {
    const type = message.type();
    if (type === "error" || type === "warn") report(`console ${type}: ${message.text()} (${message.location().url})`);
  });
  page.on("pageerror", (error) => report(`uncaught: ${error instanceof Error ? error.stack : error}`));
  page.on("requestfailed", (request) => report(`failed: ${request.url()}: ${request.failure()?.errorText}`));
  page.on("response", (response) => {
    if (response.status() >= 400)
      report(`status ${response.status()}: ${response.request().method()} ${response.url()}`);
  });
  page.on("request", (request) => {
    if (!isLocal(request.url())) report(`leaves this machine: ${request.url()}`);
  });
  await page.exposeFunction("reportProblem", report);
  await page.evaluateOnNewDocument(() => {
    addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sourceFile, lineNumber }) => {
      // @ts-expect-error exposed above
      window.reportProblem(`policy: ${violatedDirective} blocked ${blockedURI} (${sourceFile}:${lineNumber})`);
    });
  });
}

/** @param {string} url */
function isLocal(url) {
  const { protocol, hostname } = new URL(url);
  return !protocol.startsWith("http") || hostname === "127.0.0.1" || hostname === "localhost";
}
