/**
 * Several results of one request: pictures that come one after the other in one answer.
 *
 * The answer is read as far as somebody wants it. A picture that was taken holds the next one back until it is read; one
 * that was not taken is skipped. Whoever awaits all of them gets them in memory.
 */

import { ImagesError } from "./error.js";
import { MixedReader, unexpected } from "./mixed.js";
import { TransformationResult } from "./result.js";
import { iterate } from "./source.js";
import type { ImageRendition, ImageRenditions } from "./types.js";

/** What has become of the bytes of one picture: not asked for, asked for, or gone. */
type State = "waiting" | "taken" | "over";

/** The bytes of one picture, in the answer. */
class Part {
  readonly #reader: MixedReader;
  #state: State = "waiting";
  #finish = () => {};
  readonly #finished = new Promise<void>((resolve) => {
    this.#finish = resolve;
  });

  constructor(reader: MixedReader) {
    this.#reader = reader;
  }

  /**
   * Returns the bytes, which hold the next picture back.
   *
   * @throws {TypeError} if they were taken before, or if the next picture was asked for
   */
  take(): ReadableStream<Uint8Array> {
    if (this.#state !== "waiting") {
      const why = this.#state === "taken" ? "were taken before" : "are gone, since the next one was asked for";
      throw new TypeError(`the bytes of this picture ${why}`);
    }
    this.#state = "taken";
    return iterate(this.#chunks(), this.#finish);
  }

  /** Waits until whoever took the bytes has read them, or wants no more of them. Nobody can take them from now on. */
  async release(): Promise<void> {
    if (this.#state === "taken") {
      await this.#finished;
    }
    this.#state = "over";
  }

  async *#chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for (let chunk = await this.#reader.chunk(); chunk !== undefined; chunk = await this.#reader.chunk()) {
        yield chunk;
      }
    } finally {
      this.#finish();
    }
  }
}

/** One of the results: a picture, or why there is none. */
class Rendition extends TransformationResult implements ImageRendition {
  readonly #headers: Headers;
  readonly error: ImagesError | undefined;

  constructor(headers: Headers, body: () => ReadableStream<Uint8Array>, error?: ImagesError) {
    super(headers, body);
    this.#headers = headers;
    this.error = error;
  }

  get width(): number {
    return this.#side("width");
  }

  get height(): number {
    return this.#side("height");
  }

  override contentType(): string {
    this.#check();
    return super.contentType();
  }

  override image(options?: { encoding?: "base64" }): ReadableStream<Uint8Array> {
    this.#check();
    return super.image(options);
  }

  /** Reads the picture into memory, so that the next one can come. */
  async held(): Promise<Rendition> {
    if (this.error !== undefined) {
      return this;
    }
    const bytes = new Uint8Array(await new Response(this.image()).arrayBuffer());
    const body = iterate([bytes][Symbol.iterator]());
    return new Rendition(this.#headers, () => body);
  }

  #side(name: "width" | "height"): number {
    this.#check();
    const text = this.#headers.get(`image-${name}`);
    if (text === null || !/^\d+$/.test(text)) {
      throw unexpected(`the server sent a picture whose ${name} is ${JSON.stringify(text)}`);
    }
    return Number(text);
  }

  #check(): void {
    if (this.error !== undefined) {
      throw this.error;
    }
  }
}

/** The results, while they arrive. */
export class Renditions implements ImageRenditions {
  readonly [Symbol.toStringTag] = "Renditions";
  readonly #reader: Promise<MixedReader>;
  readonly #count: number;
  #isRead = false;
  #all: Promise<ImageRendition[]> | undefined;

  /**
   * @param answer The answer of the server, once it comes
   * @param count How many results were asked for
   */
  constructor(answer: Promise<Response>, count: number) {
    this.#reader = answer.then((answer) => new MixedReader(answer));
    this.#count = count;
    // Whoever reads is told; until then, nobody has to be there.
    this.#reader.catch(() => {});
  }

  /** @inheritDoc */
  [Symbol.asyncIterator](): AsyncGenerator<Rendition, void, undefined> {
    if (this.#isRead) {
      throw new TypeError("the results of outputs() can be read once");
    }
    this.#isRead = true;
    return this.#results();
  }

  // biome-ignore lint/suspicious/noThenProperty: to be awaited is one of its two purposes.
  then<Value = ImageRendition[], Other = never>(
    onValue?: ((results: ImageRendition[]) => Value | PromiseLike<Value>) | null,
    onError?: ((error: unknown) => Other | PromiseLike<Other>) | null,
  ): Promise<Value | Other> {
    this.#all ??= this.#hold();
    return this.#all.then(onValue, onError);
  }

  /** @inheritDoc */
  catch<Other = never>(
    onError?: ((error: unknown) => Other | PromiseLike<Other>) | null,
  ): Promise<ImageRendition[] | Other> {
    return this.then(null, onError);
  }

  /** @inheritDoc */
  finally(onEnd?: (() => void) | null): Promise<ImageRendition[]> {
    return this.then().finally(onEnd);
  }

  async #hold(): Promise<ImageRendition[]> {
    const results = [];
    for await (const result of this) {
      results.push(await result.held());
    }
    return results;
  }

  async *#results(): AsyncGenerator<Rendition, void, undefined> {
    const reader = await this.#reader;
    let part: Part | undefined;
    try {
      for (let index = 0; index < this.#count; index += 1) {
        const headers = await reader.next();
        if (headers === undefined) {
          throw unexpected(`the answer has ${index} of ${this.#count} results`);
        }
        part = new Part(reader);
        yield await read(headers, part);
        await part.release();
      }
      if ((await reader.next()) !== undefined) {
        throw unexpected(`the answer has more than ${this.#count} results`);
      }
    } finally {
      // A picture that was taken before is still read by somebody, who may be waiting for this end.
      (part?.release() ?? Promise.resolve()).then(() => reader.cancel());
    }
  }
}

/** Makes a result of a part, whose text is read if it says what is wrong. */
async function read(headers: Headers, part: Part): Promise<Rendition> {
  const code = /err=(\d+)/.exec(headers.get("cf-images-binding") ?? "")?.[1];
  if (code === undefined) {
    return new Rendition(headers, () => part.take());
  }
  const text = await new Response(part.take()).text();
  const error = new ImagesError(Number(code), `IMAGES_TRANSFORM_${text}`.trim());
  return new Rendition(headers, () => part.take(), error);
}
