// @ts-check
/** Requests to the server: the form that a project becomes, and what came back. */
import { askToken, withToken } from "./token.js";
import { flatten, listText } from "./tree.js";

/**
 * @typedef {{ format: string, fileSize?: number, width?: number, height?: number }} Info
 * @typedef {{ name: string, ms: number }} Stage
 */

/**
 * @typedef {object} Answer
 * @property {Blob} blob
 * @property {string} format As it was asked for: `image/webp`, `rgba`.
 * @property {string} engine
 * @property {Stage[]} stages The times that the server tells.
 * @property {number} totalMs From the first byte sent to the last byte read, as the page saw it.
 * @property {{ width: number, height: number } | null} size Of bare pixels; everything else says its size itself.
 */

/**
 * @typedef {{ width: number, height: number }} Size
 * @typedef {object} Plan What `explain` says; more than what is shown may be in it.
 * @property {string} profile
 * @property {string} engine
 * @property {string} engine_reason
 * @property {{ cpu_seconds: number, gpu_seconds: number }} [engine_estimate]
 * @property {number} memory_bytes
 * @property {boolean} is_measured
 * @property {number} frame_count
 * @property {(Size & { format: string, file_size: number, frame_count: number, notes?: string[] })[]} sources
 * @property {{ node: number, op: number, kind: string, options: Record<string, any>, input: Size, output: Size,
 *   details: Record<string, any> }[]} steps
 * @property {{ op: number | null, option: string }[]} idle
 * @property {Size & { format: string, quality: number | null, background: string | null, is_animated: boolean }} output
 */

/** How a message begins that names a place. */
const PLACE = /^((?:(?:transform \d+ of|draw \d+ on) )?(?:the canvas|picture \d+)): /;

/** A refusal of the server. */
export class Refusal extends Error {
  /**
   * @param {number} code The number of the error; 0 if the answer had none.
   * @param {number} status The status of HTTP.
   * @param {string} message What was wrong, in the words of the server.
   */
  constructor(code, status, message) {
    super(message);
    this.code = code;
    this.status = status;
  }

  /** The place that the message begins with, `draw 1 on the canvas` say; empty if it names none. */
  get place() {
    return this.message.match(PLACE)?.[1] ?? "";
  }

  /** What is wrong, without the place. */
  get what() {
    return this.message.replace(PLACE, "");
  }

  /** The option or field that the message begins with, `trim.border.keep` if it is nested; maybe a word that is none. */
  get option() {
    return this.what.match(/^(?:unknown option )?["`]?([\w.]+)/)?.[1] ?? "";
  }
}

/** A server that gives no answer. */
export class Unreachable extends Error {
  /** @param {unknown} cause */
  constructor(cause) {
    super("The server cannot be reached.", { cause });
  }
}

/**
 * Lists the fields of the form that are not pictures, in the order in which the client of the binding writes them.
 *
 * @param {import("./tree.js").Project} project
 * @returns {[name: string, text: string][]}
 */
export function textFields(project) {
  const fields = Object.entries(project.output).map(([name, value]) => [name, String(value)]);
  const engine = project.engine === "auto" ? [] : [["engine", project.engine]];
  return /** @type {[string, string][]} */ ([
    ["transforms", listText(flatten(project.canvas).list)],
    ...fields,
    ...engine,
  ]);
}

/**
 * Names the part of the form that a text is.
 *
 * @param {number} index The index of the source.
 */
export function textPart(index) {
  return index === 0 ? "text_input" : "draw_text";
}

/**
 * Asks for the picture that a project describes.
 *
 * @param {import("./tree.js").Project} project
 * @param {(id: string) => import("./pictures.js").Picture} picture
 * @param {AbortSignal} signal
 * @returns {Promise<Answer>}
 * @throws {Refusal} If the server refuses it.
 * @throws {Unreachable} If it does not answer.
 */
export async function askPicture(project, picture, signal) {
  const start = performance.now();
  const response = await send("transform", { method: "POST", body: formOf(project, picture), signal });
  const blob = await response.blob();
  const totalMs = performance.now() - start;
  const [width = 0, height = 0] = ["image-width", "image-height"].map((name) => Number(response.headers.get(name)));
  return {
    blob,
    format: project.output.output_format,
    engine: response.headers.get("palmette-engine") ?? "",
    stages: parseStages(response.headers.get("server-timing") ?? ""),
    totalMs,
    size: width > 0 && height > 0 ? { width, height } : null,
  };
}

/**
 * Asks how the picture of a project is made.
 *
 * @param {import("./tree.js").Project} project
 * @param {(id: string) => import("./pictures.js").Picture} picture
 * @param {AbortSignal} signal
 * @returns {Promise<Plan>}
 * @throws {Refusal} If the server refuses it.
 * @throws {Unreachable} If it does not answer.
 */
export async function askPlan(project, picture, signal) {
  const form = formOf(project, picture);
  form.append("explain", "true");
  const response = await send("transform", { method: "POST", body: form, signal });
  return response.json();
}

/**
 * Asks for a small copy of a picture that every browser can show.
 *
 * @param {Blob} blob
 */
export async function askPreview(blob) {
  const form = new FormData();
  form.append("image", blob, "image");
  form.append("transforms", JSON.stringify([{ imageIndex: 0, width: 128, height: 128, fit: "cover" }]));
  form.append("output_format", "image/png");
  const response = await send("transform", { method: "POST", body: form });
  return response.blob();
}

/**
 * Makes the form of a project.
 *
 * @param {import("./tree.js").Project} project
 * @param {(id: string) => import("./pictures.js").Picture} picture
 */
function formOf(project, picture) {
  const form = new FormData();
  for (const [index, node] of flatten(project.canvas).nodes.entries()) {
    if (node.text) {
      form.append(textPart(index), JSON.stringify(node.text));
      continue;
    }
    const { blob, name } = picture(node.picture);
    form.append(index === 0 ? "image" : "draw_image", blob, name);
  }
  for (const [name, text] of textFields(project)) form.append(name, text);
  return form;
}

/**
 * Asks what a picture is.
 *
 * @param {Blob} blob
 * @returns {Promise<Info>}
 * @throws {Refusal} If it is none.
 */
export async function askInfo(blob) {
  const form = new FormData();
  form.append("image", blob, "image");
  const response = await send("info", { method: "POST", body: form });
  return response.json();
}

/**
 * Asks for the table of options.
 *
 * @returns {Promise<import("./options.js").Table>}
 */
export async function askOptions() {
  const response = await send("options");
  return response.json();
}

/**
 * Sends a request and waits for the head of a good answer. If the server asks for a token, so does the page, and the request is sent
 * again.
 *
 * @param {string} path
 * @param {RequestInit} [init]
 * @returns {Promise<Response>}
 */
async function send(path, init) {
  const sent = withToken(init);
  const response = await fetch(path, sent).catch((error) => {
    throw init?.signal?.aborted ? error : new Unreachable(error);
  });
  if (response.ok) return response;
  if (response.status === 401) {
    await askToken(sent);
    init?.signal?.throwIfAborted();
    return send(path, init);
  }
  const text = await response.text();
  const [, code = "0", message = text] = text.match(/^ERROR (\d+): (.*)$/s) ?? [];
  throw new Refusal(Number(code), response.status, message);
}

/**
 * Reads a `server-timing` header.
 *
 * @param {string} text
 * @returns {Stage[]}
 */
function parseStages(text) {
  return [...text.matchAll(/(\w+);dur=([\d.]+)/g)].map(([, name = "", ms]) => ({ name, ms: Number(ms) }));
}
