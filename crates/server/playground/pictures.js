// @ts-check
/** The library: every picture of the page by its id, those it drew itself and those that were chosen, dropped or pasted. */
import { h } from "./dom.js";
import { askInfo } from "./request.js";
import { drawMark, drawView } from "./samples.js";

/**
 * @typedef {object} Picture
 * @property {string} id
 * @property {string} name Of the file; no other picture has it, so that a command can name both.
 * @property {Blob} blob
 * @property {string} url
 * @property {boolean} isSample Whether the page drew it, so that it is there the next time, too.
 * @property {import("./request.js").Info | null} info What the server says of it; null while nothing, or if it is no picture.
 */

/** The ids of the samples: what a project begins with, and what stands for pictures that are gone. */
export const VIEW = "view";
export const MARK = "mark";

/** @type {Map<string, Picture>} */
const pictures = new Map();

/** Draws the samples. */
export async function openLibrary() {
  const [view, mark] = await Promise.all([drawView(), drawMark()]);
  await Promise.all([add(view, "evening.png", VIEW), add(mark, "palmette.png", MARK)]);
}

/**
 * Adds a file.
 *
 * @param {File} file
 * @returns {Promise<Picture>}
 */
export function addFile(file) {
  return add(file, file.name || "pasted.png", undefined);
}

/**
 * Returns a picture.
 *
 * @param {string} id
 * @returns {Picture}
 */
export function picture(id) {
  const found = pictures.get(id);
  if (!found) throw new Error(`no picture has the id ${id}`);
  return found;
}

/**
 * Tells whether there is such a picture.
 *
 * @param {string} id
 */
export function hasPicture(id) {
  return pictures.has(id);
}

/** Returns all pictures, oldest first. */
export function allPictures() {
  return [...pictures.values()];
}

/**
 * @param {Blob} blob
 * @param {string} name
 * @param {string | undefined} sampleId
 */
async function add(blob, name, sampleId) {
  const id = sampleId ?? `file-${pictures.size}`;
  /** @type {Picture} */
  const added = {
    id,
    name: freeName(name),
    blob,
    url: URL.createObjectURL(blob),
    isSample: sampleId !== undefined,
    info: null,
  };
  pictures.set(id, added);
  added.info = await askInfo(blob).catch(() => null);
  return added;
}

/**
 * Changes a name until no other picture has it.
 *
 * @param {string} name
 */
function freeName(name) {
  const dot = name.lastIndexOf(".");
  const [stem, end] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ""];
  const taken = new Set(allPictures().map((other) => other.name));
  for (let count = 2; taken.has(name); count += 1) name = `${stem}-${count}${end}`;
  return name;
}

/**
 * Makes a small view of a picture; a browser that cannot show it leaves the place empty.
 *
 * @param {Picture} shown
 */
export function thumbnail(shown) {
  return h("img", { class: "thumbnail checked", src: shown.url, alt: "", width: 64, height: 64, onerror: hide });

  /** @param {Event} event */
  function hide(event) {
    /** @type {HTMLImageElement} */ (event.target).removeAttribute("src");
  }
}
