// @ts-check
/**
 * The npm client in a browser: a page imports it as it was built and speaks to a Palmette server under its own origin, where
 * a web server passes requests on, as a browser's rules ask for.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, request as send } from "node:http";
import { after, before, test } from "node:test";
import { launch, openPage } from "./browser.js";
import { startServer } from "./server.js";

/** @typedef {typeof import("palmette")} Palmette */

const PAGE = `<title>client</title><link rel="icon" href="data:,">
  <script type="importmap">{ "imports": { "palmette": "/palmette/index.js" } }</script>`;

/** @type {import("puppeteer-core").Browser} */
let browser;
/** @type {{ url: string, stop: () => Promise<void> }} */
let palmette;
/** @type {import("node:http").Server} */
let site;
/** @type {import("node:http").IncomingHttpHeaders[]} */
const forms = [];
let url = "";

before(async () => {
  palmette = await startServer();
  browser = await launch();
  site = createServer((request, response) => {
    const path = request.url ?? "/";
    if (path.startsWith("/images/")) {
      forms.push(request.headers);
      passOn(path.slice("/images".length), request, response);
    } else if (path.startsWith("/palmette/")) {
      serveModule(path.slice("/palmette/".length), response);
    } else {
      response.setHeader("content-type", "text/html").end(PAGE);
    }
  });
  await once(site.listen(0, "127.0.0.1"), "listening");
  const address = site.address();
  assert(typeof address === "object" && address !== null);
  url = `http://127.0.0.1:${address.port}/`;
});

after(async () => {
  await browser?.close();
  site?.close();
  await palmette?.stop();
});

/**
 * Passes a request on to the server, and its answer back.
 *
 * @param {string} path
 * @param {import("node:http").IncomingMessage} request
 * @param {import("node:http").ServerResponse} response
 */
function passOn(path, request, response) {
  const { method, headers } = request;
  const upstream = send(palmette.url + path, { method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  upstream.on("error", () => response.destroy());
  request.pipe(upstream);
}

/**
 * @param {string} name
 * @param {import("node:http").ServerResponse} response
 */
async function serveModule(name, response) {
  const module = await readFile(new URL(name, import.meta.resolve("palmette")));
  response.setHeader("content-type", "text/javascript").end(module);
}

/** Opens a page that has nothing but the import map. */
async function open() {
  const opened = await openPage(browser);
  await opened.page.goto(url);
  return opened;
}

test("a picture of the page goes to the server and comes back", async () => {
  const { page, assertNoProblems } = await open();
  const pixels = await page.evaluate(async () => {
    const { createImages } = /** @type {Palmette} */ (await import("palmette"));
    const images = createImages("/images");
    const canvas = new OffscreenCanvas(2, 1);
    const context = canvas.getContext("2d");
    if (context === null) throw new Error("no canvas");
    context.fillStyle = "red";
    context.fillRect(0, 0, 1, 1);
    context.fillStyle = "blue";
    context.fillRect(1, 0, 1, 1);
    const overlay = images.input(new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer()));
    const result = await images
      .input(await canvas.convertToBlob())
      .transform({ rotate: 90 })
      .draw(overlay.transform({ flip: "h" }), { left: 0, top: 0 })
      .output({ format: "rgba" });
    return [...new Uint8Array(await result.response().arrayBuffer())];
  });
  // Turned, red is above blue; the overlay's first pixel, blue when mirrored, lies on the red one.
  assert.deepEqual(pixels, [0, 0, 255, 255, 0, 0, 255, 255]);
  assertNoProblems();
});

test("a form is collected before it is sent", async () => {
  const { page, assertNoProblems } = await open();
  forms.length = 0;
  const info = await page.evaluate(async () => {
    const { createImages } = /** @type {Palmette} */ (await import("palmette"));
    const svg = new Blob(['<svg xmlns="http://www.w3.org/2000/svg"/>']);
    return await createImages(new URL("/images/", location.href)).info(svg.stream());
  });
  assert.deepEqual(info, { format: "image/svg+xml" });
  assert.match(forms[0]?.["content-type"] ?? "", /^multipart\/form-data; boundary=-{26}\d{24}$/);
  assert.ok(Number(forms[0]?.["content-length"]) > 200);
  assert.equal(forms[0]?.["transfer-encoding"], undefined);
  assertNoProblems();
});

test("base64 goes in and comes out", async () => {
  const { page, assertNoProblems } = await open();
  const text = await page.evaluate(async () => {
    const { createImages } = /** @type {Palmette} */ (await import("palmette"));
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 1;
    const base64 = canvas.toDataURL("image/png").slice("data:image/png;base64,".length);
    const picture = createImages("/images").input(base64, { encoding: "base64" });
    const result = await picture.output({ format: "rgba", background: "#ffffff" });
    return await new Response(result.image({ encoding: "base64" })).text();
  });
  assert.equal(text, Buffer.from([255, 255, 255, 255]).toString("base64"));
  assertNoProblems();
});

test("errors have their codes", async () => {
  const { page, takeProblems, assertNoProblems } = await open();
  const errors = await page.evaluate(async () => {
    const { createImages, ImagesError } = /** @type {Palmette} */ (await import("palmette"));
    const images = createImages("/images");
    /** @param {unknown} error */
    const told = (error) => (error instanceof ImagesError ? [error.code, error.message] : [0, String(error)]);
    const failing = new ReadableStream({ pull: (controller) => controller.error(new Error("the disk is gone")) });
    const picture = images.input("no picture");
    return [
      await picture.output({ format: "image/png" }).catch(told),
      await picture.output({ format: "image/png" }).catch(told),
      await images.info(failing).catch(told),
    ];
  });
  assert.deepEqual(
    errors.map((error) => (Array.isArray(error) ? error[0] : error)),
    [9412, 9525, 9432],
  );
  assert.match(String(errors), /IMAGES_TRANSFORM_ERROR 9412: .*IMAGES_INFO_ERROR 9432: .*the disk is gone/);
  assert.match(takeProblems().join("\n"), /status 415: POST \S+\/images\/transform/);
  assertNoProblems();
});
