// Sources as they arrive: in small pieces, in large ones, late, broken, and many at once.

import { failing, stream } from "../kit/bytes.js";
import { define } from "../kit/case.js";
import { becomes, demand, equal, failure, input, pixels } from "../kit/check.js";
import { cut, Picture, pattern, plain } from "../kit/picture.js";
import { png, pngOfLength } from "../kit/png.js";

const picture = pattern(21, 13);

/**
 * Demands that a request with a broken source fails: because the server saw the form end too early, or because its client
 * saw the source break.
 *
 * @param {Promise<unknown>} output
 */
async function neverBecomesAPicture(output) {
  const error = /** @type {Error & {code?: number}} */ (await failure(output));
  const texts = [error.message, /** @type {Error | undefined} */ (error.cause)?.message];
  const bySource = texts.includes("the source broke");
  const byForm =
    error.code === 9432 &&
    error.message === "IMAGES_TRANSFORM_ERROR 9432: the body ends before the closing boundary of the form";
  demand(bySource || byForm, `must fail by its source or with 9432, got "${error.message}"`);
}

const broken = [
  define("a canvas that breaks never becomes a picture", {}, (images) =>
    neverBecomesAPicture(images.input(failing(png(picture).subarray(0, 500))).output({ format: "image/png" })),
  ),
  define("a canvas that breaks after its last byte never becomes a picture", {}, (images) =>
    neverBecomesAPicture(images.input(failing(png(picture))).output({ format: "image/png" })),
  ),
  define("an overlay that breaks never becomes a picture", {}, (images) =>
    neverBecomesAPicture(
      input(images, picture)
        .draw(failing(png(picture)))
        .output({ format: "image/png" }),
    ),
  ),
  define("an overlay of an overlay that breaks never becomes a picture", {}, (images) =>
    neverBecomesAPicture(
      input(images, picture)
        .draw(input(images, picture).draw(failing(png(picture).subarray(0, 40))))
        .output({ format: "image/png" }),
    ),
  ),
  define("a source that is used twice never becomes a picture", {}, async (images) => {
    const source = stream(png(picture));
    await failure(images.input(source).draw(source).output({ format: "image/png" }));
  }),
  define("a source that was read already fails", {}, async (images) => {
    const used = stream(png(picture));
    await new Response(used).arrayBuffer();
    await failure(images.input(used).output({ format: "image/png" }));
  }),
];

const pieces = [
  ...[1, 7, 8192].map((pieceBytes) =>
    define(`a source in pieces of ${pieceBytes}`, {}, (images) =>
      becomes(picture, images.input(stream(png(picture), pieceBytes))),
    ),
  ),
  define("a source that holds boundaries of forms", {}, (images) => {
    const words = [..."\r\n--------------------------------\r\n--\r\n\r\n"].map((letter) => letter.charCodeAt(0));
    const tricky = Picture.of(40, 30, (x, y) =>
      Array.from({ length: 4 }, (_, c) => words[(y * 160 + x * 4 + c) % words.length]),
    );
    return becomes(tricky, images.input(stream(png(tricky))));
  }),
  define("the halves of a tee are sources", {}, (images) => {
    const [one, other] = stream(png(picture)).tee();
    return becomes(picture, images.input(one).draw(images.input(other)));
  }),
  define("a stream of bytes is a source", {}, (images) => {
    const source = new ReadableStream({
      type: "bytes",
      start(controller) {
        controller.enqueue(png(picture));
        controller.close();
      },
    });
    return becomes(picture, images.input(source));
  }),
  define("the body of a response is a source", {}, (images) => {
    const body = new Response(png(picture)).body;
    if (body === null) throw new Error("a response of bytes has a body");
    return becomes(picture, images.input(body));
  }),
  define("the answer of one request is the source of the next", {}, async (images) => {
    const first = await input(images, picture).transform({ rotate: 90 }).output({ format: "image/png" });
    const second = await images.input(first.image()).transform({ rotate: 270 }).output({ format: "image/png" });
    await becomes(picture, images.input(second.image()));
  }),
];

/** The sides of a picture of almost as many bytes as a source may have, all of them pixels. */
const [WIDTH, HEIGHT] = [2230, 2240];

/** A picture of that size. */
function large() {
  const data = new Uint8Array(WIDTH * HEIGHT * 4);
  for (let at = 0; at < data.length; at++) data[at] = (at * 7) ^ (at >> 9);
  return new Picture(WIDTH, HEIGHT, data);
}

const sizes = [
  define("a source of exactly 20 MB", {}, async (images) => {
    const bytes = pngOfLength(picture, 20_000_000);
    equal(bytes.length, 20_000_000, "bytes sent");
    const part = { left: 4, top: 3, width: 8, height: 6 };
    await becomes(cut(picture, 4, 3, 8, 6), images.input(stream(bytes)).transform({ trim: part }));
  }),
  define("20 MB of pixels", {}, async (images) => {
    const whole = large();
    const last = { left: WIDTH - 16, top: HEIGHT - 9 };
    await becomes(cut(whole, last.left, last.top, 16, 9), input(images, whole).transform({ trim: last }));
  }),
  define("20 MB drawn on 20 MB", {}, async (images) => {
    const bytes = pngOfLength(picture, 20_000_000);
    await becomes(picture, images.input(stream(bytes)).draw(stream(bytes)));
  }),
  define("an answer of 20 MB", {}, async (images) => {
    const color = [1, 2, 3, 4];
    const enlarged = input(images, plain(8, 8, color)).transform({ width: WIDTH, height: HEIGHT, fit: "squeeze" });
    const { data } = await pixels(enlarged, WIDTH, HEIGHT);
    demand(
      data.every((value, at) => value === color[at % 4]),
      "every pixel must have the one colour",
    );
  }),
];

// One case, not two, which would be 100 requests at once.
const crowd = define("50 requests at once get their own answers", {}, async (images) => {
  const pictures = Array.from({ length: 50 }, (_, at) => {
    const own = Picture.of(40, 30, (x, y) => [at * 5, x * 6, y * 8, 255 - at]);
    const mirrored = Picture.of(40, 30, (x, y) => own.at(39 - x, y));
    return becomes(mirrored, input(images, own).transform({ flip: "h" }));
  });
  await Promise.all(pictures);
  const questions = Array.from({ length: 50 }, async (_, at) => {
    const bytes = png(plain(at + 1, 51 - at, [0, 0, 0]));
    const info = await images.info(stream(bytes));
    equal(info, { fileSize: bytes.length, width: at + 1, height: 51 - at, format: "image/png" }, "info");
  });
  await Promise.all(questions);
});

export const streams = [...broken, ...pieces, ...sizes, crowd];
