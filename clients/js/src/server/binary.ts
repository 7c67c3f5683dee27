/**
 * Finds the program `palmette`, which is the server and the command.
 */
import { accessSync, closeSync, constants, existsSync, openSync, readSync, realpathSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { PLATFORMS, packagedProgram, programName, whyNotPackaged } from "./platforms.js";

/** File name of this package's own command, by which its copies and links are told from the program. */
const LAUNCHER = "palmette.js";

/**
 * Finds the program: `given`, else `PALMETTE_BINARY`, else that of the package for this platform, else the first on `PATH`.
 *
 * @throws if the one that is named cannot be run, or if none is named and none found.
 */
export function findBinary(given?: string): string {
  const { PALMETTE_BINARY } = process.env;
  const named = given ?? (PALMETTE_BINARY || undefined);
  if (named !== undefined) {
    if (isProgram(named)) return named;
    throw new Error(`palmette: ${named} is not a program${given === undefined ? " (PALMETTE_BINARY)" : ""}`);
  }
  const found = packaged() ?? onPath();
  if (found !== undefined) return found;
  throw new Error(
    `palmette: there is no program to run. ${whyNotPackaged()}. There is none on PATH either; ` +
      "`cargo install --path crates/cli` in a checkout of Palmette builds one, and PALMETTE_BINARY may name one",
  );
}

/** The program of the package for this platform, unless it could not start. */
function packaged(): string | undefined {
  const name = `${process.platform}-${process.arch}`;
  const loader = PLATFORMS[name]?.loader;
  return loader === undefined || existsSync(loader) ? packagedProgram(name) : undefined;
}

/** The first on `PATH` that is not this package's own command, which package managers put there under the same name. */
function onPath(): string | undefined {
  const { PATH = "" } = process.env;
  return PATH.split(delimiter)
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, programName()))
    .find((file) => isProgram(file) && !isLauncher(file));
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** Whether `file` is this package's command: a link to it, as npm makes, or a script that runs it, as pnpm and Yarn do. */
function isLauncher(file: string): boolean {
  if (realpathSync(file).endsWith(LAUNCHER)) return true;
  const start = Buffer.alloc(65_536);
  const handle = openSync(file, "r");
  try {
    const text = start.toString("latin1", 0, readSync(handle, start));
    return text.startsWith("#!") && text.includes(LAUNCHER);
  } finally {
    closeSync(handle);
  }
}
