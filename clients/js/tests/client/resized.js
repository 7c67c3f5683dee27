// @ts-check
/**
 * What tests of `cf.image` and image URLs share: two pictures and a server of them, options, and what is to come of them.
 */
import assert from "node:assert/strict";
import { Picture } from "./picture.js";
import { Recorder } from "./recorder.js";

/** The picture that is asked for, and the one that is drawn on it. */
export const PHOTO = new Picture(8, 6, (x, y) => [x * 30, y * 40, 50, 255]).png();
const MARK = new Picture(2, 2, () => [255, 0, 0, 255]).png();

/**
 * A server of the two pictures, and of failures.
 *
 * @param {import("node:test").TestContext} t
 */
export const origin = (t) =>
  Recorder.start(t, (request, response) => {
    const { pathname } = new URL(request.url ?? "", "http://origin");
    if (pathname === "/moved.png") response.writeHead(302, { location: "/photo.png" }).end();
    else if (pathname === "/photo.png") response.setHeader("cache-control", "no-cache").end(PHOTO);
    else if (pathname === "/mark.png") response.end(MARK);
    else response.writeHead(404).end("nothing");
  });

const STEPS = { width: 6, fit: "contain", flip: "h", border: { color: "#0f0", width: 1 }, trim: { left: 2 } };

/**
 * Options of `cf.image`, with a list of pictures to draw.
 *
 * @param {string} url Where {@link origin} is
 */
export const drawing = (url) => ({
  ...STEPS,
  format: "png",
  draw: [
    { url: `${url}/mark.png`, width: 0.5, rotate: 90, bottom: 1, right: 0, opacity: 0.5 },
    { url: `${url}/mark.png`, repeat: "x", top: 0, composite: "lighter" },
  ],
});

/** A server's pictures, made by the form of the binding: as texts in Base64, as all pictures here. */
export class Expected {
  #server;

  /** @param {string} server */
  constructor(server) {
    this.#server = server;
  }

  /** What {@link drawing} makes of the photo. */
  drawn() {
    const drawn = [
      { imageIndex: 0, ...STEPS },
      { imageIndex: 1, rotate: 90, width: 4 },
      { drawImageIndex: 1, targetImageIndex: 0, bottom: 1, right: 0, opacity: 0.5 },
      { drawImageIndex: 2, targetImageIndex: 0, repeat: "x", top: 0, composite: "lighter" },
    ];
    return this.#transformed(drawn, [MARK, MARK]);
  }

  /** The photo with a width of 4. */
  small() {
    return this.#transformed([{ imageIndex: 0, width: 4 }], []);
  }

  /**
   * @param {object[]} transforms
   * @param {Buffer[]} drawn
   */
  async #transformed(transforms, drawn) {
    const body = new FormData();
    const file = (/** @type {Buffer} */ bytes) => new Blob([new Uint8Array(bytes)]);
    body.append("image", file(PHOTO), "image");
    for (const picture of drawn) body.append("draw_image", file(picture), "draw_image");
    body.append("transforms", JSON.stringify(transforms));
    body.append("output_format", "image/png");
    const answer = await fetch(`${this.#server}/transform`, { method: "POST", body });
    assert.equal(answer.status, 200, await answer.clone().text());
    return Buffer.from(await answer.arrayBuffer()).toString("base64");
  }
}

/**
 * An answer whose body was read.
 *
 * @typedef {{ status: number, headers: Record<string, string>, body: string }} Read `body` is in Base64
 */

/**
 * Reads an answer; programs of tests have the same function, by its text.
 *
 * @param {{ status: number, headers: Iterable<readonly [string, string]>, arrayBuffer(): Promise<ArrayBuffer> }} answer
 * @returns {Promise<Read>}
 */
export async function read(answer) {
  return {
    status: answer.status,
    headers: Object.fromEntries(answer.headers),
    body: Buffer.from(await answer.arrayBuffer()).toString("base64"),
  };
}

/**
 * Holds that an answer is a failure as the real service tells it.
 *
 * @param {Read | undefined} answer
 * @param {number} status
 * @param {number} code
 * @param {RegExp} text
 */
export function fails(answer, status, code, text) {
  const body = Buffer.from(answer?.body ?? "", "base64").toString();
  assert.deepEqual([answer?.status, answer?.headers["cf-resized"]], [status, `err=${code}`], body);
  assert.match(body, new RegExp(`^ERROR ${code}: `));
  assert.match(body, text);
}
