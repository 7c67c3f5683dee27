// Made of clients/js/src/miniflare/adapter.ts by `npm run generate -w palmette`; do not edit.

// src/miniflare/adapter.ts
import { RpcTarget, WorkerEntrypoint } from "cloudflare:workers";

// src/base64.ts
var ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
var PADDING = 61;
var ENCODED = new TextEncoder().encode(ALPHABET);
var SPACE = 64;
var INVALID = 65;
var DECODED = new Uint8Array(256).fill(INVALID);
for (const [value, character] of ENCODED.entries()) {
  DECODED[character] = value;
}
for (const space of [9, 10, 12, 13, 32]) {
  DECODED[space] = SPACE;
}
var Base64Decoder = class {
  #bits = 0;
  #characters = 0;
  #padding = 0;
  /**
   * Decodes one chunk of ASCII.
   *
   * @returns The bytes that are complete, perhaps none
   * @throws {SyntaxError} if the chunk holds anything but base64
   */
  decode(chunk) {
    const bytes = new Uint8Array(Math.ceil((chunk.length + 3) / 4) * 3);
    let length = 0;
    for (let from = 0; from < chunk.length; ) {
      const whole = this.#characters === 0 && this.#padding === 0 ? group(chunk, from) : void 0;
      if (whole === void 0) {
        this.#take(at(chunk, from));
        from += 1;
      } else {
        this.#bits = whole;
        this.#characters = 4;
        from += 4;
      }
      if (this.#characters === 4) {
        bytes[length] = this.#bits >> 16;
        bytes[length + 1] = this.#bits >> 8;
        bytes[length + 2] = this.#bits;
        length += 3 - this.#padding;
        this.#bits = 0;
        this.#characters = 0;
      }
    }
    return bytes.subarray(0, length);
  }
  /**
   * Ends the text.
   *
   * @throws {SyntaxError} if it ends in the middle of a group of four
   */
  finish() {
    if (this.#characters > 0) {
      throw new SyntaxError(`base64 ends after ${this.#characters} of 4 characters of its last group`);
    }
  }
  /** Adds one character to the group. */
  #take(character) {
    const value = at(DECODED, character);
    if (value === SPACE) {
      return;
    }
    if (character === PADDING && (this.#characters === 3 || this.#characters === 2 && this.#padding === 0)) {
      this.#padding += 1;
      this.#bits <<= 6;
    } else if (value === INVALID || this.#padding > 0) {
      const shown = JSON.stringify(String.fromCharCode(character));
      throw new SyntaxError(`${shown} is not allowed at this place in base64`);
    } else {
      this.#bits = this.#bits << 6 | value;
    }
    this.#characters += 1;
  }
};
function group(chunk, from) {
  if (from + 4 > chunk.length) {
    return void 0;
  }
  const first = at(DECODED, at(chunk, from));
  const second = at(DECODED, at(chunk, from + 1));
  const third = at(DECODED, at(chunk, from + 2));
  const fourth = at(DECODED, at(chunk, from + 3));
  return (first | second | third | fourth) < 64 ? first << 18 | second << 12 | third << 6 | fourth : void 0;
}
function at(bytes, index) {
  return bytes[index];
}

// src/error.ts
var Code = {
  /** Something was asked for that a Palmette server does not have. */
  Invalid: 9401,
  /** The form could not be sent whole, because one of its sources failed. */
  BrokenForm: 9432,
  /** The answer is none that a Palmette server gives. */
  Unexpected: 9523,
  /** A transformer was used a second time. */
  Consumed: 9525
};
var ImagesError = class extends Error {
  /** The error's number, for example 9412 for a source that is not a picture; the README lists them all. */
  code;
  /**
   * @param code The error's number
   * @param message The whole message
   * @param options `cause`: what failed underneath, such as the error of a source stream
   */
  constructor(code, message, options) {
    super(message, options);
    this.name = "ImagesError";
    this.code = code;
  }
};
function clientError(verb, code, text, options) {
  return new ImagesError(code, `IMAGES_${verb}_ERROR ${code}: ${text}`, options);
}

// src/hosted.ts
var PATH = "/accounts/palmette/images";
var DEFAULT_EXPIRY_S = 1800;
function makeHosted(ask) {
  const api = new Api(ask);
  return {
    image: (id) => handle(api, id),
    upload: (image, options = {}) => upload(api, image, options),
    list: (options = {}) => list(api, options),
    createDirectUpload: (options = {}) => createDirectUpload(api, options)
  };
}
function handle(api, id) {
  const path = `/v1/${encodeURIComponent(id)}`;
  return {
    details: () => api.find("GET", path),
    bytes: () => api.bytes(`${path}/blob`),
    // The server knows the keys, and under which URL it delivers.
    async signedUrl({ variant, expiresIn, keyName }) {
      const body = JSON.stringify({ variant, expiresIn, keyName });
      return (await api.call("POST", `${path}/signed_url`, body)).url;
    },
    update: ({ metadata, requireSignedURLs, creator }) => api.call("PATCH", path, JSON.stringify({ metadata, requireSignedURLs, creator })),
    delete: async () => await api.find("DELETE", path) !== null
  };
}
async function upload(api, image, options) {
  const { encoding, filename = "image" } = options;
  if (encoding !== void 0 && encoding !== "base64") {
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
async function list(api, { limit, cursor, sortOrder, creator, filter }) {
  const query = new URLSearchParams();
  const given = { per_page: limit, continuation_token: cursor, sort_order: sortOrder, creator };
  for (const [name, value] of Object.entries(given)) if (value !== void 0) query.append(name, String(value));
  for (const [name, value] of conditions(filter?.metadata ?? {})) query.append(name, value);
  const found = await api.call(
    "GET",
    query.size > 0 ? `/v2?${query}` : "/v2"
  );
  const { images, continuation_token: next } = found;
  return next ? { images, cursor: next, listComplete: false } : { images, listComplete: true };
}
function* conditions(fields) {
  for (const [field, condition] of Object.entries(fields)) {
    const operators = typeof condition === "object" && condition !== null ? condition : { eq: condition };
    for (const [operator, value] of Object.entries(operators)) {
      if (value === void 0) continue;
      const values = Array.isArray(value) ? value : [value];
      const [type = "string", ...others] = new Set(values.map((each) => typeof each));
      if (others.length > 0) throw new TypeError(`filter.metadata.${field}.${operator} must hold values of one type`);
      yield [`meta.${field}[${operator}:${type}]`, values.join("|")];
    }
  }
}
async function createDirectUpload(api, options) {
  const form = formOf(options);
  const { expiresIn = DEFAULT_EXPIRY_S } = options;
  form.append("expiry", new Date(Date.now() + expiresIn * 1e3).toISOString());
  const { id, uploadURL } = await api.call("POST", "/v2/direct_upload", form);
  return { id, uploadURL };
}
function formOf({ id, metadata, requireSignedURLs, creator }) {
  const form = new FormData();
  if (id !== void 0) form.append("id", id);
  if (metadata !== void 0) form.append("metadata", JSON.stringify(metadata));
  if (requireSignedURLs !== void 0) form.append("requireSignedURLs", String(requireSignedURLs));
  if (creator !== void 0) form.append("creator", creator);
  return form;
}
var Api = class {
  #ask;
  constructor(ask) {
    this.#ask = ask;
  }
  /** Returns the result of a call. */
  async call(method, path, body) {
    const envelope = await read(await this.#ask(method, PATH + path, body));
    if (!envelope.success) throw refusal(envelope);
    return envelope.result;
  }
  /** Returns the result of a call about a picture that need not be there; null if it is not. */
  async find(method, path, body) {
    const answer = await this.#ask(method, PATH + path, body);
    const envelope = await read(answer);
    if (envelope.success) return envelope.result;
    if (answer.status === 404) return null;
    throw refusal(envelope);
  }
  /** Returns the bytes of a picture; null if there is none. */
  async bytes(path) {
    const answer = await this.#ask("GET", PATH + path);
    if (answer.ok) return answer.body;
    const envelope = await read(answer);
    if (answer.status === 404) return null;
    throw refusal(envelope);
  }
};
async function read(answer) {
  const text = await answer.text();
  let envelope;
  try {
    envelope = JSON.parse(text);
  } catch {
  }
  if (typeof envelope === "object" && envelope !== null && "success" in envelope) return envelope;
  if (answer.status === 404) throw failure(Code.Invalid, "this palmette keeps no pictures, so hosted is not available");
  throw failure(Code.Unexpected, `unexpected answer ${answer.status}: ${text.slice(0, 200)}`.trim());
}
function refusal({ errors }) {
  const { code = Code.Unexpected, message = "refused without a reason" } = errors?.[0] ?? {};
  return failure(code, message);
}
function failure(code, text) {
  return clientError("HOSTED", code, text);
}

// src/miniflare/adapter.ts
var Adapter = class extends WorkerEntrypoint {
  /** Sends a request of the binding on. */
  async fetch(request) {
    const { pathname, search } = new URL(request.url);
    try {
      return await this.#send(pathname + search, request);
    } catch (error) {
      const { message } = error;
      return new Response(`ERROR 9523: ${message}`, { status: 502, headers: { "cf-images-binding": "err=9523" } });
    }
  }
  /** `env.IMAGES.hosted.image()` */
  image(id) {
    return new Handle(this.#hosted().image(id));
  }
  /** `env.IMAGES.hosted.upload()` */
  upload(...args) {
    return this.#hosted().upload(...args);
  }
  /** `env.IMAGES.hosted.list()` */
  list(...args) {
    return this.#hosted().list(...args);
  }
  /** `env.IMAGES.hosted.createDirectUpload()` */
  createDirectUpload(...args) {
    return this.#hosted().createDirectUpload(...args);
  }
  #hosted() {
    return makeHosted((method, path, body) => {
      const headers = typeof body === "string" ? { "content-type": "application/json" } : {};
      return this.#send(path, { method, headers, ...body && { body } });
    });
  }
  async #send(path, init) {
    const { url, server = url, headers } = this.env.CONFIG;
    const outgoing = new Request(url + path, init);
    for (const [name, value] of Object.entries(headers)) outgoing.headers.set(name, value);
    try {
      return await this.env.SERVER.fetch(outgoing);
    } catch (error) {
      throw new Error(`no answer from a palmette server at ${server} (${error.message}); is one running?`);
    }
  }
};
var Handle = class extends RpcTarget {
  #image;
  constructor(image) {
    super();
    this.#image = image;
  }
  details() {
    return this.#image.details();
  }
  bytes() {
    return this.#image.bytes();
  }
  signedUrl(...args) {
    return this.#image.signedUrl(...args);
  }
  update(...args) {
    return this.#image.update(...args);
  }
  delete() {
    return this.#image.delete();
  }
};
export {
  Adapter as default
};
