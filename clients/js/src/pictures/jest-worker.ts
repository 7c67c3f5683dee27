/**
 * Checks pictures for a test file of Jest, in a thread of its own.
 */
import { parentPort } from "node:worker_threads";
import { type Check, checkPicture, type Run } from "./check.js";
import { folderBeside } from "./names.js";
import type { LoadedPicture } from "./source.cjs";

/** What a matcher says of a picture. */
export interface JestQuestion extends Pick<Check, "name" | "test" | "tolerance" | "update" | "isNot"> {
  testFile: string;
  picture: LoadedPicture;
}

const run: Run = new Map();

parentPort?.on("message", async ({ id, question }: { id: number; question: JestQuestion }) => {
  const { testFile, picture, ...rest } = question;
  try {
    const check = { ...rest, folder: folderBeside(testFile), command: "`jest -u`" };
    parentPort?.postMessage({ id, outcome: await checkPicture(run, check, picture) });
  } catch (error) {
    parentPort?.postMessage({ id, error: error instanceof Error ? error.message : String(error) });
  }
});
