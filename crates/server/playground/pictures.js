// @ts-check
/** The library: every picture of the page by its id, those it drew itself and those that were chosen, dropped or pasted. */
import { h } from "./dom.js";
import { forgetKept, keep, keptPictures } from "./keep.js";
import { askInfo, askPreview } from "./request.js";
import { drawCorners, drawMark, drawView } from "./samples.js";

/**
 * @typedef {object} Picture
 * @property {string} id
 * @property {string} name Of the file; no other picture has it, so that a command can name both.
 * @property {Blob} blob
 * @property {string} url
 * @property {boolean} isSample Whether the page drew it, so that it is there in every browser.
 * @property {boolean} isKept Whether it is there after a reload.
 * @property {import("./request.js").Info | null} info What the server says of it; null if it did not answer.
 * @property {Promise<string>} [preview] The address of a small copy, for a browser that cannot show the file.
 */

/** The ids of the samples: what a project begins with, and what stands for pictures that are gone. */
export const VIEW = "view";
export const MARK = "mark";
export const CORNERS = "corners";

/** Thrown for a file that is not a picture, or not one that this server can change. */
export class NoPicture extends Error {}

/** @type {Map<string, Picture>} */
const pictures = new Map();

/** Draws the samples, and finds what this browser kept. */
export async function openLibrary() {
  const [view, mark, corners, kept] = await Promise.all([drawView(), drawMark(), drawCorners(), keptPictures()]);
  const samples = [
    add(VIEW, "evening.png", view, { isSample: true, isKept: true }),
    add(MARK, "palmette.png", mark, { isSample: true, isKept: true }),
    add(CORNERS, "corners.png", corners, { isSample: true, isKept: true }),
  ];
  for (const { id, name, blob, info } of kept) add(id, name, blob, { isSample: false, isKept: true, info });
  const ask = async (/** @type {Picture} */ sample) => {
    sample.info = await askInfo(sample.blob).catch(() => null);
  };
  await Promise.all(samples.map(ask));
}

/**
 * Adds a file, if it is a picture.
 *
 * @param {File} file
 * @returns {Promise<Picture>}
 * @throws {NoPicture} If it cannot be read, or is none that can be changed.
 * @throws {import("./request.js").Refusal} If the server refuses it.
 * @throws {import("./request.js").Unreachable} If the server does not answer.
 */
export async function addFile(file) {
  // A copy: the file itself may change, or go, while the page is open.
  const bytes = await file.arrayBuffer().catch(() => {
    throw new NoPicture("it cannot be read. Is it a folder?");
  });
  const blob = new Blob([bytes], { type: file.type });
  const info = await askInfo(blob);
  if (!info.width) throw new NoPicture(`${info.format} is not made of pixels`);
  const id = `own-${crypto.getRandomValues(new Uint32Array(2)).join("-")}`;
  const name = freeName(file.name || "pasted.png");
  const isKept = await keep({ id, name, blob, info, time: Date.now() });
  return add(id, name, blob, { isSample: false, isKept, info });
}

/** Forgets all pictures but the samples: here at once, and then in this browser. */
export async function forgetOwn() {
  for (const { id, url, isSample } of allPictures()) {
    if (isSample) continue;
    URL.revokeObjectURL(url);
    pictures.delete(id);
  }
  await forgetKept();
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
 * @param {string} id
 * @param {string} name
 * @param {Blob} blob
 * @param {{ isSample: boolean, isKept: boolean, info?: import("./request.js").Info }} about
 */
function add(id, name, blob, about) {
  /** @type {Picture} */
  const added = { id, name, blob, url: URL.createObjectURL(blob), info: null, ...about };
  pictures.set(id, added);
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
 * Makes a small view of a picture. For a browser that cannot show the file, the server makes a copy that it can.
 *
 * @param {Picture} shown
 */
export function thumbnail(shown) {
  const image = h("img", { class: "thumbnail checked", src: shown.url, alt: "", width: 64, height: 64 });
  image.addEventListener("error", preview, { once: true });
  return image;

  async function preview() {
    image.removeAttribute("src");
    shown.preview ??= askPreview(shown.blob).then((blob) => URL.createObjectURL(blob));
    // Without one, the place stays empty.
    const url = await shown.preview.catch(() => "");
    if (url !== "") image.src = url;
  }
}
