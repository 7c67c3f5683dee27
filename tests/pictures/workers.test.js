// @ts-check
/** `toMatchPicture` of Vitest, in workerd, where there are neither files nor processes. */
import { join } from "node:path";
import { node, project, readReport } from "./kit/project.js";
import { rounds } from "./kit/rounds.js";

const FLAGS = { write: [], ci: [], update: ["-u"] };

rounds(
  {
    name: "vitest in workerd",
    hasNot: true,
    isBrief: true,
    async run(folder, round) {
      const report = join(folder, "report.json");
      const args = [
        "node_modules/vitest/vitest.mjs",
        "run",
        "--reporter=json",
        `--outputFile=${report}`,
        ...FLAGS[round],
      ];
      return readReport(report, await node(folder, args, { isCi: round === "ci" }));
    },
  },
  project("workers"),
);
