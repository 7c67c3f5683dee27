/**
 * The types that an application sees. They take everything that `ImagesBinding` of `@cloudflare/workers-types` takes and
 * give what it gives, so that a client stands where a binding is asked for; what they take beyond it says so.
 *
 * Only global types are named here, which every runtime's own declarations have.
 */

import type { ImagesError } from "./error.js";
import type { Color, DrawOptions, OutputOptions, TextLayout, TransformOptions } from "./options.js";

export type { Color, DrawOptions, OutputOptions, TextLayout, TransformOptions };

/**
 * The bytes of a picture: a stream, of which nothing is read before `output()` or `info()`; or bytes in memory. The binding
 * takes a `ReadableStream` only. A string is sent as UTF-8, which suits base64 and SVG.
 */
export type ImageSource =
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array>
  | Blob
  | ArrayBuffer
  | ArrayBufferView
  | string;

/** How the bytes of a source are written. */
export interface InputOptions {
  /** `base64`: the source is base64 text, decoded on its way to the server. */
  encoding?: "base64";
}

/** A font and, beyond what the binding types, the layout that rides with it: the binding sends this object as it is. */
export interface FontOptions extends TextLayout {
  /** A URL that the server can fetch, a `data:` URL, or `font:` and the name of a font that the server has. */
  url: string;
}

/** How a text is set. */
export interface TextOptions {
  /** Where the font is, and how lines are laid out. */
  font: FontOptions;
  /** Pixels per em, 12 by default. */
  size?: number;
  /** Colour of the letters, black by default. */
  color?: Color;
}

/** What `info()` tells. */
export type ImageInfo =
  | { format: "image/svg+xml" }
  | {
      /** Media type. */
      format: string;
      /** Bytes of the source. */
      fileSize: number;
      /** Pixels, as displayed. */
      width: number;
      /** Pixels, as displayed. */
      height: number;
    };

/** A transformer as far as the binding has it: `draw()` takes no more of one, so that a client fits the binding's types. */
export interface BindingTransformer {
  /** Adds a change of the picture. */
  transform(options: TransformOptions): BindingTransformer;
  /**
   * Adds the drawing of another picture on this one.
   *
   * @param image Bytes, or a transformer of the same client, which is used up by that
   * @throws {ImagesError} 9525 if the transformer was output or drawn before
   */
  draw(image: ImageSource | BindingTransformer, options?: DrawOptions): BindingTransformer;
  /**
   * Sends everything to the server and waits for the start of the answer. Uses this transformer up.
   *
   * @throws {ImagesError} if the server refuses, if a source fails, or (9525) if the transformer was used before
   */
  output(options: OutputOptions): Promise<ImageTransformationResult>;
}

/** A picture and what is to be done with it. `transform()` and `draw()` add to it and return it. */
export interface ImageTransformer extends BindingTransformer {
  transform(options: TransformOptions): ImageTransformer;
  draw(image: ImageSource | BindingTransformer, options?: DrawOptions): ImageTransformer;
  /**
   * Asks for several results of this picture at once, which the binding cannot do. The sources are sent and decoded once, and
   * each result has steps of its own behind those of the picture. Sends everything at once, and uses this transformer up.
   *
   * @param results 1 to 32, in the order in which the results come
   * @throws {TypeError} if `results` is not a list. All else is thrown where the results are read or awaited, as by `output()`
   *
   * @example
   * const widths = [320, 640, 1280].map((width) => ({ transforms: [{ width }], format: "image/webp" as const }));
   * for await (const result of images.input(photo).outputs(widths)) {
   *   await bucket.put(`photo-${result.width}.webp`, result.image());
   * }
   */
  outputs(results: readonly RenditionOptions[]): ImageRenditions;
}

/** One of several results: how it is encoded, and what is done with it before. */
export interface RenditionOptions extends OutputOptions {
  /** Changes of this result alone, in order, after all steps of the picture. */
  transforms?: readonly TransformOptions[];
}

/**
 * The results of one request, in order, which can be read once: one by one as they come, or awaited together.
 *
 * Read one by one, they are streams. A picture whose bytes were taken, with `response()` or `image()`, has to be read or
 * cancelled before the next one comes; one that was not taken is skipped. Awaited, all of them are in memory.
 *
 * A result that could not be made has an `error`, and the others come all the same. An answer that breaks off, or that is a
 * refusal of the whole request, is thrown.
 */
export interface ImageRenditions extends AsyncIterable<ImageRendition>, Promise<ImageRendition[]> {}

/** One of several results. If it could not be made, everything but `error` throws that error. */
export interface ImageRendition extends ImageTransformationResult {
  /** Why it could not be made; `undefined` if it was. */
  readonly error: ImagesError | undefined;
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
}

/** A picture that came back. Its bytes can be taken once: with `response()` or with `image()`. */
export interface ImageTransformationResult {
  /** Makes a response of it, with its content type and your headers, and none of the server's other headers. */
  response(options?: { headers?: HeadersSource }): Response;
  /**
   * Returns the media type.
   *
   * @throws {ImagesError} 9523 if the server sent none
   */
  contentType(): string;
  /** Returns the bytes, or their base64 text as ASCII. */
  image(options?: { encoding?: "base64" }): ReadableStream<Uint8Array>;
}

/** Whatever `new Headers()` takes. */
export type HeadersSource = ConstructorParameters<typeof Headers>[0];

/** What is known of a hosted picture. */
export interface HostedImageMetadata {
  id: string;
  filename?: string;
  /** When it was uploaded, as ISO 8601. */
  uploaded?: string;
  requireSignedURLs: boolean;
  /** What was given as `metadata`. */
  meta?: Record<string, unknown>;
  /** A URL for each variant. */
  variants: string[];
  /** Whether its direct upload is still awaited. */
  draft?: boolean;
  creator?: string;
}

/** What may be said of a picture that is uploaded. */
export interface UploadOptions {
  /** Its name; default: one that is made up. */
  id?: string;
  filename?: string;
  requireSignedURLs?: boolean;
  /** At most 1,024 bytes as JSON. */
  metadata?: Record<string, unknown>;
  creator?: string;
  encoding?: "base64";
}

/** What may be changed of a picture; `metadata` replaces what was there. */
export interface UpdateOptions {
  requireSignedURLs?: boolean;
  metadata?: Record<string, unknown>;
  creator?: string;
}

/** What may be said of a picture that somebody else uploads. */
export interface DirectUploadOptions {
  id?: string;
  metadata?: Record<string, unknown>;
  requireSignedURLs?: boolean;
  creator?: string;
  /** Seconds that the upload is open, 120 to 21,600; default 1,800. */
  expiresIn?: number;
}

/** What the URL of a picture is signed for. */
export interface SignedUrlOptions {
  variant: string;
  /** Seconds until it ends; default: never. */
  expiresIn?: number;
  /** Default: `default`. */
  keyName?: string;
}

/** A value of metadata that a list can be filtered by. */
type FilterValue = string | number | boolean;

/** Which pictures a list has. */
export interface ImageListFilter {
  /** Conditions by field, whose names have dots where one is in the other. */
  metadata?: Record<
    string,
    | FilterValue
    | {
        eq?: FilterValue;
        in?: (string | number)[];
        gt?: number;
        gte?: number;
        lt?: number;
        lte?: number;
      }
  >;
}

/** Which pictures a list has, and how many. */
export interface ImageListOptions {
  limit?: number;
  /** That of the list before. */
  cursor?: string;
  sortOrder?: "asc" | "desc";
  creator?: string;
  filter?: ImageListFilter;
}

/** The hosted pictures of the binding. Where a server keeps none, every promise rejects with 9401. */
export interface HostedImages {
  /** Returns a handle of a picture, which need not be there. */
  image(id: string): HostedImage;
  /**
   * Keeps a picture.
   *
   * @throws {ImagesError} if it is none, or too large, or if its name is taken
   */
  upload(image: ReadableStream<Uint8Array> | ArrayBuffer, options?: UploadOptions): Promise<HostedImageMetadata>;
  /** Lists pictures, those that were uploaded first at the start. */
  list(options?: ImageListOptions): Promise<{ images: HostedImageMetadata[]; cursor?: string; listComplete: boolean }>;
  /** Makes a URL to which one picture can be uploaded. */
  createDirectUpload(options?: DirectUploadOptions): Promise<{ id: string; uploadURL: string }>;
}

/** A handle of a hosted picture. */
export interface HostedImage {
  /** Returns what is known of it; null if there is none. */
  details(): Promise<HostedImageMetadata | null>;
  /** Returns the file that was uploaded; null if there is none. */
  bytes(): Promise<ReadableStream<Uint8Array> | null>;
  /**
   * Signs the URL of a variant.
   *
   * @throws {ImagesError} 5404 if there is no such picture or key
   */
  signedUrl(options: SignedUrlOptions): Promise<string>;
  /**
   * Changes what is said of it.
   *
   * @throws {ImagesError} 5404 if there is none
   */
  update(options: UpdateOptions): Promise<HostedImageMetadata>;
  /** Removes it; false if there is none. */
  delete(): Promise<boolean>;
}

/** The client: what `env.IMAGES` is to a Worker. */
export interface Images {
  /**
   * Looks at a picture's header: format, and size as displayed.
   *
   * @throws {ImagesError} 9412 if it is no picture
   */
  info(image: ImageSource, options?: InputOptions): Promise<ImageInfo>;
  /** Starts with a picture. */
  input(image: ImageSource, options?: InputOptions): ImageTransformer;
  /** Starts with a text, set on a transparent ground. */
  text(content: string, options: TextOptions): ImageTransformer;
  /** Pictures that the server keeps. */
  readonly hosted: HostedImages;
}

/** Something that sends requests: a service binding, or any object with a `fetch` method. */
export interface FetcherLike {
  /** As the global `fetch`. */
  fetch(url: string, init: RequestInit): Promise<Response>;
}

/** Settings of a client. */
export interface ClientOptions {
  /** Sent with every request. */
  headers?: HeadersSource;
  /** The token of a server that asks for one, sent as `authorization: Bearer …`. */
  token?: string;
  /** Used instead of the global `fetch`. Only with a URL. */
  fetch?: (url: string, init: RequestInit) => Promise<Response>;
  /**
   * Whether bodies are streamed; default `true`, but `false` in browsers, which stream over HTTP/2 only. Where it is
   * `false`, a form is collected in a `Blob` before it is sent.
   */
  streaming?: boolean;
}
