// @ts-check
/** Two answers in bare pixels, byte by byte: no encoder and no browser has touched them. */

/**
 * @typedef {object} Difference
 * @property {boolean} isSameSize
 * @property {number} pixels How many there are.
 * @property {number} differing How many of them differ in any channel.
 * @property {number} largest The largest difference of a channel, in levels of 255.
 * @property {number} gain By how much the picture of the difference is amplified: its largest value is white.
 * @property {HTMLCanvasElement} canvas That picture; opaque, a difference of alpha shows in every channel.
 */

/**
 * Compares two answers in `rgba`.
 *
 * @param {import("./request.js").Answer} one
 * @param {import("./request.js").Answer} other
 * @returns {Promise<Difference>}
 */
export async function compare(one, other) {
  const [a, b] = await Promise.all([one, other].map(async ({ blob }) => new Uint8Array(await blob.arrayBuffer())));
  const { width = 0, height = 0 } = one.size ?? {};
  const isSameSize = width === other.size?.width && height === other.size?.height && a?.length === b?.length;
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", "The difference of both");
  if (!a || !b || !isSameSize) {
    return { isSameSize, pixels: width * height, differing: width * height, largest: 255, gain: 1, canvas };
  }

  const { differing, largest } = measure(a, b);
  const gain = largest > 0 ? Math.max(1, Math.floor(255 / largest)) : 1;
  canvas.getContext("2d")?.putImageData(new ImageData(amplified(a, b, gain), width, height), 0, 0);
  return { isSameSize, pixels: a.length / 4, differing, largest, gain, canvas };
}

/**
 * Counts the pixels that differ in any channel, and finds the largest difference of one.
 *
 * @param {Uint8Array} a
 * @param {Uint8Array} b
 */
export function measure(a, b) {
  let differing = 0;
  let largest = 0;
  for (let pixel = 0; pixel < a.length; pixel += 4) {
    let most = 0;
    for (let at = pixel; at < pixel + 4; at += 1) most = Math.max(most, Math.abs(Number(a[at]) - Number(b[at])));
    if (most > 0) differing += 1;
    largest = Math.max(largest, most);
  }
  return { differing, largest };
}

/**
 * Makes the pixels that show a difference.
 *
 * @param {Uint8Array} a
 * @param {Uint8Array} b
 * @param {number} gain
 */
export function amplified(a, b, gain) {
  const shown = new Uint8ClampedArray(a.length).fill(255);
  for (let pixel = 0; pixel < a.length; pixel += 4) {
    const alpha = Math.abs(Number(a[pixel + 3]) - Number(b[pixel + 3]));
    for (let at = pixel; at < pixel + 3; at += 1) {
      shown[at] = gain * Math.max(alpha, Math.abs(Number(a[at]) - Number(b[at])));
    }
  }
  return shown;
}
