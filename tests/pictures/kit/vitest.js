// @ts-check
/** How rounds are run by Vitest. */
import { join } from "node:path";
import { node, readReport } from "./project.js";

const FLAGS = { write: [], ci: [], update: ["-u"] };

/**
 * Runs a round in a project's folder.
 *
 * @param {string} folder
 * @param {keyof typeof FLAGS} round
 */
export async function runVitest(folder, round) {
  const report = join(folder, "report.json");
  const args = ["node_modules/vitest/vitest.mjs", "run", "--reporter=json", `--outputFile=${report}`, ...FLAGS[round]];
  return readReport(report, await node(folder, args, { isCi: round === "ci" }));
}
