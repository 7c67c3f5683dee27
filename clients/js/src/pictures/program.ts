/**
 * Pixels are compared and goldens written by the program `palmette`, which reads pictures as the server does.
 */
import { execFile } from "node:child_process";
import { findBinary } from "../server/binary.js";

/** What `palmette compare --json` says, as far as it is needed here. */
export interface Comparison {
  equal: boolean;
  expected: { frames: number };
  actual: { frames: number; format: string };
  /** What was found, in words. */
  lines: string[];
}

/** A picture that cannot be read: the message of the program. */
export class UnreadablePicture extends Error {
  override name = "UnreadablePicture";
}

/**
 * Compares two files; writes a strip of expected, differences and actual to `diff` if they differ.
 *
 * @throws {@link UnreadablePicture}
 */
export async function compareFiles(
  expected: string,
  actual: string,
  { tolerance, diff }: { tolerance: number; diff?: string | undefined },
): Promise<Comparison> {
  const strip = diff === undefined ? [] : ["--diff", diff];
  const args = ["compare", "--json", "--tolerance", String(tolerance), ...strip, "--", expected, actual];
  return JSON.parse(await run(args, [0, 1]));
}

/**
 * Writes the picture of a file, of an animation the first frame, as a PNG.
 *
 * @throws {@link UnreadablePicture}
 */
export async function writePng(from: string, to: string): Promise<void> {
  await run(["transform", "--format", "png", "--output", to, "--", from], [0]);
}

/** Runs the program, and returns what it prints if it ends with one of these statuses. */
function run(args: string[], statuses: number[]): Promise<string> {
  const binary = findBinary();
  return new Promise((resolve, reject) => {
    execFile(binary, args, { maxBuffer: 16 * 1024 * 1024, windowsHide: true }, (error, stdout, stderr) => {
      const status = error === null ? 0 : error.code;
      if (typeof status === "number" && statuses.includes(status)) resolve(stdout);
      else if (typeof status === "number") reject(new UnreadablePicture(stderr.trim().replace(/^palmette: /, "")));
      else reject(new Error(`palmette: ${binary} could not be run: ${error?.message}`, { cause: error }));
    });
  });
}
