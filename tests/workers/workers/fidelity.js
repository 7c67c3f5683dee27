// Carries out what `fidelity/` asks of a binding, whichever is bound, and answers with what came of it.

import { collect } from "../kit/bytes.js";

/** @typedef {import("../fidelity/request.js").Sent} Sent */
/** @typedef {import("../fidelity/request.js").Answer} Answer */

/** @param {string} base64 */
const stream = (base64) => /** @type {ReadableStream<Uint8Array>} */ (new Response(bytes(base64)).body);

/** @param {string} base64 */
const bytes = (base64) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

/** @param {Uint8Array} bytes */
const base64 = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));

/**
 * @param {ImagesBinding} images
 * @param {Sent} sent
 * @returns {Promise<Answer>}
 */
async function carryOut(images, { source, call, text, transforms = [], draw, output }) {
  if (call === "info") return { json: await images.info(stream(source)) };
  if (call === "hosted") return { json: await images.hosted.list() };
  let picture = text ? images.text(...text) : images.input(stream(source));
  for (const options of transforms) picture = picture.transform(/** @type {ImageTransform} */ (options));
  if (draw) {
    const overlay = draw.text ? images.text(...draw.text) : images.input(stream(draw.source));
    picture = picture.draw(overlay, /** @type {ImageDrawOptions} */ (draw.options));
  }
  const result = await picture.output(/** @type {ImageOutputOptions} */ (output));
  return { type: result.contentType(), bytes: base64(await collect(result.image())) };
}

export default {
  /**
   * @param {Request} request
   * @param {{IMAGES: ImagesBinding}} env
   */
  async fetch(request, { IMAGES }) {
    const answers = [];
    for (const sent of /** @type {Sent[]} */ (await request.json())) {
      answers.push(await carryOut(IMAGES, sent).catch(({ code, message }) => ({ code, message })));
    }
    return Response.json(answers);
  },
};
