// The scores of several ways as tables of Markdown, one for each kind of probe.

/** @typedef {{kind: string, about: string, probes: number, score: number | null}} Group As `palmette conformance --json` has it. */
/** @typedef {{groups: Group[], score: number | null}} Report */

/** The headings of the first column. */
const KINDS = {
  option: "option",
  rule: "rule that is Palmette's own choice",
  conflict: "question that public sources answer differently",
};

/**
 * @param {readonly string[]} names Of the ways.
 * @param {readonly Report[]} reports Theirs, in the same order.
 */
export function table(names, reports) {
  const tables = Object.entries(KINDS).map(([kind, title]) => {
    const groups = reports[0].groups.filter((group) => group.kind === kind);
    const rows = groups.map(({ about, probes }) => {
      const scores = reports.map((report) => report.groups.find((group) => group.about === about)?.score ?? null);
      return [kind === "option" ? `\`${about}\`` : about, String(probes), ...scores.map(shown)];
    });
    const lines = [[title, "probes", ...names], ["---", "---", ...names.map(() => "---")], ...rows];
    return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
  });
  return tables.join("\n\n");
}

/**
 * A score in whole numbers, which is 100 only if all of it agrees.
 *
 * @param {number | null} score
 */
function shown(score) {
  return score === null ? "–" : String(Math.floor(score));
}
