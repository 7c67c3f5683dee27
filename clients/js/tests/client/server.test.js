// @ts-check
/**
 * Against a real server: what comes back is looked at pixel by pixel. The program is found as `palmette/server` finds it,
 * by `PALMETTE_BINARY` or on `PATH`.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createImages, ImagesError } from "palmette";
import { startServer } from "palmette/server";
import { Picture } from "./picture.js";

const RGBA = /** @type {const} */ ({ format: "rgba" });

/** Every pixel is another. */
const CANVAS = new Picture(7, 5, (x, y) => [x * 30, y * 50, 200 - x * 20, 255]);
const RED = new Picture(2, 2, () => [255, 0, 0, 255]);

/** @type {import("palmette/server").Server} */
let server;
/** @type {import("palmette").Images} */
let images;

before(async () => {
  server = await startServer({ url: "http://127.0.0.1:0", args: ["--engine", "cpu"], timeoutMs: 60_000 });
  images = createImages(server.url);
});

after(async () => await server?.stop());

/** @param {import("palmette").ImageTransformer} picture */
async function pixels(picture) {
  const result = await picture.output(RGBA);
  assert.equal(result.contentType(), "application/octet-stream");
  return Buffer.from(await result.response().arrayBuffer());
}

/** @param {Uint8Array} bytes */
const stream = (bytes) => new Blob([/** @type {Uint8Array<ArrayBuffer>} */ (bytes)]).stream();

test("a picture comes back as it is", async () => {
  assert.deepEqual(await pixels(images.input(stream(CANVAS.png()))), CANVAS.rgba());
});

test("steps follow each other", async () => {
  const turned = new Picture(5, 7, (x, y) => CANVAS.pixel(y, 4 - x));
  const cut = new Picture(3, 7, (x, y) => turned.pixel(x + 2, y));
  const picture = images
    .input(CANVAS.png())
    .transform({ rotate: 90 })
    .transform({ trim: { left: 2 } });
  assert.deepEqual(await pixels(picture), cut.rgba());
});

test("a draw is where it was put, over what is there", async () => {
  const expected = new Picture(7, 5, (x, y) =>
    x >= 1 && x < 3 && y >= 2 && y < 4 ? [255, 0, 0, 255] : CANVAS.pixel(x, y),
  );
  const overlay = stream(RED.png());
  assert.deepEqual(await pixels(images.input(CANVAS.png()).draw(overlay, { left: 1, bottom: 1 })), expected.rgba());
});

test("a drawn transformer has its own steps and draws", async () => {
  const white = new Picture(4, 4, () => [255, 255, 255, 255]);
  const dot = new Picture(1, 1, () => [0, 0, 255, 255]);
  // A red square with a blue dot at its left, turned so that the dot is at the top, at half opacity in the middle.
  const badge = images.input(RED.png()).draw(dot.png(), { left: 0, bottom: 0 }).transform({ rotate: 90 });
  const expected = new Picture(4, 4, (x, y) => {
    if (x < 1 || x > 2 || y < 1 || y > 2) {
      return [255, 255, 255, 255];
    }
    return x === 1 && y === 1 ? [128, 128, 255, 255] : [255, 128, 128, 255];
  });
  assert.deepEqual(await pixels(images.input(white.png()).draw(badge, { opacity: 0.5 })), expected.rgba());
});

test("base64 goes in and comes out", async () => {
  const source = stream(Buffer.from(CANVAS.png().toString("base64")));
  const result = await images.input(source, { encoding: "base64" }).output(RGBA);
  const text = await new Response(result.image({ encoding: "base64" })).text();
  assert.equal(text, CANVAS.rgba().toString("base64"));
});

test("info tells format and size", async () => {
  const png = CANVAS.png();
  const expected = { format: "image/png", fileSize: png.length, width: 7, height: 5 };
  assert.deepEqual(await images.info(stream(png)), expected);
  assert.deepEqual(await images.info(png.toString("base64"), { encoding: "base64" }), expected);
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>';
  assert.deepEqual(await images.info(svg), { format: "image/svg+xml" });
});

for (const [format, start] of /** @type {const} */ ([
  ["image/jpeg", "\xff\xd8\xff"],
  ["image/png", "\x89PNG"],
  ["image/gif", "GIF89a"],
  ["image/webp", "RIFF"],
  ["image/avif", "ftypavif"],
])) {
  test(`${format} comes back as that`, async () => {
    const result = await images.input(CANVAS.png()).output({ format, background: "white", quality: 90 });
    const response = result.response({ headers: { "cache-control": "no-store" } });
    assert.equal(response.headers.get("content-type"), format);
    assert.equal(response.headers.get("cache-control"), "no-store");
    const bytes = Buffer.from(await response.arrayBuffer());
    assert.ok(bytes.subarray(0, 12).toString("latin1").includes(start));
    assert.deepEqual(await images.info(bytes), { format, fileSize: bytes.length, width: 7, height: 5 });
  });
}

describe("the server's refusals have its codes", () => {
  /** @type {[string, number, () => Promise<unknown>][]} */
  const cases = [
    ["an unknown option", 9401, () => pixels(images.input(CANVAS.png()).transform(/** @type {any} */ ({ widht: 1 })))],
    ["a value out of its range", 9401, () => pixels(images.input(CANVAS.png()).transform({ blur: 251 }))],
    ["a source that is too large", 9402, () => images.info(stream(Buffer.alloc(20_000_001)))],
    ["no picture", 9412, () => pixels(images.input("no picture"))],
    ["no picture to look at", 9412, () => images.info("no picture")],
    [
      "a result that is too large",
      9413,
      () => pixels(images.input(CANVAS.png()).transform({ width: 12_001, fit: "squeeze" })),
    ],
    ["a picture cut short", 9516, () => pixels(images.input(CANVAS.png().subarray(0, 60)))],
    ["an unknown format", 9432, () => images.input(CANVAS.png()).output(/** @type {any} */ ({ format: "image/bmp" }))],
  ];
  for (const [name, code, call] of cases) {
    test(`${name}: ${code}`, async () => {
      await assert.rejects(call(), (error) => {
        assert.ok(error instanceof ImagesError, String(error));
        assert.equal(error.code, code);
        assert.match(error.message, new RegExp(`^IMAGES_(TRANSFORM|INFO)_ERROR ${code}: .`));
        return true;
      });
    });
  }

  test("and the server goes on", async () => {
    assert.deepEqual(await pixels(images.input(CANVAS.png())), CANVAS.rgba());
  });
});

test("a source that fails in the middle leaves the server well", async () => {
  const png = CANVAS.png();
  const failing = (async function* () {
    yield png.subarray(0, png.length - 1);
    throw new Error("the disk is gone");
  })();
  await assert.rejects(pixels(images.input(failing)), { code: 9432 });
  assert.deepEqual(await pixels(images.input(png)), CANVAS.rgba());
});

test("a source of nearly 20 MB arrives whole, streamed and collected", { timeout: 120_000 }, async () => {
  const large = new Picture(2500, 1999, (x, y) => [x & 255, y & 255, (x * y) & 255, 255]);
  const png = large.png(0);
  assert.ok(png.length > 19_900_000 && png.length < 20_000_000);
  const area = { trim: { left: 2400, top: 1900, width: 50, height: 50 } };
  const expected = new Picture(50, 50, (x, y) => large.pixel(x + 2400, y + 1900)).rgba();
  for (const client of [images, createImages(server.url, { streaming: false })]) {
    assert.deepEqual(await pixels(client.input(stream(png)).transform(area)), expected);
  }
});

test("fifty requests at once are not mixed up", { timeout: 120_000 }, async () => {
  const answers = Array.from({ length: 50 }, async (_, index) => {
    const picture = new Picture(index + 1, 2, (x) => [index, x, 0, 255]);
    assert.deepEqual(await pixels(images.input(stream(picture.png()))), picture.rgba());
  });
  await Promise.all(answers);
});
