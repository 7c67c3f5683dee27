// @ts-check
/** Options that this server cannot offer: why, and how to change that. The table of options is marked once, before controls are made. */
import { h } from "./dom.js";

/**
 * @typedef {object} Lack
 * @property {string} why A sentence.
 * @property {string} remedy What to do, a sentence; a command in it stands between backticks.
 */

/** @typedef {import("./options.js").Table} Table */

/**
 * Why there is no GPU, by what the server says of it.
 *
 * @type {Map<string, Lack>}
 */
const NO_GPU = new Map([
  [
    "none",
    {
      why: "This server found no GPU when it started.",
      remedy: "It needs a driver for Vulkan, Metal or Direct3D 12. Run `palmette doctor` to see what it finds.",
    },
  ],
  [
    "not wanted",
    { why: "This server was started for the CPU alone.", remedy: "Start it with `palmette serve --engine auto`." },
  ],
  [
    "not built in",
    { why: "This server was built without its GPU engine.", remedy: "Install a build that has the feature gpu." },
  ],
]);

/**
 * Marks every option, and every word of an option, that needs a model which this server does not have.
 *
 * @param {Table} table
 */
export function markLacks(table) {
  for (const { option, value, model, does } of table.needs) {
    if (table.models[model] !== null) continue;
    const info = table.transform.find(({ name }) => name === option);
    if (!info) continue;
    const lack = noModel(does, model);
    if (value === null) info.lack = lack;
    else markWord(info.values, value, lack);
  }
}

/**
 * @param {import("./options.js").Values} values
 * @param {string} word
 * @param {Lack} lack
 */
function markWord(values, word, lack) {
  if (values.kind === "any") for (const inner of values.of) markWord(inner, word, lack);
  if (values.kind === "words" && values.words.includes(word)) values.lacks = { ...values.lacks, [word]: lack };
}

/**
 * @param {string} does
 * @param {string} model
 * @returns {Lack}
 */
function noModel(does, model) {
  return {
    why: `This server has no model that ${does}.`,
    remedy: `Run \`palmette models install ${model}\` and start the server again.`,
  };
}

/**
 * Returns the lack of a model that finds faces, or null.
 *
 * @param {Table} table
 * @returns {Lack | null}
 */
export function lackOfFaces({ needs, models }) {
  const need = needs.find(({ option, value }) => option === "gravity" && value === "face");
  return need && models[need.model] === null ? noModel(need.does, need.model) : null;
}

/**
 * Returns the lack of fonts, or null.
 *
 * @param {Table} table
 * @returns {Lack | null}
 */
export function lackOfFonts({ fonts }) {
  if (fonts.length > 0) return null;
  return { why: "This server has no fonts.", remedy: "Start it with `palmette serve --fonts FOLDER`." };
}

/**
 * Returns the lack of a GPU, or null.
 *
 * @param {Table["engine"]} engine
 * @returns {Lack | null}
 */
export function lackOfGpu({ gpu, offered }) {
  if (offered.includes("gpu")) return null;
  const unknown = { why: `The GPU of this server is ${gpu}.`, remedy: "Run `palmette doctor` to see why." };
  return NO_GPU.get(gpu) ?? unknown;
}

/**
 * Says a lack in one line.
 *
 * @param {Lack} lack
 */
export function lackText({ why, remedy }) {
  return `${why} ${remedy}`;
}

/**
 * Shows a lack below the control that it disables.
 *
 * @param {string} of The option or word that is disabled, or a sentence that says what follows.
 * @param {Lack} lack
 */
export function lackView(of, lack) {
  const parts = lackText(lack).split("`");
  const said = parts.map((part, index) => (index % 2 === 1 ? h("code", {}, part) : part));
  return h(
    "p",
    { class: "hint lack", "data-lack": of },
    h("strong", {}, of.endsWith(".") ? of : `${of}:`),
    " ",
    ...said,
  );
}
