// @ts-check
/** Tests of `browser.js`: a page that does everything that must not happen, and one that does nothing of it. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { launch, openPage } from "./browser.js";

const PAGES = {
  "/good":
    '<title>good</title><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"><script>console.log("all is well")</script>',
  "/bad": `<title>bad</title><link rel="icon" href="data:,"><img src="/missing" alt=""><img src="/cut" alt="">
    <img src="http://pictures.example/far.png" alt="">
    <script>console.error('an error'); console.warn('a warning'); eval('1'); </script>`,
};

/** @type {import('puppeteer-core').Browser} */
let browser;
/** @type {import('node:http').Server} */
let server;
let url = "";

before(async () => {
  server = createServer((request, response) => {
    const page = PAGES[/** @type {keyof typeof PAGES} */ (request.url)];
    if (request.url === "/cut") return response.destroy();
    response.writeHead(page === undefined ? 404 : 200, {
      "content-type": "text/html",
      "content-security-policy": "script-src 'unsafe-inline'",
    });
    return response.end(page);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  assert(typeof address === "object" && address !== null);
  url = `http://127.0.0.1:${address.port}`;
  browser = await launch();
});

after(async () => {
  await browser.close();
  server.close();
});

test("a page that does nothing wrong has no problems", async () => {
  const { page, assertNoProblems } = await openPage(browser);
  await page.goto(`${url}/good`, { waitUntil: "networkidle0" });
  assertNoProblems();
});

test("a page that does everything wrong is caught at all of it", async () => {
  const { page, takeProblems, assertNoProblems } = await openPage(browser);
  await page.goto(`${url}/bad`, { waitUntil: "networkidle0" });
  assert.throws(assertNoProblems);

  await page.goto(`${url}/bad`, { waitUntil: "networkidle0" });
  const problems = takeProblems().join("\n");
  assert.match(problems, /^console error: an error/m);
  assert.match(problems, /^console warn: a warning/m);
  assert.match(problems, /^uncaught: EvalError/m);
  assert.match(problems, /^policy: script-src blocked eval/m);
  assert.match(problems, /^status 404: GET http:\S+\/missing$/m);
  assert.match(problems, /^failed: http:\S+\/cut: net::ERR_EMPTY_RESPONSE$/m);
  assert.match(problems, /^leaves this machine: http:\/\/pictures\.example\/far\.png$/m);
  assertNoProblems();
});

test("a page is opened as a phone in the dark", async () => {
  const { page } = await openPage(browser, { viewport: "phone", colorScheme: "dark" });
  await page.goto(`${url}/good`);
  assert.deepEqual(await page.evaluate(() => [innerWidth, matchMedia("(prefers-color-scheme: dark)").matches]), [
    390,
    true,
  ]);
});
