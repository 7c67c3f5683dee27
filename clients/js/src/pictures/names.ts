/**
 * Where goldens lie: `__pictures__/<name>.png` beside the test, under names that are safe on every file system.
 */
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";

/** The folder of goldens, beside the test. */
export const FOLDER = "__pictures__";

/** What Windows keeps for itself, whatever the extension. */
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)$/i;

/** Longer names are cut, since file systems take 255 bytes. */
const MAX_CHARACTERS = 80;

/**
 * A name as a file name, without an extension: letters, digits, `_` and `-` stay, anything else becomes `-`.
 *
 * @throws if nothing is left
 */
export function safeName(name: string): string {
  if (typeof name !== "string") throw new TypeError(`palmette: the name of a picture is a string, not ${typeof name}`);
  const safe = name
    .normalize("NFC")
    .replace(/[^\p{L}\p{N}_-]+/gu, "-")
    .replace(/^-+|-+$/g, "");
  if (safe === "")
    throw new TypeError(`palmette: ${JSON.stringify(name)} is no name for a file; it needs a letter or a digit`);
  const characters = [...safe];
  if (characters.length > MAX_CHARACTERS) {
    const digest = createHash("sha256").update(name).digest("hex").slice(0, 8);
    return `${characters.slice(0, MAX_CHARACTERS).join("")}-${digest}`;
  }
  return RESERVED.test(safe) ? `${safe}-` : safe;
}

/** Paths of everything that belongs to a golden, without an extension. */
export function goldenStem(folder: string, name: string): string {
  return join(folder, safeName(name));
}

/** The folder of goldens of a test file. */
export function folderBeside(testFile: string): string {
  return join(dirname(testFile), FOLDER);
}
