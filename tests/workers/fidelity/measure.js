// Runs every probe through miniflare's stand-ins and through Palmette, and judges by pixels what became of it.

import * as miniflare4 from "miniflare";
import * as miniflare5 from "miniflare-5";
import { gifDelays, webpDelays } from "../kit/gif.js";
import { Picture } from "../kit/picture.js";
import { png } from "../kit/png.js";
import { ask } from "../node/miniflare.js";
import { version } from "../node/versions.js";
import { manners } from "./manners.js";
import { PROBES } from "./probes.js";
import { encode, optionIn, without } from "./request.js";

/** @typedef {import("./request.js").Request} Request */
/** @typedef {import("./request.js").Answer} Answer */
/** @typedef {import("./looks.js").Result} Result */
/** @typedef {"yes" | "no" | "ignored" | `error${string}`} Verdict `no`: something came, but not what it means. */

/**
 * @typedef {object} Question A probe, or anything else to be found out.
 * @property {string} name An option by its path, or what it is about.
 * @property {unknown} [value] The option's value; absent if it is no option.
 * @property {Request} request
 * @property {Request} [without] The same without what is asked about; absent where that means the same or nothing.
 * @property {import("./looks.js").Looks} [looks]
 * @property {(json: any) => boolean} [says]
 * @property {number} [refused]
 * @property {Verdict} [otherwise] What it is called if the result does not look as it must; `no` if absent.
 */

/** @typedef {{question: Question, verdicts: Verdict[]}} Row The verdicts are in the order of the columns. */

/**
 * Measures everything.
 *
 * @param {string} url A server.
 * @param {string} bare One without models.
 * @returns {Promise<{columns: string[], rows: Row[]}>}
 */
export async function measure(url, bare) {
  const questions = [...PROBES.map(fromProbe), ...(await manners((picture, format) => encodeAs(url, picture, format)))];
  const plugin = { package: "palmette/miniflare", name: "palmette" };
  const standIn = { images: { binding: "IMAGES" } };
  const palmette = (/** @type {string} */ url) => ({
    unsafeBindings: [{ name: "IMAGES", type: "images", plugin, options: { url } }],
  });
  /** @type {[string, any, object][]} */
  const ways = [
    [`miniflare ${version("miniflare")}`, miniflare4, standIn],
    [`miniflare ${version("miniflare-5")}`, miniflare5, standIn],
    ["Palmette", miniflare5, palmette(url)],
    ["Palmette without models", miniflare5, palmette(bare)],
  ];
  const requests = questions.flatMap(({ request, without }) => [request, without ?? request]);
  const init = { method: "POST", body: JSON.stringify(requests.map(encode)) };
  /** @type {Verdict[][]} */
  const byWay = [];
  for (const [, module, bindings] of ways) {
    /** @type {Answer[]} */
    const answers = await ask(module, "workers/fidelity.js", bindings, init);
    /** @type {Decoded[]} */
    const results = [];
    for (const answer of answers) results.push(await decode(url, answer));
    byWay.push(questions.map((question, at) => judge(question, results[at * 2], results[at * 2 + 1])));
  }
  const rows = questions.map((question, at) => ({ question, verdicts: byWay.map((verdicts) => verdicts[at]) }));
  return { columns: ways.map(([name]) => name), rows };
}

/**
 * @param {import("./probes.js").Probe} probe
 * @returns {Question}
 */
function fromProbe({ path, request, looks, bare }) {
  const value = optionIn(request, path);
  const others = bare === "something else" ? without(request, path) : undefined;
  return { name: path, value, request, looks, without: others, otherwise: bare === "the same" ? "ignored" : "no" };
}

/** @typedef {Omit<Answer, "bytes"> & Partial<Result>} Decoded */

/**
 * @param {Question} question
 * @param {Decoded} answer
 * @param {Decoded} bare What came without what the question is about.
 * @returns {Verdict}
 */
function judge({ without, looks, says, refused, otherwise = "no" }, answer, bare) {
  if (answer.message !== undefined)
    return answer.code !== undefined && answer.code === refused ? "yes" : failed(answer);
  if (answer.json !== undefined) return says?.(answer.json) ? "yes" : "no";
  if (without !== undefined && same(answer, bare)) return "ignored";
  return looks?.(/** @type {Result} */ (answer)) ? "yes" : otherwise;
}

/** @param {Decoded} answer @returns {Verdict} */
function failed({ code }) {
  return code === undefined ? "error" : `error ${code}`;
}

/** @param {Decoded} one @param {Decoded} other */
function same(one, other) {
  return (
    one.type === other.type &&
    one.frames === other.frames &&
    one.picture?.width === other.picture?.width &&
    Buffer.compare(one.picture?.data ?? new Uint8Array(), other.picture?.data ?? new Uint8Array()) === 0
  );
}

/**
 * @param {string} url
 * @param {Answer} answer
 * @returns {Promise<Decoded>}
 */
async function decode(url, answer) {
  const { bytes: base64, ...rest } = answer;
  if (answer.type === undefined || base64 === undefined) return rest;
  const bytes = new Uint8Array(Buffer.from(base64, "base64"));
  const picture = answer.type.startsWith("image/") ? await decodePicture(url, bytes) : new Picture(0, 0, bytes);
  return { type: answer.type, bytes, picture, frames: frames(answer.type, bytes) };
}

/** @param {string} type @param {Uint8Array} bytes */
function frames(type, bytes) {
  if (type === "image/gif") return gifDelays(bytes).length;
  return type === "image/webp" ? Math.max(webpDelays(bytes).length, 1) : 1;
}

/** @param {string} url @param {Uint8Array<ArrayBuffer>} bytes */
async function decodePicture(url, bytes) {
  const response = await transform(url, bytes, "rgba");
  const [width, height] = ["image-width", "image-height"].map((name) => Number(response.headers.get(name)));
  return new Picture(width, height, await response.bytes());
}

/** @param {string} url @param {Picture} picture @param {string} format */
async function encodeAs(url, picture, format) {
  return (await transform(url, png(picture), format)).bytes();
}

/** @param {string} url @param {Uint8Array<ArrayBuffer>} source @param {string} format */
async function transform(url, source, format) {
  const form = new FormData();
  form.set("image", new Blob([source]));
  form.set("transforms", "[]");
  form.set("output_format", format);
  const response = await fetch(`${url}/transform`, { method: "POST", body: form });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return response;
}
