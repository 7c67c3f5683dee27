/**
 * The picture that came back.
 */

import { base64EncoderStream } from "./base64.js";
import { Code, clientError } from "./error.js";
import type { HeadersSource, ImageTransformationResult } from "./types.js";

/** A picture whose bytes are still under way. */
export class TransformationResult implements ImageTransformationResult {
  readonly #headers: Headers;
  readonly #body: () => ReadableStream<Uint8Array> | null;

  /**
   * @param headers What the server says of the picture
   * @param body Returns its bytes, unread
   */
  constructor(headers: Headers, body: () => ReadableStream<Uint8Array> | null) {
    this.#headers = headers;
    this.#body = body;
  }

  /** @inheritDoc */
  response(options: { headers?: HeadersSource } = {}): Response {
    const headers = new Headers(options.headers);
    headers.set("content-type", this.contentType());
    return new Response(this.image(), { headers });
  }

  /** @inheritDoc */
  contentType(): string {
    const type = this.#headers.get("content-type");
    if (type === null) {
      throw clientError("TRANSFORM", Code.Unexpected, "the server sent a picture without a content-type");
    }
    return type;
  }

  /** @inheritDoc */
  image(options: { encoding?: "base64" } = {}): ReadableStream<Uint8Array> {
    const { encoding } = options;
    if (encoding !== undefined && encoding !== "base64") {
      throw new TypeError(`the encoding of image() must be "base64", not ${JSON.stringify(encoding)}`);
    }
    const body = this.#body();
    if (body === null) {
      throw clientError("TRANSFORM", Code.Unexpected, "the server sent no picture");
    }
    return encoding === undefined ? body : body.pipeThrough(base64EncoderStream());
  }
}
