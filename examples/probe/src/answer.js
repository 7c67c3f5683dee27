// Sends one probe, and writes down what came: a file with the picture, and one of JSON with everything else.

import { source } from "./sources.js";

/** Codes with which the service says that another time may do. */
const BUSY = [9522, 9527, 9529];

/** How often a probe is sent again then. */
const RETRIES = 3;

/** The ends of file names. @type {Record<string, string>} */
const EXTENSIONS = {
  "image/png": "png",
  "image/jpeg": "jpg",
  "image/webp": "webp",
  "image/avif": "avif",
  "image/gif": "gif",
};

/**
 * @typedef {object} Probe As the list has it; what is absent is not said.
 * @property {string} id
 * @property {string} source
 * @property {string} [call] `info` in place of a picture.
 * @property {{text: string, options: object}} [text] In place of the source.
 * @property {string} [url] The same as options of an image URL, which asks the zone in place of the binding.
 * @property {object[]} [transforms]
 * @property {{source: string, options: object}} [draw]
 * @property {object} [output]
 */

/** @typedef {{ origin: string, zone: string | undefined }} Place Where this Worker is, and whose image URLs may be asked. */

/**
 * @typedef {object} Answer
 * @property {string} [type]
 * @property {Uint8Array} [picture]
 * @property {unknown} [info]
 * @property {number} [code]
 * @property {string} [message]
 * @property {number} [status] Of the answer to a URL.
 * @property {Record<string, string>} [headers] Of the answer to a URL.
 * @property {string} [skipped] Why it was not asked.
 */

/**
 * @param {ImagesBinding} images
 * @param {Probe} probe
 * @param {Place} place
 * @returns {Promise<import("./tar.js").File[]>}
 */
export async function answer(images, probe, place) {
  const { picture, ...answer } = await ask(images, probe, place);
  const told = (/** @type {object} */ answer) => ({
    name: `results/${probe.id}.json`,
    content: JSON.stringify(answer),
  });
  if (picture === undefined) return [told(answer)];
  const file = `${probe.id}.${EXTENSIONS[answer.type ?? ""] ?? "bin"}`;
  return [told({ ...answer, file }), { name: `results/${file}`, content: picture }];
}

/**
 * @param {ImagesBinding} images
 * @param {Probe} probe
 * @param {Place} place
 * @returns {Promise<Answer>}
 */
async function ask(images, probe, place) {
  for (let tries = 0; ; tries += 1) {
    const answer = await (probe.url === undefined ? call(images, probe, place) : get(probe, probe.url, place)).catch(
      ({ code, message }) => ({ code, message: String(message) }),
    );
    if (!BUSY.includes(answer.code ?? 0) || tries === RETRIES) return answer;
    await new Promise((resolve) => setTimeout(resolve, 1000 * 2 ** tries));
  }
}

/**
 * @param {ImagesBinding} images
 * @param {Probe} probe
 * @param {Place} place
 * @returns {Promise<Answer>}
 */
async function call(images, { source, call, text, transforms = [], draw, output }, { origin }) {
  if (call === "info") return { info: await images.info(stream(source)) };
  const font = { url: `${origin}/font.ttf` };
  let picture = text ? images.text(text.text, { ...text.options, font }) : images.input(stream(source));
  for (const options of transforms) picture = picture.transform(/** @type {ImageTransform} */ (options));
  if (draw) picture = picture.draw(stream(draw.source), /** @type {ImageDrawOptions} */ (draw.options));
  const result = await picture.output(/** @type {ImageOutputOptions} */ (output));
  const bytes = new Uint8Array(await new Response(result.image()).arrayBuffer());
  return { type: result.contentType(), picture: bytes };
}

/**
 * @param {Probe} probe
 * @param {string} options
 * @param {Place} place
 * @returns {Promise<Answer>}
 */
async function get(probe, options, { origin, zone }) {
  if (zone === undefined) return { skipped: "asks an image URL, and the Worker has no ZONE" };
  const response = await fetch(`${zone}/cdn-cgi/image/${options}/${origin}/sources/${probe.source}`);
  const seen = ["cf-resized", "warning", "content-type"].flatMap((name) => {
    const value = response.headers.get(name);
    return value === null ? [] : [[name, value]];
  });
  const headers = Object.fromEntries(seen);
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (response.ok) {
    return { type: headers["content-type"], picture: bytes, status: response.status, headers };
  }
  const code = /err=(\d+)/.exec(headers["cf-resized"] ?? "")?.[1];
  const message = new TextDecoder().decode(bytes.slice(0, 1000));
  return { code: code === undefined ? undefined : Number(code), message, status: response.status, headers };
}

/** @param {string} name */
function stream(name) {
  return /** @type {ReadableStream<Uint8Array>} */ (new Response(source(name)).body);
}
