// @ts-check
/** Calls the bucket on disk in workerd, as the app does: each test of this module is run by `workerd test`. */
import assert from "node:assert/strict";
import { calls } from "./bucket-calls.js";

/** @typedef {{ BUCKET: R2Bucket }} Env */

export const same = {
  /**
   * @param {unknown} _controller
   * @param {Env} env
   */
  async test(_controller, env) {
    for (const [name, call] of Object.entries(calls)) {
      try {
        await call(env.BUCKET);
      } catch (error) {
        throw new Error(`${name}: ${error instanceof Error ? error.stack : error}`);
      }
    }
  },
};

export const refused = {
  /**
   * @param {unknown} _controller
   * @param {Env} env
   */
  async test(_controller, { BUCKET }) {
    const message = (/** @type {string} */ text) => ({ name: "TypeError", message: text });
    await assert.rejects(
      async () => BUCKET.put("a", "a", { customMetadata: {} }),
      message("put: the option customMetadata is not supported here"),
    );
    await assert.rejects(
      async () => BUCKET.put("a", "a", { onlyIf: { etagDoesNotMatch: "1" } }),
      message("onlyIf.etagDoesNotMatch is 1, not *"),
    );
    await assert.rejects(
      async () => BUCKET.put("a", "a", { onlyIf: { etagMatches: "*" } }),
      message("onlyIf: the option etagMatches is not supported here"),
    );
    await assert.rejects(
      async () => BUCKET.list({ delimiter: "/" }),
      message("list: the option delimiter is not supported here"),
    );
    await assert.rejects(
      async () => BUCKET.get("a", { range: { offset: 1 } }),
      message("get: the option range is not supported here"),
    );
  },
};
