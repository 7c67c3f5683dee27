/**
 * `expect(picture).toMatchPicture(name)` for Jest. Entry `palmette/jest`:
 *
 * ```js
 * // jest.config.js
 * module.exports = { setupFilesAfterEnv: ["palmette/jest"] };
 * ```
 *
 * CommonJS, since that is what Jest loads by itself. Pictures are checked in a worker thread, which is outside of Jest's module system and
 * runs the same ES modules as every other runner.
 */
import { basename, join } from "node:path";
import { Worker } from "node:worker_threads";
import type { Outcome, Update } from "./pictures/check.js";
import type { JestQuestion } from "./pictures/jest-worker.js";
import { type PictureOptions, readOptions } from "./pictures/options.cjs";
import { loadPicture, type PictureSource } from "./pictures/source.cjs";

export type { PictureOptions, PictureSource };

/** What is used of the state of a matcher. */
interface State {
  isNot?: boolean;
  testPath?: string;
  currentTestName?: string;
  snapshotState?: { _updateSnapshot?: Update };
}

/** What the worker answers: the outcome, or why there is none. */
type Reply = { id: number; outcome: Outcome } | { id: number; error: string };

/** One for each test file, since Jest loads this module anew for each: what a name stands for is remembered there. */
let worker: Worker | undefined;
const waiting = new Map<number, (reply: Reply) => void>();
let asked = 0;

/**
 * Passes if the picture is its golden, `__pictures__/<name>.png` beside the test: same size, and in no pixel a larger difference than the
 * tolerance. `jest -u` writes goldens. Added to the global `expect`; add it by hand to that of `@jest/globals` where there is no other.
 */
export async function toMatchPicture(
  this: unknown,
  picture: unknown,
  name: string,
  options?: PictureOptions,
): Promise<{ pass: boolean; message(): string }> {
  const { isNot = false, testPath, currentTestName = "", snapshotState } = this as State;
  const { tolerance } = readOptions(options);
  const update = snapshotState?._updateSnapshot;
  if (testPath === undefined || update === undefined)
    throw new Error("palmette: toMatchPicture needs a test that runs; outside of one there is no place for goldens");
  const loaded = await loadPicture(picture);
  const test = `${basename(testPath)} > ${currentTestName}`;
  const reply = await ask({ testFile: testPath, name, test, tolerance, update, isNot, picture: loaded });
  // What fails whether it is negated or not.
  if ("error" in reply) return { pass: isNot, message: () => reply.error };
  const { pass, message, written } = reply.outcome;
  if (written !== undefined) console.info(message);
  return { pass, message: () => message };
}

function ask(question: JestQuestion): Promise<Reply> {
  worker ??= startWorker();
  const id = ++asked;
  return new Promise((resolve) => {
    waiting.set(id, resolve);
    // Only while something is asked does it keep the process alive.
    worker?.ref();
    worker?.postMessage({ id, question });
  });
}

function startWorker(): Worker {
  // Jest has an environment of its own, in which a test may have named the program.
  const started = new Worker(join(__dirname, "pictures", "jest-worker.js"), { env: { ...process.env } });
  started.unref();
  started.on("message", (reply: Reply) => {
    waiting.get(reply.id)?.(reply);
    waiting.delete(reply.id);
    if (waiting.size === 0) started.unref();
  });
  started.on("error", ({ message: error }) => {
    worker = undefined;
    for (const [id, resolve] of waiting) resolve({ id, error: `palmette: ${error}` });
    waiting.clear();
  });
  return started;
}

const { expect } = globalThis as { expect?: { extend?(matchers: object): void } };
expect?.extend?.({ toMatchPicture });
