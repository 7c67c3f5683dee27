// @ts-check
/** Answers as elements: files as the browser decodes them, bare pixels as they are. */
import { h } from "./dom.js";

/** @typedef {{ element: HTMLImageElement | HTMLCanvasElement, width: number, height: number }} Shown */

/**
 * Shows a file; a browser that does not know its format finds no size.
 *
 * @param {string} address
 * @returns {Promise<Shown>}
 */
export async function imageView(address) {
  const element = new Image();
  element.alt = "The result";
  element.src = address;
  await element.decode().catch(() => {});
  return { element, width: element.naturalWidth, height: element.naturalHeight };
}

/**
 * Draws bare pixels.
 *
 * @param {import("./request.js").Answer} answer
 * @returns {Promise<Shown>}
 */
export async function pixelsView({ blob, format, size }) {
  const { width, height } = size ?? { width: 0, height: 0 };
  const element = h("canvas", { width, height, role: "img", "aria-label": "The result" });
  const bytes = new Uint8ClampedArray(await blob.arrayBuffer());
  element.getContext("2d")?.putImageData(new ImageData(format === "rgb" ? opaque(bytes) : bytes, width, height), 0, 0);
  return { element, width, height };
}

/**
 * Adds the alpha that `rgb` has not.
 *
 * @param {Uint8ClampedArray} rgb
 */
function opaque(rgb) {
  const rgba = new Uint8ClampedArray((rgb.length / 3) * 4).fill(255);
  for (let from = 0, to = 0; from < rgb.length; from += 3, to += 4) rgba.set(rgb.subarray(from, from + 3), to);
  return rgba;
}
