// @ts-check
/** What went wrong, for people: the codes of the Images binding, and the two refusals that are this Worker's own. */

/**
 * @typedef {object} Refusal
 * @property {number} status The status of the answer.
 * @property {string} title What happened, in a few words.
 * @property {string} reason Why, in the binding's own words if it said something.
 * @property {number} [code] The binding's code.
 */

/** @type {Refusal} */
export const NO_PICTURE = {
  status: 400,
  title: "No picture was sent",
  reason: "The form has one field, image, and it takes one file.",
};

/** @type {Refusal} */
export const NOT_FOUND = {
  status: 404,
  title: "There is no such picture",
  reason: "It was never here, or somebody deleted it.",
};

/** @type {Record<number, { status: number, title: string }>} */
const BY_CODE = {
  9402: { status: 413, title: "That file is too large" },
  9412: { status: 415, title: "That file is not a picture" },
  9413: { status: 413, title: "That picture is too large" },
  9516: { status: 422, title: "That picture is damaged" },
  9520: { status: 415, title: "That kind of picture is not supported" },
  9522: { status: 503, title: "There is too much to do right now" },
  9529: { status: 504, title: "That picture took too long" },
};

/**
 * Says what an error means to the person who sent the picture. Whatever is not about their picture is 502: the watermark could
 * not be had, or the server behind the binding is not there.
 *
 * @param {unknown} error What was thrown while the watermark was drawn.
 * @returns {Refusal}
 */
export function explain(error) {
  const code = error instanceof Error && "code" in error && typeof error.code === "number" ? error.code : undefined;
  const said = error instanceof Error ? error.message : String(error);
  // The binding writes "IMAGES_TRANSFORM_ERROR 9412: why"; the code is shown apart.
  const reason = said.replace(/^IMAGES_[A-Z]+_ERROR \d+: /, "");
  const known = code === undefined ? undefined : BY_CODE[code];
  return { status: 502, title: "The watermark could not be drawn", ...known, reason, code };
}
