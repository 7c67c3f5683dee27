/**
 * The picture that came back.
 */

import { base64EncoderStream } from "./base64.js";
import { Code, clientError } from "./error.js";
import type { HeadersSource, ImageTransformationResult } from "./types.js";

/** A picture whose bytes are still under way. */
export class TransformationResult implements ImageTransformationResult {
  readonly #answer: Response;

  /** @param answer A good answer of the server, unread */
  constructor(answer: Response) {
    this.#answer = answer;
  }

  /** @inheritDoc */
  response(options: { headers?: HeadersSource } = {}): Response {
    const headers = new Headers(options.headers);
    headers.set("content-type", this.contentType());
    return new Response(this.image(), { headers });
  }

  /** @inheritDoc */
  contentType(): string {
    const type = this.#answer.headers.get("content-type");
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
    const { body } = this.#answer;
    if (body === null) {
      throw clientError("TRANSFORM", Code.Unexpected, "the server sent no picture");
    }
    return encoding === undefined ? body : body.pipeThrough(base64EncoderStream());
  }
}
