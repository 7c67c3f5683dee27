// Made of clients/js/src/run/plugin.ts by `npm run generate -w palmette`; do not edit.

// src/miniflare/images-plugin.ts
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

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
function reason(error) {
  return error instanceof Error ? error.message : String(error);
}

// src/connection.ts
var FETCHER_ORIGIN = "http://palmette";
var Connection = class {
  #base;
  #fetch;
  #headers;
  #streaming;
  /**
   * @param target A URL of the server, to whose path `/transform` and `/info` are added; or what sends requests to it
   * @throws {TypeError} if it is neither, or if an option does not fit
   */
  constructor(target, options) {
    checkOptions(options);
    if (typeof target === "string" || target instanceof URL) {
      this.#base = parseBase(target);
      this.#fetch = options.fetch ?? ((url, init) => fetch(url, init));
    } else if (typeof target?.fetch === "function") {
      if (options.fetch !== void 0) {
        throw new TypeError("the option fetch goes with a URL, and a fetcher was given");
      }
      this.#base = new URL(FETCHER_ORIGIN);
      this.#fetch = (url, init) => target.fetch(url, init);
    } else {
      throw new TypeError(`a URL or an object with a fetch method is needed, not ${String(target)}`);
    }
    this.#headers = new Headers(options.headers);
    if (options.token !== void 0) this.#headers.set("authorization", `Bearer ${options.token}`);
    this.#streaming = options.streaming ?? !inBrowser();
  }
  /**
   * Sends a form and waits for the head of the answer.
   *
   * @returns An answer with status 2xx
   * @throws {ImagesError} if the server refuses, or if a source fails; else what `fetch` throws
   */
  async post(verb, form) {
    try {
      const response = await this.#send(verb, form);
      if (form.failure === void 0) {
        return await checked(verb, response);
      }
      await response.body?.cancel();
      throw form.failure.error;
    } catch (error) {
      form.cancel(error);
      throw sourceError(verb, form) ?? error;
    }
  }
  /** Sends a request whose answer is for the caller to judge. */
  async request(method, path, body) {
    const headers = new Headers(this.#headers);
    if (typeof body === "string") headers.set("content-type", "application/json");
    return await this.#fetch(this.#url(path), { method, headers, redirect: "manual", ...body && { body } });
  }
  /** Returns the URL of a path, which may have a query. */
  #url(path) {
    const url = new URL(this.#base);
    const [pathname, query] = path.split("?");
    url.pathname = url.pathname.replace(/\/+$/, "") + pathname;
    if (query !== void 0) url.search = query;
    return url.href;
  }
  async #send(verb, form) {
    const headers = new Headers(this.#headers);
    headers.set("content-type", form.contentType);
    const init = { method: "POST", headers, redirect: "manual", signal: form.signal };
    if (this.#streaming) {
      init.body = form.stream();
      init.duplex = "half";
    } else {
      init.body = await new Response(form.stream()).blob();
    }
    return await this.#fetch(this.#url(`/${verb.toLowerCase()}`), init);
  }
};
async function checked(verb, response) {
  const code = /err=(\d+)/.exec(response.headers.get("cf-images-binding") ?? "")?.[1];
  if (code !== void 0) {
    throw new ImagesError(Number(code), `IMAGES_${verb}_${await response.text()}`.trim());
  }
  if (!response.ok) {
    const text = `Unexpected error response ${response.status}: ${await response.text()}`;
    throw new ImagesError(Code.Unexpected, text.trim());
  }
  return response;
}
function sourceError(verb, form) {
  if (form.failure === void 0) {
    return void 0;
  }
  const { index, error } = form.failure;
  const place = verb !== "TRANSFORM" ? "the picture" : index === 0 ? "the canvas" : `picture ${index}`;
  const text = `${place} failed while it was sent: ${reason(error)}`;
  return clientError(verb, Code.BrokenForm, text, { cause: error });
}
function checkOptions({ headers, token, fetch: fetch2, streaming, ...unknown }) {
  const [name] = Object.keys(unknown);
  if (name !== void 0) {
    throw new TypeError(`there is no option ${name}; there are headers, token, fetch and streaming`);
  }
  if (token !== void 0 && (typeof token !== "string" || !/^[!-~]+$/.test(token))) {
    throw new TypeError("the option token must be a text of visible ASCII characters without spaces");
  }
  if (fetch2 !== void 0 && typeof fetch2 !== "function") {
    throw new TypeError(`the option fetch must be a function, not ${String(fetch2)}`);
  }
  if (streaming !== void 0 && typeof streaming !== "boolean") {
    throw new TypeError(`the option streaming must be true or false, not ${String(streaming)}`);
  }
}
function parseBase(target) {
  const page = globalThis.location?.href;
  const url = new URL(target, page);
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new TypeError(`the URL of the server must be one of http or https, not ${url.href}`);
  }
  return url;
}
function inBrowser() {
  return globalThis.navigator?.userAgent?.startsWith("Mozilla/") ?? false;
}

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
var Base64Encoder = class {
  #rest = new Uint8Array(0);
  /**
   * Encodes one chunk.
   *
   * @returns The characters of all complete groups of three bytes, as ASCII
   */
  encode(chunk) {
    const bytes = new Uint8Array(this.#rest.length + chunk.length);
    bytes.set(this.#rest);
    bytes.set(chunk, this.#rest.length);
    const whole = bytes.length - bytes.length % 3;
    this.#rest = bytes.slice(whole);
    return encodeGroups(bytes.subarray(0, whole));
  }
  /**
   * Ends the bytes.
   *
   * @returns The characters of the last group with its padding, if there is one
   */
  finish() {
    const missing = (3 - this.#rest.length) % 3;
    const group2 = new Uint8Array(this.#rest.length + missing);
    group2.set(this.#rest);
    const characters = encodeGroups(group2);
    characters.fill(PADDING, characters.length - missing);
    this.#rest = new Uint8Array(0);
    return characters;
  }
};
function encodeGroups(bytes) {
  const characters = new Uint8Array(bytes.length / 3 * 4);
  for (let from = 0, to = 0; from < bytes.length; from += 3, to += 4) {
    const bits = at(bytes, from) << 16 | at(bytes, from + 1) << 8 | at(bytes, from + 2);
    characters[to] = at(ENCODED, bits >> 18);
    characters[to + 1] = at(ENCODED, bits >> 12 & 63);
    characters[to + 2] = at(ENCODED, bits >> 6 & 63);
    characters[to + 3] = at(ENCODED, bits & 63);
  }
  return characters;
}
function at(bytes, index) {
  return bytes[index];
}
function base64EncoderStream() {
  const encoder = new Base64Encoder();
  return new TransformStream({
    transform: (chunk, controller) => enqueue(controller, encoder.encode(chunk)),
    flush: (controller) => enqueue(controller, encoder.finish())
  });
}
function enqueue(controller, bytes) {
  if (bytes.length > 0) {
    controller.enqueue(bytes);
  }
}

// src/source.ts
var utf8 = new TextEncoder();
var Source = class {
  #data;
  #decoder;
  #reader;
  /**
   * @param caller The method that was given the source, for messages
   * @param data What holds the bytes
   * @param options How they are written
   * @throws {TypeError} if `data` or an option is something else
   */
  constructor(caller, data, options = {}) {
    if (!isSource(data)) {
      const allowed = "a ReadableStream, an async iterable, a Blob, an ArrayBuffer, a view of one or a string";
      throw new TypeError(`${caller}() takes ${allowed}, not ${describe(data)}`);
    }
    const { encoding } = options ?? {};
    if (encoding !== void 0 && encoding !== "base64") {
      throw new TypeError(`the encoding of ${caller}() must be "base64", not ${JSON.stringify(encoding)}`);
    }
    this.#data = data;
    this.#decoder = encoding === "base64" ? new Base64Decoder() : void 0;
  }
  /**
   * Takes hold of the stream, without reading.
   *
   * @throws {TypeError} if somebody else holds it
   */
  open() {
    this.#reader = toStream(this.#data).getReader();
  }
  /** Reads, and decodes. The source must be open. */
  async *chunks() {
    const reader = this.#reader;
    if (reader === void 0) {
      throw new TypeError("a source is opened before it is read");
    }
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      const raw = toBytes(next.value);
      const bytes = this.#decoder?.decode(raw) ?? raw;
      if (bytes.length > 0) {
        yield bytes;
      }
    }
    this.#decoder?.finish();
  }
  /** Tells an open source that no more of it is wanted; a read under way ends at once. */
  cancel(reason2) {
    this.#reader?.cancel(reason2).catch(() => {
    });
  }
};
function isSource(value) {
  if (typeof value === "string" || isBuffer(value)) {
    return true;
  }
  return typeof value === "object" && value !== null && (isStream(value) || isBlob(value) || isIterable(value));
}
function isStream(value) {
  return "getReader" in value && typeof value.getReader === "function";
}
function isBlob(value) {
  return "stream" in value && typeof value.stream === "function";
}
function isIterable(value) {
  return Symbol.asyncIterator in value;
}
function isBuffer(value) {
  return ArrayBuffer.isView(value) || isArrayBuffer(value);
}
function isArrayBuffer(value) {
  return Object.prototype.toString.call(value) === "[object ArrayBuffer]";
}
function toStream(data) {
  if (typeof data === "string" || isBuffer(data)) {
    return iterate([data][Symbol.iterator]());
  }
  if (isStream(data)) {
    return data;
  }
  return isBlob(data) ? data.stream() : iterate(data[Symbol.asyncIterator]());
}
function iterate(iterator, cancel = () => iterator.return?.()) {
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await iterator.next();
        if (done) {
          controller.close();
        } else {
          controller.enqueue(value);
        }
      },
      async cancel(reason2) {
        await cancel(reason2);
      }
    },
    { highWaterMark: 0 }
  );
}
function toBytes(chunk) {
  if (typeof chunk === "string") {
    return utf8.encode(chunk);
  }
  if (ArrayBuffer.isView(chunk)) {
    return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  }
  if (isArrayBuffer(chunk)) {
    return new Uint8Array(chunk);
  }
  throw new TypeError(`the stream gave ${describe(chunk)} where bytes were expected`);
}
function describe(value) {
  if (typeof value !== "object" || value === null) {
    return String(value);
  }
  return Object.prototype.toString.call(value).slice("[object ".length, -1);
}

// src/form.ts
var utf82 = new TextEncoder();
var Form = class {
  /** The value of the request's `content-type`. */
  contentType;
  #boundary = makeBoundary();
  #parts;
  #abort = new AbortController();
  #failure;
  #cancelled = false;
  /** @param parts The fields, in the order in which they are sent */
  constructor(parts) {
    this.#parts = parts;
    this.contentType = `multipart/form-data; boundary=${this.#boundary}`;
  }
  /** The source that failed, if one did. */
  get failure() {
    return this.#failure;
  }
  /** Aborted when a source fails. Not every runtime breaks a request off whose body fails; it is to be given this. */
  get signal() {
    return this.#abort.signal;
  }
  /**
   * Opens the sources and returns the bytes of the form, made as they are read. Where a source fails the stream fails,
   * rather than end as if the form were whole.
   *
   * @throws What a source throws that cannot be opened
   */
  stream() {
    for (const [index, { value }] of this.#parts.entries()) {
      if (typeof value !== "string") {
        try {
          value.open();
        } catch (error) {
          this.#failure = { index, error };
          throw error;
        }
      }
    }
    return iterate(this.#pieces(), (reason2) => this.cancel(reason2));
  }
  /** Tells the sources that no more of them is wanted. A stream that is read nevertheless fails. */
  cancel(reason2) {
    this.#cancelled = true;
    for (const { value } of this.#parts) {
      if (typeof value !== "string") {
        value.cancel(reason2);
      }
    }
  }
  /**
   * Aborts the request, and lets that happen before the body fails. It is done outside of the body's own calls, inside of
   * which it ends the process in workerd 1.20260730.
   */
  #breakOff(error) {
    return new Promise((resolve) => {
      setTimeout(() => {
        this.#abort.abort(error);
        resolve();
      }, 0);
    });
  }
  async *#pieces() {
    for (const [index, { name, value }] of this.#parts.entries()) {
      const head = `--${this.#boundary}\r
content-disposition: form-data; name="${name}"`;
      if (typeof value === "string") {
        yield utf82.encode(`${head}\r
\r
${value}\r
`);
        continue;
      }
      yield utf82.encode(`${head}; filename="${name}"\r
\r
`);
      try {
        yield* value.chunks();
      } catch (error) {
        if (!this.#cancelled) {
          this.#failure = { index, error };
          await this.#breakOff(error);
        }
        throw error;
      }
      if (this.#cancelled) {
        throw new Error("the form was cancelled while it was sent");
      }
      yield utf82.encode("\r\n");
    }
    yield utf82.encode(`--${this.#boundary}--\r
`);
  }
};
function makeBoundary() {
  const digits = Array.from(crypto.getRandomValues(new Uint8Array(24)), (byte) => byte % 10);
  return "-".repeat(26) + digits.join("");
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

// src/mixed.ts
var MAX_HEAD_BYTES = 8192;
var CRLF = [13, 10];
var MixedReader = class {
  #reader;
  #delimiter;
  /** Bytes that came and are not used up. */
  #pending = new Uint8Array(0);
  /** Bytes of the part that are still to come. */
  #left = 0;
  #parts = 0;
  /**
   * @param answer A good answer of the server, unread
   * @throws {ImagesError} 9523 if it does not consist of parts
   */
  constructor(answer) {
    const type = answer.headers.get("content-type") ?? "";
    const [, quoted, plain] = /^multipart\/mixed\s*;.*\bboundary=(?:"([^"]+)"|([^\s;"]+))/i.exec(type) ?? [];
    const boundary = quoted ?? plain;
    if (boundary === void 0 || answer.body === null) {
      throw unexpected(`the answer has no parts: its content-type is ${JSON.stringify(type)}`);
    }
    this.#delimiter = `--${boundary}`;
    this.#reader = answer.body.getReader();
  }
  /**
   * Skips what is left of the part, and reads the headers of the next one.
   *
   * @returns `undefined` after the last part
   * @throws {ImagesError} 9523 if the answer ends in the middle, or is none that a server gives
   */
  async next() {
    while (await this.chunk() !== void 0) ;
    const delimiter = this.#parts === 0 ? this.#delimiter : `\r
${this.#delimiter}`;
    const found = ascii(await this.#take(delimiter.length));
    const after = ascii(await this.#take(2));
    if (found !== delimiter || after !== "\r\n" && after !== "--") {
      throw unexpected(`no boundary after ${count(this.#parts)}`);
    }
    if (after === "--") {
      return void 0;
    }
    const headers = parseHead(await this.#takeHead());
    const length = headers.get("content-length") ?? "";
    if (!/^\d+$/.test(length)) {
      throw unexpected(`the content-length of a part is ${JSON.stringify(length)}`);
    }
    this.#left = Number(length);
    this.#parts += 1;
    return headers;
  }
  /**
   * Reads the next bytes of the part.
   *
   * @returns `undefined` at its end
   * @throws {ImagesError} 9523 if the answer ends before that
   */
  async chunk() {
    if (this.#left === 0) {
      return void 0;
    }
    if (this.#pending.length === 0) {
      await this.#fill();
    }
    const chunk = this.#use(Math.min(this.#left, this.#pending.length));
    this.#left -= chunk.length;
    return chunk;
  }
  /** Says that no more is wanted. */
  cancel(reason2) {
    this.#reader.cancel(reason2).catch(() => {
    });
  }
  /** Waits for more bytes. */
  async #fill() {
    const { done, value } = await this.#reader.read();
    if (done) {
      throw unexpected(`the answer breaks off in part ${this.#parts + (this.#left > 0 ? 0 : 1)}`);
    }
    if (this.#pending.length === 0) {
      this.#pending = value;
      return;
    }
    const joined = new Uint8Array(this.#pending.length + value.length);
    joined.set(this.#pending);
    joined.set(value, this.#pending.length);
    this.#pending = joined;
  }
  /** Uses up bytes that are there. */
  #use(length) {
    const used = this.#pending.subarray(0, length);
    this.#pending = this.#pending.subarray(length);
    return used;
  }
  /** Waits for exactly so many bytes, few. */
  async #take(length) {
    while (this.#pending.length < length) {
      await this.#fill();
    }
    return this.#use(length);
  }
  /** Waits for the headers of a part, and for the empty line after them. */
  async #takeHead() {
    for (let searched = 0; ; ) {
      const end = endOfHead(this.#pending, searched);
      if (end !== void 0) {
        return ascii(this.#use(end)).slice(0, -4);
      }
      searched = Math.max(0, this.#pending.length - 3);
      if (searched > MAX_HEAD_BYTES) {
        throw unexpected(`the headers of a part are larger than ${MAX_HEAD_BYTES} bytes`);
      }
      await this.#fill();
    }
  }
};
function endOfHead(bytes, from) {
  for (let at2 = bytes.indexOf(CRLF[0], from); at2 >= 0 && at2 + 3 < bytes.length; at2 = bytes.indexOf(CRLF[0], at2 + 1)) {
    if (bytes[at2 + 1] === CRLF[1] && bytes[at2 + 2] === CRLF[0] && bytes[at2 + 3] === CRLF[1]) {
      return at2 + 4;
    }
  }
  return void 0;
}
function parseHead(head) {
  const headers = new Headers();
  for (const line of head.split("\r\n")) {
    const colon = line.indexOf(":");
    try {
      headers.append(line.slice(0, Math.max(colon, 0)), line.slice(colon + 1).trim());
    } catch (cause) {
      throw unexpected(`a part has a header ${JSON.stringify(line)}`, { cause });
    }
  }
  return headers;
}
function ascii(bytes) {
  return String.fromCharCode(...bytes);
}
function count(parts) {
  return parts === 0 ? "the beginning" : `part ${parts}`;
}
function unexpected(text, options) {
  return clientError("TRANSFORM", Code.Unexpected, text, options);
}

// src/result.ts
var TransformationResult = class {
  #headers;
  #body;
  /**
   * @param headers What the server says of the picture
   * @param body Returns its bytes, unread
   */
  constructor(headers, body) {
    this.#headers = headers;
    this.#body = body;
  }
  /** @inheritDoc */
  response(options = {}) {
    const headers = new Headers(options.headers);
    headers.set("content-type", this.contentType());
    return new Response(this.image(), { headers });
  }
  /** @inheritDoc */
  contentType() {
    const type = this.#headers.get("content-type");
    if (type === null) {
      throw clientError("TRANSFORM", Code.Unexpected, "the server sent a picture without a content-type");
    }
    return type;
  }
  /** @inheritDoc */
  image(options = {}) {
    const { encoding } = options;
    if (encoding !== void 0 && encoding !== "base64") {
      throw new TypeError(`the encoding of image() must be "base64", not ${JSON.stringify(encoding)}`);
    }
    const body = this.#body();
    if (body === null) {
      throw clientError("TRANSFORM", Code.Unexpected, "the server sent no picture");
    }
    return encoding === void 0 ? body : body.pipeThrough(base64EncoderStream());
  }
};

// src/renditions.ts
var Part = class {
  #reader;
  #state = "waiting";
  #finish = () => {
  };
  #finished = new Promise((resolve) => {
    this.#finish = resolve;
  });
  constructor(reader) {
    this.#reader = reader;
  }
  /**
   * Returns the bytes, which hold the next picture back.
   *
   * @throws {TypeError} if they were taken before, or if the next picture was asked for
   */
  take() {
    if (this.#state !== "waiting") {
      const why = this.#state === "taken" ? "were taken before" : "are gone, since the next one was asked for";
      throw new TypeError(`the bytes of this picture ${why}`);
    }
    this.#state = "taken";
    return iterate(this.#chunks(), this.#finish);
  }
  /** Waits until whoever took the bytes has read them, or wants no more of them. Nobody can take them from now on. */
  async release() {
    if (this.#state === "taken") {
      await this.#finished;
    }
    this.#state = "over";
  }
  async *#chunks() {
    try {
      for (let chunk = await this.#reader.chunk(); chunk !== void 0; chunk = await this.#reader.chunk()) {
        yield chunk;
      }
    } finally {
      this.#finish();
    }
  }
};
var Rendition = class _Rendition extends TransformationResult {
  #headers;
  error;
  constructor(headers, body, error) {
    super(headers, body);
    this.#headers = headers;
    this.error = error;
  }
  get width() {
    return this.#side("width");
  }
  get height() {
    return this.#side("height");
  }
  contentType() {
    this.#check();
    return super.contentType();
  }
  image(options) {
    this.#check();
    return super.image(options);
  }
  /** Reads the picture into memory, so that the next one can come. */
  async held() {
    if (this.error !== void 0) {
      return this;
    }
    const bytes = new Uint8Array(await new Response(this.image()).arrayBuffer());
    const body = iterate([bytes][Symbol.iterator]());
    return new _Rendition(this.#headers, () => body);
  }
  #side(name) {
    this.#check();
    const text = this.#headers.get(`image-${name}`);
    if (text === null || !/^\d+$/.test(text)) {
      throw unexpected(`the server sent a picture whose ${name} is ${JSON.stringify(text)}`);
    }
    return Number(text);
  }
  #check() {
    if (this.error !== void 0) {
      throw this.error;
    }
  }
};
var Renditions = class {
  [Symbol.toStringTag] = "Renditions";
  #reader;
  #count;
  #isRead = false;
  #all;
  /**
   * @param answer The answer of the server, once it comes
   * @param count How many results were asked for
   */
  constructor(answer, count2) {
    this.#reader = answer.then((answer2) => new MixedReader(answer2));
    this.#count = count2;
    this.#reader.catch(() => {
    });
  }
  /** @inheritDoc */
  [Symbol.asyncIterator]() {
    if (this.#isRead) {
      throw new TypeError("the results of outputs() can be read once");
    }
    this.#isRead = true;
    return this.#results();
  }
  // biome-ignore lint/suspicious/noThenProperty: to be awaited is one of its two purposes.
  then(onValue, onError) {
    this.#all ??= this.#hold();
    return this.#all.then(onValue, onError);
  }
  /** @inheritDoc */
  catch(onError) {
    return this.then(null, onError);
  }
  /** @inheritDoc */
  finally(onEnd) {
    return this.then().finally(onEnd);
  }
  async #hold() {
    const results = [];
    for await (const result of this) {
      results.push(await result.held());
    }
    return results;
  }
  async *#results() {
    const reader = await this.#reader;
    let part;
    try {
      for (let index = 0; index < this.#count; index += 1) {
        const headers = await reader.next();
        if (headers === void 0) {
          throw unexpected(`the answer has ${index} of ${this.#count} results`);
        }
        part = new Part(reader);
        yield await read2(headers, part);
        await part.release();
      }
      if (await reader.next() !== void 0) {
        throw unexpected(`the answer has more than ${this.#count} results`);
      }
    } finally {
      (part?.release() ?? Promise.resolve()).then(() => reader.cancel());
    }
  }
};
async function read2(headers, part) {
  const code = /err=(\d+)/.exec(headers.get("cf-images-binding") ?? "")?.[1];
  if (code === void 0) {
    return new Rendition(headers, () => part.take());
  }
  const text = await new Response(part.take()).text();
  const error = new ImagesError(Number(code), `IMAGES_TRANSFORM_${text}`.trim());
  return new Rendition(headers, () => part.take(), error);
}

// src/transformer.ts
var Transformer = class _Transformer {
  #connection;
  #canvas;
  #steps = [];
  #consumed = false;
  /** @param connection Where `output()` sends the tree to */
  constructor(connection, canvas) {
    this.#connection = connection;
    this.#canvas = canvas;
  }
  /** @inheritDoc */
  transform(options) {
    this.#steps.push({ kind: "transform", options });
    return this;
  }
  /** @inheritDoc */
  draw(image, options) {
    const child = this.#child(image);
    child.#consume();
    this.#steps.push({ kind: "draw", child, options });
    return this;
  }
  /** @inheritDoc */
  async output(options) {
    const answer = await this.#send(outputParts(options));
    return new TransformationResult(answer.headers, () => answer.body);
  }
  /** @inheritDoc */
  outputs(results) {
    if (!Array.isArray(results)) {
      throw new TypeError(`outputs() takes a list of outputs, not ${String(results)}`);
    }
    const value = JSON.stringify(results.map(outputEntry));
    return new Renditions(this.#send([{ name: "outputs", value }]), results.length);
  }
  /** Sends the tree with what is wanted of it, and waits for the head of the answer. */
  async #send(wanted) {
    this.#consume();
    const { sources, operations } = this.#flatten();
    const transforms = { name: "transforms", value: JSON.stringify(operations) };
    return await this.#connection.post("TRANSFORM", new Form([...sources, transforms, ...wanted]));
  }
  #child(image) {
    if (isSource(image)) {
      return new _Transformer(this.#connection, { source: new Source("draw", image) });
    }
    if (typeof image === "object" && image !== null && #steps in image) {
      return image;
    }
    throw new TypeError(`draw() takes what input() takes, or a transformer of this client, not ${String(image)}`);
  }
  /** Marks this node as used; a second use is an error. */
  #consume() {
    if (this.#consumed) {
      throw clientError(
        "TRANSFORM",
        Code.Consumed,
        "this transformer was output or drawn before, which is possible once"
      );
    }
    this.#consumed = true;
  }
  /**
   * Walks the tree depth first. A node gets the next index when its source is listed, which is before the sources drawn on
   * it; its own steps stand before the draw that uses it.
   */
  #flatten(flat = { sources: [], operations: [] }) {
    const index = flat.sources.length;
    flat.sources.push(canvasPart(this.#canvas, index));
    for (const step of this.#steps) {
      if (step.kind === "transform") {
        flat.operations.push({ imageIndex: index, ...step.options });
      } else {
        const drawImageIndex = flat.sources.length;
        step.child.#flatten(flat);
        flat.operations.push({ drawImageIndex, targetImageIndex: index, ...step.options });
      }
    }
    return flat;
  }
};
function canvasPart(canvas, index) {
  if ("source" in canvas) {
    return { name: index === 0 ? "image" : "draw_image", value: canvas.source };
  }
  const { font, size, color } = canvas.options;
  const value = JSON.stringify({ text: canvas.text, font, size, color });
  return { name: index === 0 ? "text_input" : "draw_text", value };
}
function outputParts({ format, quality, background, anim }) {
  const parts = [{ name: "output_format", value: String(format) }];
  for (const [name, value] of Object.entries({ output_quality: quality, background, anim })) {
    if (value !== void 0) {
      parts.push({ name, value: String(value) });
    }
  }
  return parts;
}
function outputEntry({ transforms, format, quality, ...others }) {
  return { transforms, output_format: format, output_quality: quality, ...others };
}

// src/images.ts
function createImages(target, options = {}) {
  const connection = new Connection(target, options);
  return {
    input: (image, options2) => new Transformer(connection, { source: new Source("input", image, options2) }),
    text: (content, options2) => new Transformer(connection, { text: content, options: options2 }),
    info: (image, options2) => info(connection, image, options2),
    hosted: makeHosted((method, path, body) => connection.request(method, path, body))
  };
}
async function info(connection, image, options) {
  const form = new Form([{ name: "image", value: new Source("info", image, options) }]);
  const answer = await connection.post("INFO", form);
  const found = await answer.json().catch((error) => {
    throw clientError("INFO", Code.Unexpected, `the answer is not JSON: ${reason(error)}`, { cause: error });
  });
  if (found?.file_size === void 0) {
    return found;
  }
  const { file_size: fileSize, width, height, format } = found;
  return { fileSize, width, height, format };
}

// src/miniflare/options.ts
var DEFAULT_URL = "http://127.0.0.1:9901";
function parseOptions(binding, raw) {
  try {
    if (raw !== void 0 && !isObject(raw)) throw new TypeError(`options ${show(raw)}: must be an object`);
    const { url, headers = {}, start = false, ...unknown } = raw ?? {};
    const [name] = Object.keys(unknown);
    if (name !== void 0) throw new TypeError(`option ${name}: unknown; there are url, headers and start`);
    if (typeof start !== "boolean") throw new TypeError(`option start ${show(start)}: must be true or false`);
    const checked2 = { url: parseUrl(url), headers: parseHeaders(headers), start };
    if (checked2.url.port === "0" && !start)
      throw new TypeError(`url ${checked2.url.href}: a server at port 0 needs start`);
    return checked2;
  } catch (error) {
    throw new TypeError(`palmette, binding ${binding}: ${error.message}`);
  }
}
function parseUrl(given) {
  const { PALMETTE_URL } = process.env;
  if (given !== void 0) return checkUrl(given, "url");
  return PALMETTE_URL ? checkUrl(PALMETTE_URL, "PALMETTE_URL") : new URL(DEFAULT_URL);
}
function checkUrl(given, origin) {
  const url = typeof given === "string" && URL.canParse(given) ? new URL(given) : void 0;
  if (url === void 0 || !["http:", "https:"].includes(url.protocol)) {
    throw new TypeError(`${origin} ${show(given)}: must be an http or https URL, such as ${DEFAULT_URL}`);
  }
  if (url.username || url.password || url.search || url.hash) {
    throw new TypeError(`${origin} ${show(given)}: must have no user, query or fragment; credentials go into headers`);
  }
  return url;
}
function parseHeaders(headers) {
  if (!isObject(headers)) throw new TypeError(`option headers ${show(headers)}: must be an object of texts`);
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value !== "string") throw new TypeError(`header ${name} ${show(value)}: must be a text`);
  }
  const checked2 = new Headers(headers);
  const { PALMETTE_CLIENT_TOKEN } = process.env;
  if (PALMETTE_CLIENT_TOKEN && !checked2.has("authorization"))
    checked2.set("authorization", `Bearer ${PALMETTE_CLIENT_TOKEN}`);
  return Object.fromEntries(checked2);
}
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
function show(value) {
  return JSON.stringify(value) ?? String(value);
}

// src/miniflare/images-plugin.ts
var NAME = "palmette";
function imagesPlugin(locate, onFirst = () => {
}) {
  let isFirst = true;
  return {
    getBindings: (worker) => bindingsOf(worker).map(({ name, service }) => ({
      name,
      wrapped: {
        moduleName: "cloudflare-internal:images-api",
        innerBindings: [{ name: "fetcher", service: { name: service } }]
      }
    })),
    async getNodeBindings(worker) {
      const images = bindingsOf(worker).map(async ({ name, options }) => {
        const client = createImages(await locate(options), { headers: options.headers });
        return [name, client];
      });
      return Object.fromEntries(await Promise.all(images));
    },
    async getServices({ options: worker, workerIndex }) {
      if (workerIndex === 0) isFirst = true;
      const located = bindingsOf(worker).map(async (binding) => {
        const url = await locate(binding.options);
        return { binding, server: { url: url.href.replace(/\/+$/, ""), headers: binding.options.headers } };
      });
      const found = await Promise.all(located);
      const [first] = found;
      if (isFirst && first !== void 0) {
        onFirst(first.server);
        isFirst = false;
      }
      return found.flatMap(({ binding, server }) => servicesOf(binding, server));
    }
  };
}
function bindingsOf(worker) {
  const found = Array.isArray(worker) ? worker : Object.entries(worker?.config.env ?? {}).filter(([, { dev }]) => dev?.plugin?.name === NAME).map(([name, { dev }]) => ({ name, options: dev?.options }));
  return found.map(({ name, options: raw }) => {
    const options = parseOptions(name, raw);
    const id = createHash("sha256").update(JSON.stringify(options)).digest("hex").slice(0, 12);
    return { name, options, service: `${NAME}:${id}` };
  });
}
function servicesOf({ service }, server) {
  const { protocol, host } = new URL(server.url);
  const options = protocol === "https:" ? { https: { options: {}, tlsOptions: { trustBrowserCas: true } } } : { http: {} };
  const connection = `${service}:server`;
  return [
    { name: connection, external: { address: host, ...options } },
    {
      name: service,
      worker: {
        // From this day on, errors keep their `code` on the way to a Worker, if that is as new.
        compatibilityDate: "2026-04-21",
        modules: [{ name: "adapter.js", esModule: readFileSync(new URL("adapter.js", import.meta.url), "utf8") }],
        bindings: [
          { name: "SERVER", service: { name: connection } },
          { name: "CONFIG", json: JSON.stringify(server) }
        ]
      }
    }
  ];
}

// src/run/plugin.ts
var plugins = { [NAME]: imagesPlugin(async ({ url }) => url) };
export {
  plugins
};
