// @ts-check
/** The figures of an answer. */
import { formatMs, h } from "./dom.js";

/**
 * Makes a figure with its name.
 *
 * @param {string} name
 * @param {string} value
 */
export function fact(name, value) {
  return h(
    "div",
    { class: "fact", "data-fact": name.toLowerCase() },
    h("span", { class: "name" }, name),
    h("span", { class: "value" }, value),
  );
}

/**
 * Draws the times of the stages as parts of a bar; what is left of the total is the way there and back.
 *
 * @param {import("./request.js").Answer} answer
 */
export function timesView({ stages, totalMs }) {
  const server = stages.reduce((sum, { ms }) => sum + ms, 0);
  const parts = [...stages, { name: "other", ms: Math.max(0, totalMs - server) }];
  const bar = h(
    "div",
    { class: "bar", "aria-hidden": "true" },
    ...parts.map(({ name, ms }) => {
      const part = h("i", { class: name });
      part.style.flexGrow = String(Math.max(ms, totalMs / 200));
      return part;
    }),
  );
  const entry = (/** @type {import("./request.js").Stage} */ { name, ms }) =>
    h("li", { class: name, "data-stage": name }, h("span", { class: "name" }, name), " ", formatMs(ms));
  return h("div", { class: "times" }, bar, h("ol", {}, ...parts.map(entry)));
}
