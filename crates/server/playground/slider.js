// @ts-check
/** Before and after in one place: the original lies on the result, up to a line that pointer, finger or keys move. */
import { h } from "./dom.js";

/**
 * Lays the original over the result.
 *
 * @param {HTMLElement} layers Holds the result; the slider is put into it.
 * @param {HTMLElement} before
 * @param {number} start Where the line begins, in percent from the left.
 * @param {(percent: number) => void} onMove
 */
export function addSlider(layers, before, start, onMove) {
  before.classList.add("result", "checked", "before");
  before.setAttribute("aria-label", "Before");
  const range = h("input", {
    type: "range",
    class: "divider",
    min: 0,
    max: 100,
    value: start,
    "aria-label": "Before and after",
    oninput: move,
  });
  layers.append(
    before,
    h("div", { class: "line", "aria-hidden": "true" }),
    h("span", { class: "side left", "aria-hidden": "true" }, "Before"),
    h("span", { class: "side right", "aria-hidden": "true" }, "After"),
    range,
  );
  move();

  function move() {
    const percent = Number(range.value);
    layers.style.setProperty("--at", `${percent}%`);
    range.setAttribute("aria-valuetext", `${percent} % before, ${100 - percent} % after`);
    onMove(percent);
  }
}
