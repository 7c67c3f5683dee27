// @ts-check
/** Requests that many sites make, to start from: a click replaces the steps and the output, and keeps the picture. */
import { fill, h } from "./dom.js";
import { lackOfFaces, lackOfFonts, lackView } from "./lacks.js";
import { CORNERS, MARK } from "./pictures.js";
import { toHash } from "./share.js";
import { newText } from "./texts.js";
import { newDraw, newNode, newTransform } from "./tree.js";

/**
 * @typedef {import("./options.js").Table} Table
 * @typedef {import("./tree.js").Step} Step
 */

/**
 * @typedef {object} Preset
 * @property {string} id
 * @property {string} name
 * @property {string} about
 * @property {string} shape Of its icon, on a grid of 40 by 28.
 * @property {string} format
 * @property {(table: Table) => Step[]} steps The steps of the canvas.
 * @property {(table: Table) => import("./lacks.js").Lack | null} lack What this server lacks for it.
 * @property {string} [without] How the result differs then, a sentence.
 */

/** @type {Preset[]} */
const PRESETS = [
  {
    id: "thumbnail",
    name: "Thumbnail",
    about: "320 × 240, cropped to the main subject",
    shape: "M8 5h24v18H8zm0 14 8-7 6 5 4-3 6 5",
    format: "image/webp",
    steps: () => [newTransform({ width: 320, height: 240, fit: "cover", gravity: "auto", sharpen: 1 })],
    lack: () => null,
  },
  {
    id: "avatar",
    name: "Avatar",
    about: "256 × 256, round, cropped to the face",
    shape: "M20 3a11 11 0 0 1 0 22 11 11 0 0 1 0-22m0 5a4 4 0 0 1 0 8 4 4 0 0 1 0-8m-7 14c2-7 12-7 14 0",
    format: "image/webp",
    steps(table) {
      const gravity = lackOfFaces(table) ? "auto" : "face";
      const corners = newNode(CORNERS, [newTransform({ width: 256 })]);
      return [
        newTransform({ width: 256, height: 256, fit: "cover", gravity, background: "#ffffff" }),
        newDraw(corners, { composite: "xor" }),
      ];
    },
    lack: lackOfFaces,
    without: "Cropped to the main subject instead of a face.",
  },
  {
    id: "watermark",
    name: "Watermark",
    about: "up to 1200 pixels wide, with a mark in the corner",
    shape: "M5 4h30v20H5zm24 16v-5m-3 5 1-4m5 4-1-4",
    format: "image/webp",
    steps: () => [
      newTransform({ width: 1200, fit: "scale-down" }),
      newDraw(newNode(MARK, [newTransform({ width: 140 })]), { opacity: 0.7, bottom: 28, right: 28 }),
    ],
    lack: () => null,
  },
  {
    id: "card",
    name: "Social card",
    about: "1200 × 630, with a title and a mark",
    shape: "M3 5h34v18H3zm4 9h16m-16 4h10M31 8v3",
    format: "image/jpeg",
    steps(table) {
      const photo = newTransform({ width: 1200, height: 630, fit: "cover", gravity: "auto", brightness: 0.7 });
      const mark = newDraw(newNode(MARK, [newTransform({ width: 110 })]), { top: 56, left: 64 });
      if (lackOfFonts(table)) return [photo, mark];
      const title = newNode(MARK);
      const { font } = newText(table);
      title.text = {
        text: "Every picture,\nas you want it",
        font: { ...font, lineHeight: 1.2, maxWidth: 1070 },
        size: 88,
        color: "#ffffff",
      };
      return [photo, mark, newDraw(title, { bottom: 56, left: 64 })];
    },
    lack: lackOfFonts,
    without: "The card has no title.",
  },
];

/**
 * Makes the row of presets.
 *
 * @param {Table} table
 * @param {() => import("./tree.js").Project} project
 * @param {(project: import("./tree.js").Project) => void} onChoose
 * @returns {{ element: HTMLElement, update: () => void }} `update` marks the preset that the project equals.
 */
export function createPresets(table, project, onChoose) {
  const note = h("div", { class: "note" });
  const buttons = PRESETS.map((preset) =>
    h(
      "button",
      {
        type: "button",
        class: "preset",
        "aria-label": `${preset.name}: ${preset.about}`,
        "data-preset": preset.id,
        "data-help": `${preset.name}: ${preset.about}`,
        onclick: () => onChoose(made(preset)),
      },
      shape(preset.shape),
      preset.name,
    ),
  );
  const row = h("div", { class: "presets", role: "group", "aria-label": "Presets" }, ...buttons);
  return { element: h("div", {}, row, note), update };

  function update() {
    const hash = toHash(project());
    const chosen = PRESETS.find((preset) => toHash(made(preset)) === hash);
    for (const [index, button] of buttons.entries()) {
      button.setAttribute("aria-pressed", String(PRESETS[index] === chosen));
    }
    const lack = chosen?.lack(table);
    fill(note, lack && lackView(chosen?.without ?? "", lack));
  }

  /** @param {Preset} preset */
  function made({ steps, format }) {
    const { canvas, engine } = project();
    return { canvas: newNode(canvas.picture, steps(table)), output: { output_format: format }, engine };
  }
}

/** @param {string} path */
function shape(path) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 40 28");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}
