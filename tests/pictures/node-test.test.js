// @ts-check
/** `assertMatchesPicture` in tests of Node's own runner. */
import assert from "node:assert/strict";
import { node, project } from "./kit/project.js";
import { rounds } from "./kit/rounds.js";

rounds(
  {
    name: "node:test",
    isExplicit: true,
    async run(folder, round) {
      const flags = round === "update" ? ["--test-update-snapshots"] : [];
      const args = ["--test", "--test-reporter=./reporter.js", ...flags, "pictures.test.js"];
      const printed = await node(folder, args, { isCi: round === "ci" });
      const lines = printed.split("\n").filter((line) => line.startsWith("{"));
      assert.ok(lines.length > 0, printed);
      /** @type {{ title: string, failure?: string }[]} */
      const tests = lines.map((line) => JSON.parse(line));
      return new Map(tests.map(({ title, failure }) => [title, failure]));
    },
  },
  project("node-test"),
);
