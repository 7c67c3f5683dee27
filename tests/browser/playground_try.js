// @ts-check
/** Every control of the playground set to every value that its option may have, as fast as the page can. */

/** @typedef {import("../../crates/server/playground/options.js").OptionInfo} OptionInfo */

/**
 * Tries every option of a table, with every value of a list and some of those that lists cannot hold. Runs in the page.
 *
 * @param {string} scope A selector of the options.
 * @param {OptionInfo[]} infos
 * @param {"list" | "curl"} words Where what is set can be read.
 * @param {number} position The entry of the list.
 * @returns {string[]} A line for everything that was tried.
 */
export function tryAll(scope, infos, words, position) {
  /** @type {string[]} */
  const tried = [];
  const root = /** @type {Element} */ (document.querySelector(scope));
  for (const info of infos) tryOption(root, info, info.name);
  return tried;

  /** @param {string} path */
  function read(path) {
    const text = document.querySelector("#code")?.textContent ?? "";
    if (words === "list") return path.split(".").reduce((value, key) => value?.[key], JSON.parse(text)[position]);
    return text.match(new RegExp(`--form-string '?${path}=([^' ]*)`))?.[1];
  }

  /**
   * @param {string} path
   * @param {unknown} expected
   */
  function check(path, expected) {
    const [actual, wanted] = [read(path), words === "list" || expected === undefined ? expected : String(expected)];
    const isEqual = JSON.stringify(actual) === JSON.stringify(wanted);
    tried.push(`${isEqual ? "ok" : "WRONG"} ${path}: ${JSON.stringify(actual)} for ${JSON.stringify(wanted)}`);
  }

  /**
   * @param {Element} from
   * @param {OptionInfo} info
   * @param {string} path
   */
  function tryOption(from, info, path) {
    // Some objects begin with a field or two, so that they show something.
    const present = from.querySelector(`[data-path="${path}"] > button`);
    if (present instanceof HTMLElement) present.click();
    const chip = from.querySelector(`[data-option="${path}"]`);
    if (!(chip instanceof HTMLElement)) return tried.push(`MISSING ${path}`);
    chip.click();
    const row = from.querySelector(`[data-path="${path}"]`);
    const remove = row?.querySelector(":scope > button");
    if (!row || !(remove instanceof HTMLElement)) return tried.push(`NO ROW ${path}`);
    if (read(path) === undefined) tried.push(`NO START ${path}`);
    tryValues(row, info.values, path);
    remove.click();
    return check(path, undefined);
  }

  /**
   * @param {Element} row
   * @param {import('../../crates/server/playground/options.js').Values} values
   * @param {string} path
   */
  function tryValues(row, values, path) {
    switch (values.kind) {
      case "number":
      case "positive":
        for (const text of ["1", "0.5"]) enter(row, 'input[type="number"]', text, path, Number(text));
        break;
      case "numbers":
        for (const number of values.numbers) select(row, String(number), path, number);
        break;
      case "words":
        for (const word of values.words) select(row, word, path, word);
        break;
      case "color":
        for (const color of ["rebeccapurple", "#12345678"]) enter(row, 'input[type="text"]', color, path, color);
        enter(row, 'input[type="color"]', "#123456", path, "#123456");
        break;
      case "switch":
        if (row.querySelector("select")) for (const value of [true, false]) select(row, String(value), path, value);
        else for (const value of [true, false]) tick(row, path, value);
        break;
      case "object":
        for (const field of values.fields) tryOption(row, field, `${path}.${field.name}`);
        break;
      case "any":
        for (const inner of values.of) {
          if (inner.kind === "object") select(row, `by ${inner.fields.map(({ name }) => name).join(", ")}`);
          if (inner.kind === "number") select(row, "number");
          tryValues(row, inner, path);
        }
        break;
      default:
        tried.push(`UNKNOWN ${path}: ${values.kind}`);
    }
  }

  /**
   * @param {Element} row
   * @param {string} selector
   * @param {string} text
   * @param {string} path
   * @param {unknown} expected
   */
  function enter(row, selector, text, path, expected) {
    const input = row.querySelector(selector);
    if (!(input instanceof HTMLInputElement)) return tried.push(`NO CONTROL ${path}: ${selector}`);
    input.value = text;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    return check(path, expected);
  }

  /**
   * @param {Element} row
   * @param {string} path
   * @param {boolean} value
   */
  function tick(row, path, value) {
    const input = row.querySelector('input[type="checkbox"]');
    if (!(input instanceof HTMLInputElement)) return tried.push(`NO CONTROL ${path}: checkbox`);
    if (input.checked !== value) input.click();
    return check(path, value);
  }

  /**
   * @param {Element} row
   * @param {string} label
   * @param {string} [path] Without, nothing is checked.
   * @param {unknown} [expected]
   */
  function select(row, label, path, expected) {
    const list = row.querySelector("select");
    const index = [...(list?.options ?? [])].findIndex(({ textContent }) => textContent === label);
    if (!list || index < 0) return tried.push(`NO ENTRY ${label}`);
    list.selectedIndex = index;
    list.dispatchEvent(new Event("change", { bubbles: true }));
    return path && check(path, expected);
  }
}
