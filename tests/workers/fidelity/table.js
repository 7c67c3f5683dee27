// What was measured, as a table of Markdown, and the place on a page where it stands.

/** @typedef {import("./measure.js").Row} Row */
/** @typedef {import("./measure.js").Verdict} Verdict */

/**
 * Writes the table: a row for each option, with the options inside of it.
 *
 * @param {{columns: string[], rows: Row[]}} measured
 */
export function table({ columns, rows }) {
  /** @type {Map<string, Row[]>} */
  const groups = new Map();
  for (const row of rows) {
    const name = nameOf(row);
    groups.set(name, [...(groups.get(name) ?? []), row]);
  }
  const lines = [...groups].map(([name, group]) => [name, ...columns.map((_, at) => cell(group, at))]);
  return [["", ...columns], columns.concat("").map(() => "---"), ...lines]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

/**
 * Puts a table into a page, between the two comments that bear its name.
 *
 * @param {string} page
 * @param {string} table
 * @param {string} [name]
 */
export function insert(page, table, name = "fidelity") {
  const [BEGIN, END] = ["begin", "end"].map((place) => `<!-- ${name}:${place} -->`);
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`the page must have ${BEGIN} and, after it, ${END}`);
  return `${page.slice(0, begin + BEGIN.length)}\n${table}\n${page.slice(end)}`;
}

/** @param {Row} row */
function nameOf({ question: { name, value } }) {
  if (value === undefined) return name;
  return name.includes(".")
    ? `\`${name.split(".").slice(0, 2).join(".")}\``
    : `\`output.${name.replace(/^output_/, "")}\``;
}

/**
 * One verdict if all are the same, else each with what it is about.
 *
 * @param {Row[]} group
 * @param {number} at The column.
 */
function cell(group, at) {
  /** @type {Map<Verdict, string[]>} */
  const about = new Map();
  for (const { question, verdicts } of group) {
    about.set(verdicts[at], [...(about.get(verdicts[at]) ?? []), label(question)]);
  }
  if (about.size === 1) return [...about.keys()][0];
  return [...about].map(([verdict, labels]) => `${verdict}: ${[...new Set(labels)].join(", ")}`).join("; ");
}

/**
 * The value of a question's option, as it is written in JavaScript.
 *
 * @param {import("./measure.js").Question} question
 */
function label({ name, value, request }) {
  if (value === undefined) return name;
  const inner = name.split(".").slice(2).join(".");
  if (inner) return `\`${inner}\``;
  const written = typeof value === "object" ? "object" : JSON.stringify(value).replaceAll('"', "'");
  const { format } = /** @type {{format?: string}} */ (request.output ?? {});
  return name === "output_quality" && typeof value === "number" ? `\`${written}\` (${format})` : `\`${written}\``;
}
