// What an answer can be asked for, base64 in both directions, and what may be done only once.

import { collect, fromBase64, stream, text, toBase64 } from "../kit/bytes.js";
import { define } from "../kit/case.js";
import { becomes, demand, encoded, equal, failure, input, refused, sameBytes } from "../kit/check.js";
import { pattern } from "../kit/picture.js";
import { png, pngOfLength } from "../kit/png.js";

const picture = pattern(31, 22);

/** Base64 of the picture, with one `=` at its end: workerd refuses two that arrive in different pieces. */
const characters = () => text(toBase64(pngOfLength(picture, 3002)));

/** @param {ImagesBinding} images */
const made = (images) => input(images, picture).output({ format: "image/png" });

/** The runtime and `createImages` have words of their own. */
const CONSUMED = /\bonce\b/;

export const answers = [
  define("image() is the encoded picture", {}, async (images) => {
    const bytes = await collect((await made(images)).image());
    equal([...bytes.subarray(0, 4)], [0x89, 0x50, 0x4e, 0x47], "the first bytes");
    await becomes(picture, images.input(stream(bytes)));
  }),
  define("response() is the picture with its type", {}, async (images) => {
    const result = await made(images);
    const response = result.response();
    equal([response.status, response.headers.get("content-type")], [200, "image/png"], "status and type");
    sameBytes(
      new Uint8Array(await response.arrayBuffer()),
      await encoded(input(images, picture), { format: "image/png" }),
      "body",
    );
  }),
  define("response() takes headers of its caller", { needs: "response headers" }, async (images) => {
    const options = { headers: { "cache-control": "max-age=60", "content-type": "text/plain" } };
    const response = /** @type {{response(options: object): Response}} */ (await made(images)).response(options);
    await response.body?.cancel();
    equal(
      [response.headers.get("cache-control"), response.headers.get("content-type")],
      ["max-age=60", "image/png"],
      "headers",
    );
  }),
  define("image() speaks base64", {}, async (images) => {
    const answer = await new Response((await made(images)).image({ encoding: "base64" })).text();
    sameBytes(fromBase64(answer), await encoded(input(images, picture), { format: "image/png" }), "decoded");
  }),
  ...[1, 3, 4, 5, 1000].map((pieceBytes) =>
    define(`input takes base64 in pieces of ${pieceBytes}`, {}, (images) =>
      becomes(picture, images.input(stream(characters(), pieceBytes), { encoding: "base64" })),
    ),
  ),
  define("a drawn input takes base64", {}, (images) => {
    const overlay = images.input(stream(characters()), { encoding: "base64" });
    return becomes(picture, input(images, pattern(31, 22)).draw(overlay));
  }),
  ...[characters().subarray(0, 401), text("no picture, no base64!")].map((broken, at) =>
    define(`broken base64 never becomes a picture (${at + 1})`, {}, async (images) => {
      await failure(images.input(stream(broken), { encoding: "base64" }).output({ format: "image/png" }));
    }),
  ),
  define("the same request gives the same bytes", {}, async (images) => {
    const one = await encoded(input(images, picture), { format: "image/webp" });
    sameBytes(await encoded(input(images, picture), { format: "image/webp" }), one, "the second answer");
  }),
  define("output twice is 9525", {}, async (images) => {
    const transformer = input(images, picture);
    await encoded(transformer, { format: "rgba" });
    await refused(transformer.output({ format: "rgba" }), 9525, CONSUMED);
  }),
  define("drawn twice is 9525", {}, async (images) => {
    const overlay = input(images, picture);
    const canvas = input(images, picture).draw(overlay);
    await refused(
      Promise.resolve().then(() => canvas.draw(overlay)),
      9525,
      CONSUMED,
    );
  }),
  define("output after drawn is 9525", {}, async (images) => {
    const overlay = input(images, picture);
    input(images, picture).draw(overlay);
    await refused(overlay.output({ format: "rgba" }), 9525, CONSUMED);
  }),
  define("transform and draw return what they were called on", {}, async (images) => {
    const transformer = input(images, picture);
    demand(transformer.transform({}) === transformer, "transform() must return its transformer");
    demand(transformer.draw(stream(png(picture))) === transformer, "draw() must return its transformer");
    await encoded(transformer, { format: "rgba" });
  }),
];
