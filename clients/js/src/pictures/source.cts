/**
 * A picture as tests have it, in whatever form, becomes bytes. Nothing of Node is used here: this runs in workerd too.
 */

/** What `output()` of an Images binding resolves to. */
export interface TransformationResult {
  response(): Response;
}

/** A picture: its bytes in any form, or the path or `file:` URL of a file. A promise of one is awaited. */
export type PictureSource =
  | ArrayBuffer
  | ArrayBufferView
  | Blob
  | Response
  | ReadableStream<Uint8Array>
  | TransformationResult
  | string
  | URL;

/** Bytes, or the path of a file. */
export type LoadedPicture = { bytes: Uint8Array<ArrayBuffer> } | { path: string };

const EXPECTED =
  "palmette: a picture is bytes, a Blob, a Response, a ReadableStream, the result of output(), or the path or file: URL of a file";

/**
 * Reads a picture, as far as this process can: a path is left for others.
 *
 * @throws if it is nothing of the kind, or a response that failed
 */
export async function loadPicture(picture: unknown): Promise<LoadedPicture> {
  const source = await picture;
  // By what they can do and not by `instanceof`: test runners have globals of their own.
  if (typeof source === "string") return { path: source };
  if (typeof source !== "object" || source === null) throw new TypeError(`${EXPECTED}, not ${describe(source)}`);
  if (ArrayBuffer.isView(source)) {
    return { bytes: new Uint8Array(source.buffer, source.byteOffset, source.byteLength).slice() };
  }
  const tag = Object.prototype.toString.call(source);
  if (tag === "[object ArrayBuffer]" || tag === "[object SharedArrayBuffer]")
    return { bytes: new Uint8Array(source as ArrayBuffer).slice() };
  if (isUrl(source)) return { path: pathOf(source) };
  if (has(source, "getReader")) return { bytes: await readAll(source as ReadableStream<Uint8Array>) };
  if (has(source, "response")) return { bytes: await readResponse((source as TransformationResult).response()) };
  if (has(source, "arrayBuffer")) return { bytes: await readBody(source as Blob | Response) };
  throw new TypeError(`${EXPECTED}, not ${describe(source)}`);
}

function readBody(source: Blob | Response): Promise<Uint8Array<ArrayBuffer>> {
  return "status" in source ? readResponse(source) : source.arrayBuffer().then((buffer) => new Uint8Array(buffer));
}

async function readResponse(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  if (!response.ok) {
    const text = (await response.text()).slice(0, 300);
    throw new Error(`palmette: no picture came, but a response with status ${response.status}: ${text}`);
  }
  if (response.bodyUsed) throw new TypeError("palmette: the body of the response was read before");
  return new Uint8Array(await response.arrayBuffer());
}

/** All bytes of a stream. */
async function readAll(stream: ReadableStream<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function pathOf({ href, protocol }: URL): string {
  if (protocol === "file:") return href;
  throw new TypeError(`palmette: ${href} is not a file: URL; fetch it, and give the Response`);
}

function isUrl(source: object): source is URL {
  return Object.prototype.toString.call(source) === "[object URL]";
}

function has(source: object, method: string): boolean {
  return typeof (source as Record<string, unknown>)[method] === "function";
}

function describe(value: unknown): string {
  return value === null
    ? "null"
    : typeof value === "object"
      ? `a ${value.constructor?.name ?? "null object"}`
      : typeof value;
}
