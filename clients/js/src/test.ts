/**
 * Golden pictures for `node:test`, and for any other runner in Node. Entry `palmette/test`:
 *
 * ```js
 * await assertMatchesPicture(await result.response(), "thumbnail");
 * ```
 *
 * As for `t.assert.snapshot`, goldens are written with `node --test --test-update-snapshots`; nothing is ever written without.
 */
import { AssertionError } from "node:assert";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { checkPicture, type Run } from "./pictures/check.js";
import { folderBeside } from "./pictures/names.js";
import { type PictureOptions, readOptions } from "./pictures/options.cjs";
import { loadPicture, type PictureSource } from "./pictures/source.cjs";

export type { PictureOptions, PictureSource };

/** Options of {@link assertMatchesPicture}. */
export interface AssertPictureOptions extends PictureOptions {
  /** The folder of goldens. Default: `__pictures__` beside the file that calls. */
  folder?: string | URL | undefined;
}

/** The flag of Node, and what stands for it where Node has none, before 22.3. */
const [FLAG, VARIABLE] = ["--test-update-snapshots", "PALMETTE_UPDATE_PICTURES"];

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
const COMMAND = major > 22 || (major === 22 && minor >= 3) ? `node --test ${FLAG}` : `${VARIABLE}=1 node --test`;

/** One process runs one test file; where it runs more, their goldens lie in different folders or must have different names. */
const run: Run = new Map();

/**
 * Fails unless the picture is its golden, `<folder>/<name>.png`: same size, and in no pixel a larger difference than the tolerance.
 *
 * @throws `AssertionError` if it differs; other errors if the picture cannot be read, if there is no golden, or if the name stands for
 * two pictures
 */
export async function assertMatchesPicture(
  picture: PictureSource | Promise<PictureSource>,
  name: string,
  { folder, ...options }: AssertPictureOptions = {},
): Promise<void> {
  const caller = callerFile();
  const { tolerance } = readOptions(options);
  const update = process.execArgv.includes(FLAG) || process.env[VARIABLE] === "1" ? "all" : "none";
  const check = {
    folder: folder === undefined ? folderBeside(caller) : folder instanceof URL ? fileURLToPath(folder) : folder,
    name,
    test: basename(caller),
    tolerance,
    update,
    isNot: false,
    command: `\`${COMMAND}\``,
  } as const;
  const { pass, message, written } = await checkPicture(run, check, await loadPicture(picture));
  if (written !== undefined) console.info(message);
  if (!pass)
    throw new AssertionError({ message, operator: "assertMatchesPicture", stackStartFn: assertMatchesPicture });
}

/** The file that calls {@link assertMatchesPicture}. */
function callerFile(): string {
  const { prepareStackTrace } = Error;
  try {
    Error.prepareStackTrace = (_, sites) => sites.map((site) => site.getFileName());
    const holder: { stack?: unknown } = {};
    Error.captureStackTrace(holder, assertMatchesPicture);
    const file = (holder.stack as (string | null | undefined)[]).find((file) => file && !file.startsWith("node:"));
    if (file) return file.startsWith("file:") ? fileURLToPath(file) : file;
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
  }
  throw new Error("palmette: no file calls assertMatchesPicture; say with the option folder where goldens are");
}
