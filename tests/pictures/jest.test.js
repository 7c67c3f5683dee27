// @ts-check
/** `toMatchPicture` of Jest. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { node, project, readReport } from "./kit/project.js";
import { rounds } from "./kit/rounds.js";

const FLAGS = { write: [], ci: ["--ci"], update: ["-u"] };

const folder = project("jest");
const cases = readFileSync(join(folder, "cases.js"), "utf8");
writeFileSync(
  join(folder, "cases-of-commonjs.js"),
  `${cases.replace("export function", "function")}\nmodule.exports = { pictureOf };\n`,
);

rounds(
  {
    name: "jest",
    hasNot: true,
    async run(folder, round) {
      const report = join(folder, "report.json");
      const args = ["node_modules/jest/bin/jest.js", "--json", `--outputFile=${report}`, ...FLAGS[round]];
      return readReport(report, await node(folder, args, { isCi: round === "ci" }));
    },
  },
  folder,
);
