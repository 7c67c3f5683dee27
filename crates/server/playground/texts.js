// @ts-check
/** A source that is text: what it begins with, its part of the form, and its controls. */
import { choice } from "./controls.js";
import { h, newId } from "./dom.js";
import { lackOfFonts, lackView } from "./lacks.js";
import { optionRow, optionSet } from "./options.js";

/**
 * @typedef {{ text: string, font: Record<string, any>, size?: number, color?: string }} Text As it is sent.
 */

/** What a font of the server begins with in a URL. */
const NAMED = "font:";

/**
 * Makes the text that a source begins as, in a font of the server.
 *
 * @param {import("./options.js").Table} table
 * @returns {Text}
 */
export function newText({ fonts }) {
  // Letters for reading go before those for code and formulas.
  const first = fonts.find((name) => !/\b(mono|math|emoji|symbols?)\b/i.test(name)) ?? fonts[0];
  return { text: "Palmette", font: { url: first === undefined ? "" : NAMED + first }, size: 64, color: "#ffffff" };
}

/**
 * Tells whether a value, from an address say, is a text as far as the page needs it to be.
 *
 * @param {any} value
 * @returns {value is Text}
 */
export function isText(value) {
  return typeof value?.text === "string" && typeof value.font === "object" && value.font !== null;
}

/**
 * Makes the controls of a text.
 *
 * @param {Text} text Changed in place.
 * @param {import("./options.js").Table} table
 * @param {string} of Whose text it is, for people who do not see where the buttons are.
 * @param {() => void} onChange
 */
export function textView(text, table, of, onChange) {
  const info = (/** @type {string} */ name) => table.text.find((info) => info.name === name);
  const font = info("font");
  const fields = font?.values.kind === "object" ? font.values.fields : [];
  return h(
    "div",
    { class: "options text" },
    h("div", { class: "rows" }, contentRow(), fontRow(), urlRow(), ...["size", "color"].map(row)),
    optionSet({
      infos: fields.filter(({ name }) => name !== "url"),
      values: text.font,
      prefix: "font.",
      of,
      onChange,
    }),
  );

  function contentRow() {
    const id = newId();
    const area = h("textarea", { id, rows: 2, maxlength: 1000, oninput: () => set(area.value) }, text.text);
    const set = (/** @type {string} */ value) => {
      text.text = value;
      onChange();
    };
    return h("div", { class: "row", "data-path": "text" }, h("label", { htmlFor: id }, "text"), area);
  }

  function fontRow() {
    const id = newId();
    const names = table.fonts.map((name) => ({ label: name, value: NAMED + name }));
    const isNamed = names.some(({ value }) => value === text.font.url);
    const lack = lackOfFonts(table);
    const entries = lack ? [{ label: "font by name", value: NAMED, lack }] : names;
    const select = choice([...entries, { label: "another, by its URL", value: "" }], {
      id,
      path: "font",
      describedBy: "",
      value: isNamed ? text.font.url : "",
      onChange(value) {
        setUrl(value);
        const url = select.closest(".rows")?.querySelector('[data-path="font.url"]');
        if (url instanceof HTMLElement) url.hidden = value !== "";
      },
    });
    const row = h("div", { class: "row", "data-path": "font" }, h("label", { htmlFor: id }, "font"), select);
    if (lack) row.append(lackView("font", lack));
    return row;
  }

  function urlRow() {
    const url = fields.find(({ name }) => name === "url");
    if (!url) return null;
    const isNamed = table.fonts.some((name) => NAMED + name === text.font.url);
    const row = optionRow({ info: url, path: "font.url", value: isNamed ? "" : text.font.url, onChange: setUrl });
    row.hidden = isNamed;
    return row;
  }

  /** @param {string} url */
  function setUrl(url) {
    text.font.url = url;
    onChange();
  }

  /** @param {string} name */
  function row(name) {
    const about = info(name);
    if (!about) return null;
    const values = /** @type {Record<string, any>} */ (text);
    return optionRow({
      info: about,
      path: name,
      value: values[name],
      onChange(value) {
        values[name] = value;
        onChange();
      },
    });
  }
}
