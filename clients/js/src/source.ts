/**
 * The sources of pictures: whatever holds bytes, read as one sequence of chunks that are never empty.
 */

import { Base64Decoder } from "./base64.js";
import type { ImageSource, InputOptions } from "./types.js";

const utf8 = new TextEncoder();

/** The bytes of one picture, still unread. */
export class Source {
  readonly #data: ImageSource;
  readonly #decoder: Base64Decoder | undefined;
  #reader: ReadableStreamDefaultReader<unknown> | undefined;

  /**
   * @param caller The method that was given the source, for messages
   * @param data What holds the bytes
   * @param options How they are written
   * @throws {TypeError} if `data` or an option is something else
   */
  constructor(caller: string, data: ImageSource, options: InputOptions = {}) {
    if (!isSource(data)) {
      const allowed = "a ReadableStream, an async iterable, a Blob, an ArrayBuffer, a view of one or a string";
      throw new TypeError(`${caller}() takes ${allowed}, not ${describe(data)}`);
    }
    const { encoding } = options ?? {};
    if (encoding !== undefined && encoding !== "base64") {
      throw new TypeError(`the encoding of ${caller}() must be "base64", not ${JSON.stringify(encoding)}`);
    }
    this.#data = data;
    this.#decoder = encoding === "base64" ? new Base64Decoder() : undefined;
  }

  /**
   * Takes hold of the stream, without reading.
   *
   * @throws {TypeError} if somebody else holds it
   */
  open(): void {
    this.#reader = toStream(this.#data).getReader();
  }

  /** Reads, and decodes. The source must be open. */
  async *chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    const reader = this.#reader;
    if (reader === undefined) {
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
  cancel(reason: unknown): void {
    // The reader's promise tells how the source took it, which is nobody's business any more.
    this.#reader?.cancel(reason).catch(() => {});
  }
}

/** Whether a value is a source, asked of its methods: streams and buffers may come from another realm. */
export function isSource(value: unknown): value is ImageSource {
  if (typeof value === "string" || isBuffer(value)) {
    return true;
  }
  return typeof value === "object" && value !== null && (isStream(value) || isBlob(value) || isIterable(value));
}

function isStream(value: object): value is ReadableStream<Uint8Array> {
  return "getReader" in value && typeof value.getReader === "function";
}

function isBlob(value: object): value is Blob {
  return "stream" in value && typeof value.stream === "function";
}

function isIterable(value: object): value is AsyncIterable<Uint8Array> {
  return Symbol.asyncIterator in value;
}

function isBuffer(value: unknown): value is ArrayBuffer | ArrayBufferView {
  return ArrayBuffer.isView(value) || isArrayBuffer(value);
}

function isArrayBuffer(value: unknown): value is ArrayBuffer {
  return Object.prototype.toString.call(value) === "[object ArrayBuffer]";
}

function toStream(data: ImageSource): ReadableStream<unknown> {
  if (typeof data === "string" || isBuffer(data)) {
    return iterate([data][Symbol.iterator]());
  }
  if (isStream(data)) {
    return data;
  }
  return isBlob(data) ? data.stream() : iterate(data[Symbol.asyncIterator]());
}

/**
 * Makes a stream that asks for no value before it is read. `ReadableStream.from` would do, but not every browser has it.
 *
 * @param iterator Gives the chunks
 * @param cancel Called when the stream is cancelled; default: ends the iterator
 */
export function iterate<T>(
  iterator: Iterator<T> | AsyncIterator<T>,
  cancel: (reason: unknown) => unknown = () => iterator.return?.(),
): ReadableStream<T> {
  return new ReadableStream<T>(
    {
      async pull(controller) {
        const { done, value } = await iterator.next();
        if (done) {
          controller.close();
        } else {
          controller.enqueue(value);
        }
      },
      async cancel(reason) {
        await cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

function toBytes(chunk: unknown): Uint8Array {
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

function describe(value: unknown): string {
  if (typeof value !== "object" || value === null) {
    return String(value);
  }
  return Object.prototype.toString.call(value).slice("[object ".length, -1);
}
