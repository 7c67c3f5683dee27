/**
 * The multipart form of a request, written while it is sent: parts in order, one header line each, in lower case and
 * without a content type, as the client inside workerd writes them.
 */

import { iterate, type Source } from "./source.js";

/** One field: text, or the bytes of a picture, whose file name is the field's name. */
export interface Part {
  readonly name: string;
  readonly value: string | Source;
}

/** A source that failed while it was sent. */
export interface SourceFailure {
  /** Its place among the parts, from 0, which is its image index. */
  readonly index: number;
  /** What the source threw. */
  readonly error: unknown;
}

const utf8 = new TextEncoder();

/** A form, which can be sent once. */
export class Form {
  /** The value of the request's `content-type`. */
  readonly contentType: string;
  readonly #boundary = makeBoundary();
  readonly #parts: readonly Part[];
  readonly #abort = new AbortController();
  #failure: SourceFailure | undefined;
  #cancelled = false;

  /** @param parts The fields, in the order in which they are sent */
  constructor(parts: readonly Part[]) {
    this.#parts = parts;
    this.contentType = `multipart/form-data; boundary=${this.#boundary}`;
  }

  /** The source that failed, if one did. */
  get failure(): SourceFailure | undefined {
    return this.#failure;
  }

  /** Aborted when a source fails. Not every runtime breaks a request off whose body fails; it is to be given this. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /**
   * Opens the sources and returns the bytes of the form, made as they are read. Where a source fails the stream fails,
   * rather than end as if the form were whole.
   *
   * @throws What a source throws that cannot be opened
   */
  stream(): ReadableStream<Uint8Array> {
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
    return iterate(this.#pieces(), (reason) => this.cancel(reason));
  }

  /** Tells the sources that no more of them is wanted. A stream that is read nevertheless fails. */
  cancel(reason: unknown): void {
    this.#cancelled = true;
    for (const { value } of this.#parts) {
      if (typeof value !== "string") {
        value.cancel(reason);
      }
    }
  }

  /**
   * Aborts the request, and lets that happen before the body fails. It is done outside of the body's own calls, inside of
   * which it ends the process in workerd 1.20260730.
   */
  #breakOff(error: unknown): Promise<void> {
    return new Promise((resolve) => {
      setTimeout(() => {
        this.#abort.abort(error);
        resolve();
      }, 0);
    });
  }

  async *#pieces(): AsyncGenerator<Uint8Array, void, undefined> {
    for (const [index, { name, value }] of this.#parts.entries()) {
      const head = `--${this.#boundary}\r\ncontent-disposition: form-data; name="${name}"`;
      if (typeof value === "string") {
        yield utf8.encode(`${head}\r\n\r\n${value}\r\n`);
        continue;
      }
      yield utf8.encode(`${head}; filename="${name}"\r\n\r\n`);
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
      yield utf8.encode("\r\n");
    }
    yield utf8.encode(`--${this.#boundary}--\r\n`);
  }
}

/** Makes 26 dashes and 24 random digits. */
function makeBoundary(): string {
  const digits = Array.from(crypto.getRandomValues(new Uint8Array(24)), (byte) => byte % 10);
  return "-".repeat(26) + digits.join("");
}
