/**
 * `expect(picture).toMatchPicture(name)` for Vitest, in Node and in workerd. Entry `palmette/vitest/matchers`, which `palmettePictures()`
 * makes a setup file.
 */
import { expect, inject } from "vitest";
import type { Update } from "../pictures/check.js";
import { type PictureOptions, readOptions } from "../pictures/options.cjs";
import { loadPicture, type PictureSource } from "../pictures/source.cjs";
import { PROVIDED } from "./provided.js";
import type { Question, Reply } from "./service.js";

export type { PictureOptions, PictureSource };

/** The matcher that is added to `expect`. */
export interface PictureMatchers {
  /**
   * Passes if the picture is its golden, `__pictures__/<name>.png` beside the test: same size, and in no pixel a larger difference than
   * the tolerance. `vitest -u` writes goldens.
   */
  toMatchPicture(name: string, options?: PictureOptions): Promise<void>;
}

/** What is used of the state of a matcher. */
interface State {
  isNot: boolean;
  testPath?: string;
  currentTestName?: string;
  snapshotState?: { _updateSnapshot?: Update };
}

// Kept from before a test can replace it.
const { fetch } = globalThis;

async function toMatchPicture(this: State, picture: unknown, name: string, options?: PictureOptions) {
  const { isNot, testPath, currentTestName = "", snapshotState } = this;
  const { tolerance } = readOptions(options);
  const update = snapshotState?._updateSnapshot;
  if (testPath === undefined || update === undefined)
    throw new Error("palmette: toMatchPicture needs a test that runs; outside of one there is no place for goldens");
  const loaded = await loadPicture(picture);
  const [path, body] = "path" in loaded ? [loaded.path, null] : [undefined, loaded.bytes];
  const test = `${testPath.split(/[\\/]/).at(-1)} > ${currentTestName}`;
  const reply = await ask({ testFile: testPath, name, test, tolerance, update, isNot, path }, body);
  // What fails whether it is negated or not.
  if ("error" in reply) return { pass: isNot, message: () => reply.error };
  if (reply.written !== undefined) console.info(reply.message);
  return { pass: reply.pass, message: () => reply.message };
}

async function ask(question: Question, body: BodyInit | null): Promise<Reply> {
  const service = inject(PROVIDED as never) as string | undefined;
  if (service === undefined)
    throw new Error('palmette: add palmettePictures() of "palmette/vitest" to the plugins of the Vitest config');
  const url = `${service}?question=${encodeURIComponent(JSON.stringify(question))}`;
  const response = await fetch(url, { method: "POST", body });
  if (!response.ok)
    throw new Error(`palmette: ${new URL(url).origin}, where pictures are checked, answers ${response.status}`);
  return (await response.json()) as Reply;
}

expect.extend({ toMatchPicture: toMatchPicture as never });
