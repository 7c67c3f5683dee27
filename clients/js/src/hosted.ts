/**
 * The hosted pictures of the binding (`env.IMAGES.hosted`), in requests to a server: those of Cloudflare's REST API for Images, so that its
 * other clients can use the server, too. A server that keeps no pictures has no such paths, and each method says so.
 *
 * Both `createImages` and the Worker behind the real binding (`miniflare/adapter.ts`) use it.
 */
import { Base64Decoder } from "./base64.js";
import { Code, clientError, type ImagesError } from "./error.js";
import type {
  DirectUploadOptions,
  HostedImage,
  HostedImageMetadata,
  HostedImages,
  ImageListFilter,
  ImageListOptions,
  UploadOptions,
} from "./types.js";

/** Sends a request to a path of a server. */
export type Ask = (method: string, path: string, body?: FormData | string) => Promise<Response>;

/** Where the pictures of the one account of a server are. */
const PATH = "/accounts/palmette/images";

/** Seconds that a direct upload is open, if nobody says another time. */
const DEFAULT_EXPIRY_S = 1800;

/** What every answer is wrapped in. */
interface Envelope {
  success: boolean;
  result: unknown;
  errors: { code: number; message: string }[];
}

/** Makes the methods. */
export function makeHosted(ask: Ask): HostedImages {
  const api = new Api(ask);
  return {
    image: (id) => handle(api, id),
    upload: (image, options = {}) => upload(api, image, options),
    list: (options = {}) => list(api, options),
    createDirectUpload: (options = {}) => createDirectUpload(api, options),
  };
}

/** The methods of one picture. */
function handle(api: Api, id: string): HostedImage {
  const path = `/v1/${encodeURIComponent(id)}`;
  return {
    details: () => api.find<HostedImageMetadata>("GET", path),
    bytes: () => api.bytes(`${path}/blob`),
    // The server knows the keys, and under which URL it delivers.
    async signedUrl({ variant, expiresIn, keyName }) {
      const body = JSON.stringify({ variant, expiresIn, keyName });
      return (await api.call<{ url: string }>("POST", `${path}/signed_url`, body)).url;
    },
    update: ({ metadata, requireSignedURLs, creator }) =>
      api.call<HostedImageMetadata>("PATCH", path, JSON.stringify({ metadata, requireSignedURLs, creator })),
    delete: async () => (await api.find("DELETE", path)) !== null,
  };
}

async function upload(
  api: Api,
  image: ReadableStream<Uint8Array> | ArrayBuffer,
  options: UploadOptions,
): Promise<HostedImageMetadata> {
  const { encoding, filename = "image" } = options;
  if (encoding !== undefined && encoding !== "base64") {
    throw new TypeError(`the encoding of upload() must be "base64", not ${JSON.stringify(encoding)}`);
  }
  let bytes = new Uint8Array(await new Response(image).arrayBuffer());
  if (encoding === "base64") {
    const decoder = new Base64Decoder();
    bytes = new Uint8Array(decoder.decode(bytes));
    decoder.finish();
  }
  const form = formOf(options);
  form.append("file", new Blob([bytes]), filename);
  return await api.call("POST", "/v1", form);
}

async function list(
  api: Api,
  { limit, cursor, sortOrder, creator, filter }: ImageListOptions,
): Promise<{ images: HostedImageMetadata[]; cursor?: string; listComplete: boolean }> {
  const query = new URLSearchParams();
  const given = { per_page: limit, continuation_token: cursor, sort_order: sortOrder, creator };
  for (const [name, value] of Object.entries(given)) if (value !== undefined) query.append(name, String(value));
  for (const [name, value] of conditions(filter?.metadata ?? {})) query.append(name, value);
  const found = await api.call<{ images: HostedImageMetadata[]; continuation_token?: string | null }>(
    "GET",
    query.size > 0 ? `/v2?${query}` : "/v2",
  );
  const { images, continuation_token: next } = found;
  return next ? { images, cursor: next, listComplete: false } : { images, listComplete: true };
}

/** Writes conditions on metadata as they stand in a query: `meta.FIELD[OPERATOR:TYPE]=VALUE`. */
function* conditions(fields: NonNullable<ImageListFilter["metadata"]>): Generator<[name: string, value: string]> {
  for (const [field, condition] of Object.entries(fields)) {
    const operators = typeof condition === "object" && condition !== null ? condition : { eq: condition };
    for (const [operator, value] of Object.entries(operators)) {
      if (value === undefined) continue;
      const values = Array.isArray(value) ? value : [value];
      const [type = "string", ...others] = new Set(values.map((each) => typeof each));
      if (others.length > 0) throw new TypeError(`filter.metadata.${field}.${operator} must hold values of one type`);
      yield [`meta.${field}[${operator}:${type}]`, values.join("|")];
    }
  }
}

async function createDirectUpload(api: Api, options: DirectUploadOptions): Promise<{ id: string; uploadURL: string }> {
  const form = formOf(options);
  const { expiresIn = DEFAULT_EXPIRY_S } = options;
  form.append("expiry", new Date(Date.now() + expiresIn * 1000).toISOString());
  const { id, uploadURL } = await api.call<{ id: string; uploadURL: string }>("POST", "/v2/direct_upload", form);
  return { id, uploadURL };
}

/** Writes what is said of a picture that is to come. */
function formOf({ id, metadata, requireSignedURLs, creator }: UploadOptions | DirectUploadOptions): FormData {
  const form = new FormData();
  if (id !== undefined) form.append("id", id);
  if (metadata !== undefined) form.append("metadata", JSON.stringify(metadata));
  if (requireSignedURLs !== undefined) form.append("requireSignedURLs", String(requireSignedURLs));
  if (creator !== undefined) form.append("creator", creator);
  return form;
}

/** Sends requests and takes answers out of their envelopes. */
class Api {
  readonly #ask: Ask;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  /** Returns the result of a call. */
  async call<T>(method: string, path: string, body?: FormData | string): Promise<T> {
    const envelope = await read(await this.#ask(method, PATH + path, body));
    if (!envelope.success) throw refusal(envelope);
    return envelope.result as T;
  }

  /** Returns the result of a call about a picture that need not be there; null if it is not. */
  async find<T>(method: string, path: string, body?: string): Promise<T | null> {
    const answer = await this.#ask(method, PATH + path, body);
    const envelope = await read(answer);
    if (envelope.success) return envelope.result as T;
    if (answer.status === 404) return null;
    throw refusal(envelope);
  }

  /** Returns the bytes of a picture; null if there is none. */
  async bytes(path: string): Promise<ReadableStream<Uint8Array> | null> {
    const answer = await this.#ask("GET", PATH + path);
    if (answer.ok) return answer.body;
    const envelope = await read(answer);
    if (answer.status === 404) return null;
    throw refusal(envelope);
  }
}

/** Reads an answer, which may be that of a server without pictures. */
async function read(answer: Response): Promise<Envelope> {
  const text = await answer.text();
  let envelope: unknown;
  try {
    envelope = JSON.parse(text);
  } catch {
    // Not of this API; see below.
  }
  if (typeof envelope === "object" && envelope !== null && "success" in envelope) return envelope as Envelope;
  if (answer.status === 404) throw failure(Code.Invalid, "this palmette keeps no pictures, so hosted is not available");
  throw failure(Code.Unexpected, `unexpected answer ${answer.status}: ${text.slice(0, 200)}`.trim());
}

function refusal({ errors }: Envelope): ImagesError {
  const { code = Code.Unexpected, message = "refused without a reason" } = errors?.[0] ?? {};
  return failure(code, message);
}

function failure(code: number, text: string): ImagesError {
  return clientError("HOSTED", code, text);
}
