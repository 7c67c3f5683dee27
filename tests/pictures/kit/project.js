// @ts-check
/**
 * A project in a folder of its own, and what is run in it.
 */
import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import { PALMETTE } from "./shapes.js";

const [PROJECTS, MODULES] = ["../projects", "../../../node_modules"].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);

/**
 * Copies a project of `projects/` into a folder that is removed after the tests. Its packages are those of the workspace.
 *
 * @param {string} name
 * @param {string} [modules] the packages of the project
 */
export function project(name, modules = MODULES) {
  const folder = mkdtempSync(join(tmpdir(), "palmette-pictures-"));
  after(() => rmSync(folder, { recursive: true }));
  cpSync(join(PROJECTS, name), folder, { recursive: true });
  cpSync(join(PROJECTS, "cases.js"), join(folder, "cases.js"));
  symlinkSync(modules, join(folder, "node_modules"));
  return folder;
}

/**
 * Runs a package's command in a project, and returns everything that it prints. How it ends is seen by what it says of the tests.
 *
 * @param {string} folder
 * @param {string[]} args of Node
 * @param {{ isCi: boolean }} environment
 * @returns {Promise<string>}
 */
export function node(folder, args, { isCi }) {
  // Nothing of the runner around this one, and of the machine's own CI, but what the round is about.
  const { CI: _, NODE_TEST_CONTEXT: __, FORCE_COLOR: ___, ...rest } = process.env;
  const env = { ...rest, PALMETTE_BINARY: PALMETTE, NO_COLOR: "1", ...(isCi ? { CI: "true" } : {}) };
  const child = spawn(process.execPath, args, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  child.stdout.on("data", (chunk) => (text += chunk));
  child.stderr.on("data", (chunk) => (text += chunk));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", () => resolve(text));
  });
}

/**
 * Reads a report that Vitest and Jest write alike.
 *
 * @param {string} file
 * @param {string} printed what to say if there is none
 * @returns {Map<string, string | undefined>} the message of the failure of each test, by title
 */
export function readReport(file, printed) {
  try {
    const { testResults } = JSON.parse(readFileSync(file, "utf8"));
    rmSync(file);
    /** @type {{ title: string, status: string, failureMessages: string[] }[]} */
    const tests = testResults.flatMap((/** @type {any} */ { assertionResults }) => assertionResults);
    if (tests.length === 0) throw new Error("no test ran");
    return new Map(
      tests.map(({ title, status, failureMessages }) => [
        title,
        status === "passed" ? undefined : failureMessages.join("\n"),
      ]),
    );
  } catch (cause) {
    throw new Error(`no report: ${printed}`, { cause });
  }
}
