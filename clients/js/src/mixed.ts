/**
 * Reads `multipart/mixed`, the answer to a request for several results, while it arrives.
 *
 * Every part tells its length, so no picture is searched for the boundary, and nothing is held but the chunk that came last.
 */

import { Code, clientError, type ImagesError } from "./error.js";

/** The most bytes of the headers of a part. */
const MAX_HEAD_BYTES = 8192;

const CRLF = [0x0d, 0x0a] as const;

/** The parts of an answer, one after the other. */
export class MixedReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #delimiter: string;
  /** Bytes that came and are not used up. */
  #pending: Uint8Array = new Uint8Array(0);
  /** Bytes of the part that are still to come. */
  #left = 0;
  #parts = 0;

  /**
   * @param answer A good answer of the server, unread
   * @throws {ImagesError} 9523 if it does not consist of parts
   */
  constructor(answer: Response) {
    const type = answer.headers.get("content-type") ?? "";
    const [, quoted, plain] = /^multipart\/mixed\s*;.*\bboundary=(?:"([^"]+)"|([^\s;"]+))/i.exec(type) ?? [];
    const boundary = quoted ?? plain;
    if (boundary === undefined || answer.body === null) {
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
  async next(): Promise<Headers | undefined> {
    while ((await this.chunk()) !== undefined);
    const delimiter = this.#parts === 0 ? this.#delimiter : `\r\n${this.#delimiter}`;
    const found = ascii(await this.#take(delimiter.length));
    const after = ascii(await this.#take(2));
    if (found !== delimiter || (after !== "\r\n" && after !== "--")) {
      throw unexpected(`no boundary after ${count(this.#parts)}`);
    }
    if (after === "--") {
      return undefined;
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
  async chunk(): Promise<Uint8Array | undefined> {
    if (this.#left === 0) {
      return undefined;
    }
    if (this.#pending.length === 0) {
      await this.#fill();
    }
    const chunk = this.#use(Math.min(this.#left, this.#pending.length));
    this.#left -= chunk.length;
    return chunk;
  }

  /** Says that no more is wanted. */
  cancel(reason?: unknown): void {
    // How the connection takes it is nobody's business any more.
    this.#reader.cancel(reason).catch(() => {});
  }

  /** Waits for more bytes. */
  async #fill(): Promise<void> {
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
  #use(length: number): Uint8Array {
    const used = this.#pending.subarray(0, length);
    this.#pending = this.#pending.subarray(length);
    return used;
  }

  /** Waits for exactly so many bytes, few. */
  async #take(length: number): Promise<Uint8Array> {
    while (this.#pending.length < length) {
      await this.#fill();
    }
    return this.#use(length);
  }

  /** Waits for the headers of a part, and for the empty line after them. */
  async #takeHead(): Promise<string> {
    for (let searched = 0; ; ) {
      const end = endOfHead(this.#pending, searched);
      if (end !== undefined) {
        return ascii(this.#use(end)).slice(0, -4);
      }
      searched = Math.max(0, this.#pending.length - 3);
      if (searched > MAX_HEAD_BYTES) {
        throw unexpected(`the headers of a part are larger than ${MAX_HEAD_BYTES} bytes`);
      }
      await this.#fill();
    }
  }
}

/** Returns where the first empty line ends. */
function endOfHead(bytes: Uint8Array, from: number): number | undefined {
  for (let at = bytes.indexOf(CRLF[0], from); at >= 0 && at + 3 < bytes.length; at = bytes.indexOf(CRLF[0], at + 1)) {
    if (bytes[at + 1] === CRLF[1] && bytes[at + 2] === CRLF[0] && bytes[at + 3] === CRLF[1]) {
      return at + 4;
    }
  }
  return undefined;
}

function parseHead(head: string): Headers {
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

function ascii(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

function count(parts: number): string {
  return parts === 0 ? "the beginning" : `part ${parts}`;
}

/** Makes the error of an answer that no server gives. */
export function unexpected(text: string, options?: { cause?: unknown }): ImagesError {
  return clientError("TRANSFORM", Code.Unexpected, text, options);
}
