// @ts-check
/**
 * The editor of an object of options, made of the server's own table: a row for every option that is given, a button for every
 * other one. So the page offers exactly what the server reads.
 */
import { choice, plainControl, wordEntries } from "./controls.js";
import { fill, h, icon, newId } from "./dom.js";
import { startValue } from "./hints.js";
import { lackText, lackView } from "./lacks.js";

/** @typedef {import("./lacks.js").Lack} Lack */

/**
 * @typedef {| { kind: "number", min?: number, max?: number } | { kind: "positive", max?: number } | { kind: "numbers", numbers: number[] }
 *   | { kind: "words", words: string[], lacks?: Record<string, Lack> } | { kind: "switch" } | { kind: "text" } | { kind: "color" } | { kind: "axes" }
 *   | { kind: "object", fields: OptionInfo[] } | { kind: "any", of: Values[] }} Values What an option may be.
 * @typedef {{ name: string, allowed: string, summary: string, values: Values, lack?: Lack }} OptionInfo
 */

/**
 * @typedef {object} Table What `GET /options` says.
 * @property {string} profile
 * @property {{ choice: string, cpu: string, gpu: string, offered: string[] }} engine
 * @property {Record<string, string | null>} models The model of each kind, if it is installed.
 * @property {{ option: string, value: string | null, model: string, does: string }[]} needs The options that need a model.
 * @property {OptionInfo[]} transform
 * @property {OptionInfo[]} draw
 * @property {OptionInfo[]} output
 * @property {OptionInfo[]} text
 * @property {string[]} fonts The names of the fonts that the server has.
 */

/**
 * Makes the editor of an object.
 *
 * @param {object} about
 * @param {OptionInfo[]} about.infos What it may hold.
 * @param {Record<string, any>} about.values What it holds; changed in place.
 * @param {string} [about.prefix] What stands before the names inside: `trim.`
 * @param {string} about.of Whose options they are, for people who do not see where the buttons are.
 * @param {boolean} [about.isOpen] Whether the options that are not given are shown from the beginning.
 * @param {() => void} about.onChange
 * @returns {HTMLElement}
 */
export function optionSet({ infos, values, prefix = "", of, isOpen = false, onChange }) {
  const rows = h("div", { class: "rows" });
  const chips = h("div", { class: "chips" });
  const lacks = h("div", { class: "lacks" });
  const more = h("details", { class: "more", open: isOpen }, h("summary", {}, "Options"), chips, lacks);
  const element = h("div", { class: "options" }, rows, more);
  render();
  return element;

  function render() {
    const isGiven = (/** @type {OptionInfo} */ info) => info.name in values;
    const rest = infos.filter((info) => !isGiven(info));
    fill(rows, ...infos.filter(isGiven).map(row));
    fill(chips, ...rest.map(chip));
    fill(lacks, ...rest.map(({ name, lack }) => lack && lackView(name, lack)));
    more.hidden = rest.length === 0;
  }

  /** @param {OptionInfo} info */
  function row(info) {
    return optionRow({
      info,
      path: prefix + info.name,
      value: values[info.name],
      onChange(value) {
        values[info.name] = value;
        onChange();
      },
      onRemove() {
        delete values[info.name];
        render();
        onChange();
        more.open = true;
        focusIn(chips, `[data-option="${prefix}${info.name}"]`);
      },
    });
  }

  /** @param {OptionInfo} info */
  function chip(info) {
    const { name, summary, lack } = info;
    return h(
      "button",
      {
        type: "button",
        class: "chip",
        // Not `disabled`: what cannot have the focus cannot say why.
        "aria-disabled": lack && "true",
        "aria-label": lack ? `${name} is not available: ${lackText(lack)}` : `Add ${name} to ${of}: ${summary}`,
        "data-help": lack ? `${name}: ${lackText(lack)}` : help(info),
        "data-option": prefix + name,
        onclick: () => lack || add(info),
      },
      shortName(info),
    );
  }

  /** @param {OptionInfo} info */
  function add(info) {
    values[info.name] = startValue(prefix + info.name, info.values);
    // In the order of the table, which is the one in which they are applied.
    for (const { name } of infos.filter(({ name }) => name in values)) {
      const value = values[name];
      delete values[name];
      values[name] = value;
    }
    render();
    onChange();
    focusIn(rows, `[data-path="${prefix}${info.name}"] :is(input, select)`);
  }
}

/**
 * @param {object} about
 * @param {OptionInfo} about.info
 * @param {string} about.path
 * @param {any} about.value
 * @param {(value: any) => void} about.onChange
 * @param {() => void} [about.onRemove] Without, the option is always given.
 */
export function optionRow({ info, path, value, onChange, onRemove }) {
  const [id, hintId, problemId] = [newId(), newId(), newId()];
  const place = { id, describedBy: `${hintId} ${problemId}`, path, value, onChange };
  return h(
    "div",
    { class: "row", "data-path": path, "data-help": help(info) },
    info.values.kind === "object"
      ? h("span", { class: "name" }, shortName(info))
      : h("label", { htmlFor: id }, shortName(info)),
    h("div", { class: "field" }, control(info.values, place)),
    onRemove &&
      h(
        "button",
        { type: "button", class: "plain", "aria-label": `Remove ${path}`, title: "Remove", onclick: onRemove },
        icon("remove"),
      ),
    h("p", { class: "visually-hidden", id: hintId }, info.summary),
    ...Object.entries(lacksOf(info.values)).map(([word, lack]) => lackView(word, lack)),
    h("p", { class: "problem", id: problemId, hidden: true }),
  );
}

/**
 * @param {Values} values
 * @param {import("./controls.js").Place} place
 * @returns {HTMLElement}
 */
function control(values, place) {
  if (values.kind === "object") return objectControl(values.fields, place);
  if (values.kind === "any") return anyControl(values.of, place);
  return plainControl(values, place);
}

/**
 * @param {OptionInfo[]} fields
 * @param {import("./controls.js").Place} place
 */
function objectControl(fields, place) {
  const { path, onChange } = place;
  // An address may hold anything; what is no object is left for the server to refuse, until it is edited.
  const value = typeof place.value === "object" && place.value !== null ? place.value : {};
  const set = optionSet({
    infos: fields,
    values: value,
    prefix: `${path}.`,
    of: path,
    isOpen: true,
    onChange: () => onChange(value),
  });
  set.setAttribute("role", "group");
  set.setAttribute("aria-label", path);
  return set;
}

/**
 * One list of all words and switches of several kinds; what needs a control of its own gets it below.
 *
 * @param {Values[]} kinds
 * @param {import("./controls.js").Place} place
 */
function anyControl(kinds, place) {
  const entries = kinds.flatMap(entriesOf);
  const below = h("div", { class: "below" });
  const current = entries.findIndex((entry) =>
    entry.opens ? fits(entry.opens, place.value) : entry.value === place.value,
  );
  const select = choice(entries, { ...place, value: undefined }, (_, index) => {
    const { value, opens } = /** @type {Entry} */ (entries[index]);
    const chosen = opens ? startOf(opens) : value;
    open(opens, chosen);
    place.onChange(chosen);
  });
  select.selectedIndex = current;
  open(entries[current]?.opens, place.value);
  return h("div", { class: "any" }, select, below);

  /**
   * @param {Values | undefined} opens
   * @param {any} value
   */
  function open(opens, value) {
    const { path, describedBy, onChange } = place;
    fill(below, opens && control(opens, { id: newId(), label: path, describedBy, path, value, onChange }));
    below.hidden = !opens;
  }

  /** @param {Values} opens */
  function startOf(opens) {
    const start = startValue(place.path, opens);
    return fits(opens, start) ? start : startValue("", opens);
  }
}

/**
 * Lists the words that a value may be elsewhere, but not on this server.
 *
 * @param {Values} values
 * @returns {Record<string, Lack>}
 */
function lacksOf(values) {
  if (values.kind === "any") return Object.assign({}, ...values.of.map(lacksOf));
  return (values.kind === "words" && values.lacks) || {};
}

/**
 * Says what an option does and what it may be, for the line below the request.
 *
 * @param {OptionInfo} info
 */
function help({ name, summary, allowed }) {
  return `${name}: ${summary} — ${allowed}`;
}

/**
 * Returns the name of an option, short where its place says the rest.
 *
 * @param {OptionInfo} info
 */
function shortName({ name }) {
  return name.replace(/^output_/, "");
}

/** @typedef {{ label: string, value?: any, lack?: Lack | undefined, opens?: Values }} Entry */

/**
 * Lists what can be chosen of one kind.
 *
 * @param {Values} values
 * @returns {Entry[]}
 */
function entriesOf(values) {
  switch (values.kind) {
    case "words":
      return wordEntries(values);
    case "numbers":
      return values.numbers.map((value) => ({ label: String(value), value }));
    case "switch":
      return [true, false].map((value) => ({ label: String(value), value }));
    case "object":
      return [{ label: `by ${values.fields.map(({ name }) => name).join(", ")}`, opens: values }];
    default:
      return [{ label: values.kind === "positive" ? "number" : values.kind, opens: values }];
  }
}

/**
 * Tells whether a value is of the kind that a control below the list is for.
 *
 * @param {Values} values
 * @param {any} value
 */
function fits(values, value) {
  switch (values.kind) {
    case "object":
      return typeof value === "object";
    case "number":
    case "positive":
      return typeof value === "number" || value === undefined;
    default:
      return typeof value === "string";
  }
}

/**
 * @param {Element} element
 * @param {string} selector
 */
function focusIn(element, selector) {
  const found = element.querySelector(selector);
  if (found instanceof HTMLElement) found.focus();
}
