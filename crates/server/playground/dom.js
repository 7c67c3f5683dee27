// @ts-check
/** Elements in one expression. No markup is ever parsed, so nothing that a user or the server says can become an element. */

/** @typedef {Node | string | number | null | undefined | false} Child */

let lastId = 0;

/**
 * Makes an element.
 *
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, any>} [props] Functions listen (`onclick`), `value`, `checked` and the like are set as properties, the
 *   rest as attributes; `false`, `null` and `undefined` leave one out.
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (typeof value === "function" || ["value", "checked", "selected", "htmlFor"].includes(name)) {
      Object.assign(element, { [name]: value });
    } else {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
  fill(element, ...children);
  return element;
}

/**
 * Replaces what is in an element.
 *
 * @param {Element} element
 * @param {...Child} children
 */
export function fill(element, ...children) {
  const real = children.filter((child) => child !== null && child !== undefined && child !== false);
  element.replaceChildren(...real.map((child) => (child instanceof Node ? child : String(child))));
}

/** Makes an id that no other element of the page has. */
export function newId() {
  lastId += 1;
  return `e${lastId}`;
}

/** The shapes of icons, on a grid of 16 by 16. */
const SHAPES = {
  up: "M8 13V3M3.5 7.5 8 3l4.5 4.5",
  down: "M8 3v10m4.5-4.5L8 13 3.5 8.5",
  remove: "m4 4 8 8m0-8-8 8",
  add: "M8 3v10M3 8h10",
  picture: "M2.5 3.5h11v9h-11zm0 7 3-3 2.5 2.5 2-1.5 3.5 3M11 6.2v.1",
  save: "M8 2.5v7.5m-3.5-3L8 10.5 11.5 7M3 13.5h10",
};

/**
 * Makes an icon, which means nothing by itself: what it stands on has a name.
 *
 * @param {keyof typeof SHAPES} name
 */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", SHAPES[name]);
  svg.append(path);
  return svg;
}

/**
 * Writes a number of bytes in the largest unit of which there is one.
 *
 * @param {number} bytes
 */
export function formatBytes(bytes) {
  if (bytes < 1000) return `${bytes} bytes`;
  const [divisor, unit] = bytes < 1_000_000 ? [1000, "kB"] : [1_000_000, "MB"];
  return `${(bytes / divisor).toLocaleString("en", { maximumSignificantDigits: 3 })} ${unit}`;
}

/**
 * Writes a time.
 *
 * @param {number} ms
 */
export function formatMs(ms) {
  return `${ms.toLocaleString("en", { maximumFractionDigits: ms < 10 ? 1 : 0 })} ms`;
}
