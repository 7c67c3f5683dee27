/**
 * Finds the program `palmette`, the server, which is not part of the npm package.
 */
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join, sep } from "node:path";

/**
 * Finds the server's program: `given`, else `PALMETTE_BINARY`, else the first on `PATH`.
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
  const name = process.platform === "win32" ? "palmette.exe" : "palmette";
  const found = searchPath()
    .map((folder) => join(folder, name))
    .find(isProgram);
  if (found !== undefined) return found;
  throw new Error(
    `palmette: no server runs and there is no ${name} on PATH to start one; build it with ` +
      "`cargo install --path crates/cli` in a checkout of Palmette, or name it in PALMETTE_BINARY",
  );
}

/** Folders of `PATH`, without those where package managers put the `palmette` of this very package. */
function searchPath(): string[] {
  const ours = join("node_modules", ".bin");
  const { PATH = "" } = process.env;
  return PATH.split(delimiter).filter((folder) => folder !== "" && !withoutSlash(folder).endsWith(ours));
}

function withoutSlash(folder: string): string {
  return folder.endsWith(sep) ? folder.slice(0, -1) : folder;
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
