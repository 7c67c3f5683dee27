// @ts-check
/**
 * What the Worker of these examples does, checked pixel by pixel: it mirrors a picture and puts a golden frame of 10 pixels around it.
 * Miniflare's stand-in for the binding does neither, so a picture that passes came from Palmette.
 */
import assert from "node:assert/strict";
import { decodePng, encodePng } from "./png.js";

const GOLD = "ffd700";

/** A picture without any symmetry. */
const SENT = { width: 3, height: 2, pixels: ["ff0000", "00ff00", "0000ff", "000000", "808080", "ffffff"] };

/** The picture to send. */
export const sent = encodePng(SENT);

/**
 * Checks the picture that came back.
 *
 * @param {Uint8Array} bytes A PNG
 */
export function assertGoldenFrame(bytes) {
  const { width, height, pixels } = decodePng(bytes);
  assert.deepEqual([width, height], [23, 22]);
  for (const [at, pixel] of pixels.entries()) {
    const [x, y] = [(at % width) - 10, Math.floor(at / width) - 10];
    const inside = x >= 0 && x < 3 && y >= 0 && y < 2;
    assert.equal(pixel, inside ? SENT.pixels[y * 3 + 2 - x] : GOLD, `pixel ${x + 10},${y + 10}`);
  }
}

/**
 * Sends the picture to a Worker and checks its answer.
 *
 * @param {string} url
 */
export async function assertGoldenFrameAt(url) {
  const response = await fetch(url, { method: "POST", body: sent });
  assert.equal(response.status, 200, await response.clone().text());
  assert.equal(response.headers.get("content-type"), "image/png");
  assertGoldenFrame(await response.bytes());
}
