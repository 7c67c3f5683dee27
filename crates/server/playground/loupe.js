// @ts-check
/** A lens over the picture that shows one pixel of it as one pixel of the screen, or four times as large if the picture is shown so already. */
import { h } from "./dom.js";

/** The width of the lens in CSS pixels, and where there is little room. */
const LENS_PX = 168;
const SMALL_LENS_PX = 120;

/** How much larger pixels are where the picture is not scaled down. */
const MAGNIFIED = 4;

/** By how much of the picture an arrow key moves the lens. */
const KEY_STEP = 1 / 40;

/** @type {Record<string, [x: number, y: number]>} */
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * @typedef {{ width: number, height: number }} Size
 * @typedef {(context: CanvasRenderingContext2D) => void} Paint Draws the picture, a unit a pixel of it.
 */

/**
 * Adds a lens.
 *
 * @param {HTMLElement} layers Has the size of the picture; the lens is put into it.
 * @param {Size} size Of the picture in its own pixels.
 * @param {Paint} paint
 * @param {{ x: number, y: number }} at Where the lens begins, as fractions of the picture; changed as it moves.
 * @returns {() => void} Shows what has changed.
 */
export function addLoupe(layers, { width, height }, paint, at) {
  const scale = devicePixelRatio;
  const lensPx = matchMedia("(max-width: 899px)").matches ? SMALL_LENS_PX : LENS_PX;
  const side = Math.round(lensPx * scale);
  const canvas = h("canvas", { width: side, height: side, role: "img", tabindex: 0, onkeydown: moveByKey });
  const label = h("span", { "aria-hidden": "true" });
  layers.append(h("div", { class: "lens" }, canvas, label));
  layers.classList.add("with-lens");
  layers.style.setProperty("--lens", `${lensPx}px`);
  for (const type of ["pointerdown", "pointermove"]) layers.addEventListener(type, moveByPointer);
  // The size on the screen is known once it is there.
  requestAnimationFrame(show);
  return show;

  function show() {
    const box = layers.getBoundingClientRect();
    const isReduced = box.width * scale < width - 1;
    const factor = isReduced ? 1 : MAGNIFIED;
    layers.style.setProperty("--lens-x", `${100 * at.x}%`);
    layers.style.setProperty("--lens-y", `${100 * at.y}%`);
    const context = canvas.getContext("2d");
    if (!context) return;
    const [x, y] = [Math.floor(at.x * (width - 1)), Math.floor(at.y * (height - 1))];
    context.resetTransform();
    context.clearRect(0, 0, side, side);
    context.imageSmoothingEnabled = false;
    context.setTransform(factor, 0, 0, factor, side / 2 - factor * x, side / 2 - factor * y);
    paint(context);
    label.textContent = isReduced ? "1:1" : `${MAGNIFIED}:1`;
    canvas.setAttribute(
      "aria-label",
      `Loupe, ${label.textContent}, at ${x}, ${y} of ${width} × ${height} pixels. Arrow keys move it, with Shift by one pixel.`,
    );
  }

  /** @param {Event} event */
  function moveByPointer(event) {
    const { clientX, clientY } = /** @type {PointerEvent} */ (event);
    const box = layers.getBoundingClientRect();
    moveTo((clientX - box.left) / box.width, (clientY - box.top) / box.height);
  }

  /** @param {KeyboardEvent} event */
  function moveByKey(event) {
    const direction = KEYS[event.key];
    if (!direction) return;
    event.preventDefault();
    const [stepX, stepY] = event.shiftKey ? [1 / (width - 1 || 1), 1 / (height - 1 || 1)] : [KEY_STEP, KEY_STEP];
    moveTo(at.x + direction[0] * stepX, at.y + direction[1] * stepY);
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  function moveTo(x, y) {
    at.x = Math.min(1, Math.max(0, x));
    at.y = Math.min(1, Math.max(0, y));
    show();
  }
}
