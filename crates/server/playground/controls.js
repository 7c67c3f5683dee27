// @ts-check
/** One control a kind of value, for values that hold no others. */
import { h } from "./dom.js";
import { sliderOf } from "./hints.js";

/**
 * @typedef {object} Place Where a control is, and what it is about.
 * @property {string} id The id that the label refers to.
 * @property {string} describedBy The ids of what else is said of it.
 * @property {string} path The full name of the option.
 * @property {string} [label] What it is called, where no label refers to the id.
 * @property {any} value
 * @property {(value: any) => void} onChange Undefined for a value that is not there.
 */

/**
 * Controls by the kind of value.
 *
 * @type {Record<string, (values: any, place: Place) => HTMLElement>}
 */
const CONTROLS = { number, positive: number, numbers, words, switch: check, text, axes, color };

/**
 * Makes the control of a plain value.
 *
 * @param {import("./options.js").Values} values
 * @param {Place} place
 * @returns {HTMLElement}
 */
export function plainControl(values, place) {
  const make = CONTROLS[values.kind];
  // A kind of a newer server: whatever is typed goes there as it is.
  return make ? make(values, place) : text(values, place);
}

/**
 * Makes a list to choose from; what the server lacks something for cannot be chosen.
 *
 * @param {{ label: string, value?: any, lack?: import("./lacks.js").Lack | undefined }[]} entries
 * @param {Place} place
 * @param {(value: any, index: number) => void} [onChoose] Called instead of `place.onChange`.
 */
export function choice(entries, place, onChoose = place.onChange) {
  const select = h(
    "select",
    { id: place.id, "aria-describedby": place.describedBy, onchange: () => choose() },
    ...entries.map(({ label, lack }, index) =>
      h("option", { value: index, disabled: lack !== undefined }, lack ? `${label} (not on this server)` : label),
    ),
  );
  select.selectedIndex = entries.findIndex(({ value }) => value === place.value);
  return select;

  function choose() {
    onChoose(entries[select.selectedIndex]?.value, select.selectedIndex);
  }
}

/**
 * @param {{ min?: number, max?: number }} values
 * @param {Place} place
 */
function number(values, place) {
  const range = sliderOf(place.path, values);
  const input = h("input", {
    id: place.id,
    type: "number",
    // Numbers in between may be typed all the same; the step is for the arrow keys.
    step: range?.step ?? 1,
    min: values.min === undefined ? undefined : Math.ceil(values.min),
    max: values.max,
    inputmode: "decimal",
    "aria-label": place.label,
    "aria-describedby": place.describedBy,
    value: place.value ?? "",
    oninput: () => set(input.value, slider),
  });
  const slider =
    range && h("input", { type: "range", "aria-label": `${place.path}, slider`, ...range, oninput: () => slide() });
  if (slider) slider.value = input.value;
  return h("div", { class: slider ? "number with-slider" : "number" }, slider, input);

  function slide() {
    if (slider) set(slider.value, input);
  }

  /**
   * @param {string} written
   * @param {HTMLInputElement | null} other The control to keep equal.
   */
  function set(written, other) {
    if (other) other.value = written;
    place.onChange(written === "" ? undefined : Number(written));
  }
}

/**
 * @param {{ numbers: number[] }} values
 * @param {Place} place
 */
function numbers(values, place) {
  return choice(
    values.numbers.map((value) => ({ label: String(value), value })),
    place,
  );
}

/**
 * @param {{ words: string[], lacks?: Record<string, import("./lacks.js").Lack> }} values
 * @param {Place} place
 */
function words(values, place) {
  return choice(wordEntries(values), place);
}

/**
 * Lists words to choose from.
 *
 * @param {{ words: string[], lacks?: Record<string, import("./lacks.js").Lack> }} values
 */
export function wordEntries({ words, lacks }) {
  return words.map((value) => ({ label: value, value, lack: lacks?.[value] }));
}

/**
 * @param {unknown} _
 * @param {Place} place
 */
function check(_, place) {
  const input = h("input", {
    id: place.id,
    type: "checkbox",
    "aria-describedby": place.describedBy,
    checked: place.value === true,
    onchange: () => {
      said.textContent = String(input.checked);
      place.onChange(input.checked);
    },
  });
  const said = h("code", {}, String(place.value === true));
  return h("div", { class: "check" }, input, said);
}

/**
 * @param {unknown} _
 * @param {Place} place
 */
function text(_, place) {
  const input = h("input", {
    id: place.id,
    type: "text",
    spellcheck: "false",
    "aria-label": place.label,
    "aria-describedby": place.describedBy,
    value: place.value ?? "",
    oninput: () => place.onChange(input.value),
  });
  return input;
}

/**
 * Axes of a font, written as `GRAD=50 opsz=14`.
 *
 * @param {unknown} values
 * @param {Place} place
 */
function axes(values, place) {
  const written = Object.entries(place.value ?? {}).map(([tag, number]) => `${tag}=${number}`);
  return text(values, {
    ...place,
    value: written.join(" "),
    onChange(value) {
      const pairs = value.matchAll(/([!-~]{1,4})=(-?[\d.]+)/g);
      place.onChange(Object.fromEntries([...pairs].map(([, tag, number]) => [tag, Number(number)])));
    },
  });
}

/**
 * @param {unknown} values
 * @param {Place} place
 */
function color(values, place) {
  const written = /** @type {HTMLInputElement} */ (
    text(values, {
      ...place,
      onChange: (value) => {
        picker.value = opaque(value);
        place.onChange(value);
      },
    })
  );
  const picker = h("input", {
    type: "color",
    "aria-label": `${place.path}, picker`,
    value: opaque(place.value),
    oninput: () => {
      written.value = picker.value;
      place.onChange(picker.value);
    },
  });
  return h("div", { class: "color" }, picker, written);
}

/**
 * Writes a colour as a picker takes it, which knows no alpha; black for what is none.
 *
 * @param {unknown} written
 */
function opaque(written) {
  const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  if (!context) return "#000000";
  context.fillStyle = String(written);
  // Alpha is left behind: painted on nothing, the colour itself comes back from the pixel.
  const [, red, green, blue] = context.fillStyle.match(/^rgba\((\d+), (\d+), (\d+)/) ?? [];
  if (red === undefined) return context.fillStyle;
  return `#${[red, green, blue].map((channel) => Number(channel).toString(16).padStart(2, "0")).join("")}`;
}
