/**
 * Compares a picture with its golden, and writes goldens where that is asked for. All runners come here in the end.
 *
 * A golden is a PNG, or the file as it came if it moves. What was compared or written in this run is remembered: the same name for
 * another picture is a mistake that an update would hide.
 */
import { copyFile, mkdir, mkdtemp, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { goldenStem } from "./names.js";
import { type Comparison, compareFiles, UnreadablePicture, writePng } from "./program.js";
import type { LoadedPicture } from "./source.cjs";

/** Which goldens are written: all that differ, those that are missing, none. As snapshots of Vitest and Jest have it. */
export type Update = "all" | "new" | "none";

/** What is to be checked. */
export interface Check {
  /** The folder of the goldens. */
  folder: string;
  name: string;
  /** Who asks, for messages: the file and the name of the test. */
  test: string;
  /** The largest difference to allow, in levels of any channel. */
  tolerance: number;
  update: Update;
  /** Whether the picture should differ; then nothing is written. */
  isNot: boolean;
  /** How goldens are updated with this runner. */
  command: string;
}

/** What came of it. */
export interface Outcome {
  /** Whether the picture is its golden, or became it. */
  pass: boolean;
  message: string;
  /** The golden, if it was written. */
  written?: string;
}

/** Goldens that were compared or written in one run, by path, with the test that did. */
export type Run = Map<string, string>;

/** Extensions of goldens, the usual one first. */
const EXTENSIONS = ["png", "webp", "gif"] as const;

/** Extensions of pictures that move. */
const MOVING: Readonly<Record<string, string>> = { "image/webp": "webp", "image/gif": "gif" };

/**
 * Checks a picture.
 *
 * @throws if the picture cannot be read, if its golden is missing and not to be written, or if a name is used for two pictures
 */
export async function checkPicture(run: Run, check: Check, picture: LoadedPicture): Promise<Outcome> {
  checkTolerance(check.tolerance);
  const stem = goldenStem(check.folder, check.name);
  const temporary = await mkdtemp(join(tmpdir(), "palmette-"));
  try {
    const actual = await fileOf(picture, temporary);
    const golden = await findGolden(stem);
    return golden === undefined
      ? await checkMissing(run, check, stem, actual)
      : await checkFound(run, check, stem, golden, actual);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** @throws unless `palmette compare` takes it. */
function checkTolerance(tolerance: unknown): void {
  if (!Number.isInteger(tolerance) || (tolerance as number) < 0 || (tolerance as number) > 255)
    throw new TypeError(`palmette: tolerance is a whole number from 0 to 255, not ${JSON.stringify(tolerance)}`);
}

/** The file of a picture; bytes are written to one. */
async function fileOf(picture: LoadedPicture, temporary: string): Promise<string> {
  if ("path" in picture) return resolve(picture.path.startsWith("file:") ? fileURLToPath(picture.path) : picture.path);
  const file = join(temporary, "actual");
  await writeFile(file, picture.bytes);
  return file;
}

async function findGolden(stem: string): Promise<string | undefined> {
  for (const extension of EXTENSIONS) {
    const file = `${stem}.${extension}`;
    if (await stat(file).catch(() => undefined)) return file;
  }
  return undefined;
}

async function checkMissing(run: Run, check: Check, stem: string, actual: string): Promise<Outcome> {
  if (check.update === "none" || check.isNot)
    throw new Error(
      `palmette: picture ${JSON.stringify(check.name)} has no golden ${shown(`${stem}.png`)}; write it with ${check.command}, look at it, and commit it`,
    );
  return write(run, check, stem, actual);
}

async function checkFound(run: Run, check: Check, stem: string, golden: string, actual: string): Promise<Outcome> {
  const strip = `${stem}.diff.png`;
  const found = await compare(check, golden, actual, check.isNot ? undefined : strip);
  if (found === undefined) return write(run, check, stem, actual, golden);
  const lines = [...found.lines];
  const isSame = found.equal && moves(found.expected) === moves(found.actual);
  if (found.equal && !isSame)
    lines.unshift(
      `it ${moves(found.actual) ? "moves" : "does not move"}, and its golden ${moves(found.expected) ? "does" : "does not"}`,
    );
  if (isSame || check.isNot) await rm(strip, { force: true });
  if (isSame) {
    remember(run, check, stem);
    return {
      pass: true,
      message: `palmette: picture ${JSON.stringify(check.name)} is its golden ${shown(golden)}: ${lines.join("; ")}`,
    };
  }
  if (check.isNot) return { pass: false, message: "" };
  const other = run.get(key(stem));
  if (other !== undefined) {
    await rm(strip, { force: true });
    throw twice(check, stem, other, lines);
  }
  if (check.update === "all") {
    await rm(strip, { force: true });
    return write(run, check, stem, actual, golden);
  }
  const look = found.equal ? [] : [`look at ${shown(strip)}: expected, differences, actual`];
  return {
    pass: false,
    message: message(`picture ${JSON.stringify(check.name)} is not its golden ${shown(golden)}`, [
      ...lines,
      ...look,
      `accept it with ${check.command}`,
    ]),
  };
}

/** Compares; nothing if the golden is to be written anew and cannot be read. */
async function compare(
  check: Check,
  golden: string,
  actual: string,
  diff: string | undefined,
): Promise<Comparison | undefined> {
  try {
    return await compareFiles(golden, actual, { tolerance: check.tolerance, diff });
  } catch (error) {
    // Whether it is the golden that is broken, or the picture as well, shows when it is written.
    if (error instanceof UnreadablePicture && check.update === "all" && !check.isNot) return undefined;
    throw explained(check, error);
  }
}

/** Writes a golden, in place of `old` if there is one, and makes sure that it is what came. */
async function write(run: Run, check: Check, stem: string, actual: string, old?: string): Promise<Outcome> {
  await mkdir(dirname(stem), { recursive: true });
  const folder = await mkdtemp(join(dirname(stem), ".palmette-"));
  try {
    const png = join(folder, "golden.png");
    await writePng(actual, png);
    const written = await compareFiles(png, actual, { tolerance: 0 });
    const extension = moves(written.actual) ? (MOVING[written.actual.format] ?? "png") : "png";
    if (extension !== "png") await copyFile(actual, png);
    else if (!written.equal) throw new Error(`palmette: the golden is not the picture: ${written.lines.join("; ")}`);
    const golden = `${stem}.${extension}`;
    if (old !== undefined && old !== golden) await rm(old, { force: true });
    await rename(png, golden);
    await rm(`${stem}.diff.png`, { force: true });
    remember(run, check, stem);
    return { pass: true, message: `palmette: ${shown(golden)} was written`, written: shown(golden) };
  } catch (error) {
    throw explained(check, error);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function moves({ frames }: { frames: number }): boolean {
  return frames > 1;
}

/** Paths that differ in case alone are one file on many systems. */
function key(stem: string): string {
  return stem.toLowerCase();
}

function remember(run: Run, check: Check, stem: string): void {
  run.set(key(stem), check.test);
}

function twice(check: Check, stem: string, other: string, lines: string[]): Error {
  const who = other === check.test ? "this test" : other;
  return new Error(
    message(
      `the name ${JSON.stringify(check.name)} stands for two pictures: in this run ${who} used ${shown(`${stem}.png`)} for another one`,
      [...lines, "give each picture a name of its own"],
    ),
  );
}

/** Says which picture it is about. */
function explained(check: Check, error: unknown): unknown {
  if (!(error instanceof UnreadablePicture)) return error;
  return new Error(`palmette: picture ${JSON.stringify(check.name)} cannot be compared: ${error.message}`, {
    cause: error,
  });
}

function message(first: string, lines: string[]): string {
  return [`palmette: ${first}`, ...lines.map((line) => `  ${line}`)].join("\n");
}

/** A path as people see it from where they run tests. */
function shown(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith("..") ? path : short;
}
