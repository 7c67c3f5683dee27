// Runs cases with an Images binding and reports what became of each. Behind every Worker here, and in Node as it is.

/** @typedef {import("./case.js").Case} Case */

/**
 * @typedef {object} Bindings
 * @property {ImagesBinding} images
 * @property {ImagesBinding} tight The same before a server with hardly any room and time.
 * @property {readonly string[]} lacks Features that this way to the server does not have: cases that need one must fail.
 */

/**
 * @typedef {object} Result
 * @property {string} name The name of the case.
 * @property {string | null} failure Why it failed; `null` if it passed, or failed as it must.
 */

/** Cases that run at once: enough to keep a server busy, few enough to leave its queue to those that fill it. */
const AT_ONCE = 4;

/**
 * Runs cases, a few at once; none of them stops another.
 *
 * @param {readonly Case[]} cases
 * @param {Bindings} bindings
 * @returns {Promise<Result[]>} In the order of the cases.
 */
export async function run(cases, { images, tight, lacks }) {
  /** @type {Result[]} */
  const results = [];
  const waiting = cases.entries();
  const worker = async () => {
    for (const [index, { name, needs, run }] of waiting) {
      const failure = await failureOf(() => run(images, { tight }));
      results[index] = { name, failure: needs && lacks.includes(needs) ? mustFail(needs, failure) : failure };
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}

/**
 * @param {() => Promise<void>} body
 * @returns {Promise<string | null>}
 */
async function failureOf(body) {
  try {
    await body();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * @param {string} feature
 * @param {string | null} failure
 */
function mustFail(feature, failure) {
  return failure === null ? `passes, so ${feature} is there: it is no longer lacking` : null;
}
