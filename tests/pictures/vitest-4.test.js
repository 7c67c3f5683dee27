// @ts-check
/**
 * `toMatchPicture` of Vitest 4, in Node. The package is copied beside it, as npm does: linked, it would find the Vitest of this repository.
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import { project } from "./kit/project.js";
import { rounds } from "./kit/rounds.js";
import { runVitest } from "./kit/vitest.js";

const [PALMETTE, VITEST_4] = ["../../clients/js", "../vitest-4/node_modules"].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);

const folder = mkdtempSync(join(tmpdir(), "palmette-vitest-4-"));
after(() => rmSync(folder, { recursive: true }));
const modules = join(folder, "node_modules");
mkdirSync(modules);
for (const name of readdirSync(VITEST_4)) symlinkSync(join(VITEST_4, name), join(modules, name));
for (const part of ["package.json", "dist"])
  cpSync(join(PALMETTE, part), join(modules, "palmette", part), { recursive: true });

rounds({ name: "vitest 4", hasNot: true, isBrief: true, run: runVitest }, project("vitest", modules));
