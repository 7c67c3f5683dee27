// Reports one way to the server: every case by its name, and that no other ran.

import assert from "node:assert/strict";
import { test } from "node:test";
import { cases } from "../cases/index.js";

/** @typedef {import("../kit/run.js").Result} Result */

/** Time for all cases of one way, on a slow machine. */
const TIMEOUT_MS = 120_000;

/**
 * Declares the tests of one way.
 *
 * @param {string} name
 * @param {readonly string[]} lacks Features that this way does not have.
 * @param {(lacks: readonly string[]) => Promise<Result[]>} runCases
 */
export function way(name, lacks, runCases) {
  test(name, { timeout: TIMEOUT_MS }, async (t) => {
    const results = await runCases(lacks);
    for (const { name, needs } of cases) {
      await t.test(needs && lacks.includes(needs) ? `without ${needs}, this fails: ${name}` : name, () => {
        const [result] = results.filter((result) => result.name === name);
        assert(result, "the case did not run");
        assert(result.failure === null, result.failure ?? "");
      });
    }
    await t.test("every case ran once, and no other", () => {
      assert.deepEqual(results.map(({ name }) => name).sort(), cases.map(({ name }) => name).sort());
    });
  });
}
