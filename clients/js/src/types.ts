/**
 * The types that an application sees. They take everything that `ImagesBinding` of `@cloudflare/workers-types` takes and
 * give what it gives, so that a client stands where a binding is asked for; what they take beyond it says so.
 *
 * Only global types are named here, which every runtime's own declarations have.
 */

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

/** A distance that is cut off or kept: pixels, or below 1 a fraction of that side. */
export type Length = number;

/** A CSS colour: a name, `#rgb`, `#rgba`, `#rrggbb`, `#rrggbbaa`, `rgb()`, `rgba()`, `hsl()` or `hsla()`. */
export type Color = string;

/** The options of one `transform()`; whatever their order here, they are applied in that of the README's table. */
export interface TransformOptions {
  /** Drawn under the picture, and around it where `fit` is `pad`. */
  background?: Color;
  /** Radius in pixels, 0 to 250; below 1 does nothing. */
  blur?: number;
  /** Pixels added around the picture: one width, or one a side. */
  border?:
    | { color?: Color; width?: number }
    | { color?: Color; top?: number; right?: number; bottom?: number; left?: number };
  /** Multiplies every channel, 0 to 255; 0 and 1 do nothing. */
  brightness?: number;
  /** Multiplies the distance from mid grey, 0 to 255; 0 and 1 do nothing. */
  contrast?: number;
  /** How `width` and `height` are met; default `scale-down`. The binding's types lack `aspect-crop` and `scale-up`. */
  fit?: "scale-down" | "contain" | "cover" | "crop" | "aspect-crop" | "pad" | "squeeze" | "scale-up";
  /** Mirrors left and right (`h`), top and bottom (`v`), or both. */
  flip?: "h" | "v" | "hv";
  /** Above 1 brightens the middle tones, below 1 darkens them, 0 to 255; 0 and 1 do nothing. */
  gamma?: number;
  /**
   * Which part survives a crop; default `center`. A point has `x` and `y` from 0 to 1; `mode` (default `remainder`) says
   * whether it divides what is cut off, or is the middle of what stays (`box-center`).
   */
  gravity?:
    | "left"
    | "right"
    | "top"
    | "bottom"
    | "center"
    | "auto"
    | "entropy"
    | "face"
    | { x?: number; y?: number; mode?: "remainder" | "box-center" };
  /** Height in pixels, after rotation. */
  height?: number;
  /** Degrees clockwise. */
  rotate?: 0 | 90 | 180 | 270;
  /** Multiplies the distance from grey, 0 to 255; 0 gives grey, 1 does nothing. */
  saturation?: number;
  /** Keeps the foreground only. Needs a model in the server. */
  segment?: "foreground";
  /** Strength, 0 to 10; 0 does nothing. */
  sharpen?: number;
  /** Cuts edges off: by measure, or as far as all pixels have one colour. */
  trim?:
    | "border"
    | {
        top?: Length;
        right?: Length;
        bottom?: Length;
        left?: Length;
        width?: Length;
        height?: Length;
        border?: boolean | { color?: Color; tolerance?: number; keep?: number };
      };
  /** How a picture is enlarged; default `interpolate`. `generate` needs a model. Not in the binding's types. */
  upscale?: "interpolate" | "generate";
  /** Width in pixels, after rotation. */
  width?: number;
  /** How close a crop by `gravity: "face"` goes, 0 to 1. Not in the binding's types. */
  zoom?: number;
}

/** How a picture is drawn on another; where neither side of an axis is given, it is in the middle. */
export interface DrawOptions {
  /** Multiplies the overlay's alpha, 0 to 1. */
  opacity?: number;
  /** Tiles the overlay along both axes (`true`) or along one (`"x"`, `"y"`). */
  repeat?: boolean | string;
  /** How the overlay combines with what is there; default `over`. */
  composite?: "over" | "in" | "atop" | "out" | "xor" | "lighter";
  /** Pixels between the upper edges; may be negative. Excludes `bottom`. */
  top?: number;
  /** Pixels between the left edges; may be negative. Excludes `right`. */
  left?: number;
  /** Pixels between the lower edges; may be negative. */
  bottom?: number;
  /** Pixels between the right edges; may be negative. */
  right?: number;
}

/** How a text is set. */
export interface TextOptions {
  /** Where the server finds the font: TrueType, OpenType, WOFF or WOFF2. */
  font: { url: string };
  /** Points. */
  size?: number;
  /** Colour of the letters. */
  color?: Color;
}

/** The form in which the result is wanted. */
export interface OutputOptions {
  /** Media type; or `rgb`, `rgba`: bare bytes, row by row. */
  format: "image/jpeg" | "image/png" | "image/gif" | "image/webp" | "image/avif" | "rgb" | "rgba";
  /** 1 to 100, default 85; or a name, which the binding's types lack. */
  quality?: number | "high" | "medium-high" | "medium-low" | "low";
  /** Drawn under the whole result. */
  background?: Color;
  /** `false` keeps the first frame of an animation only. */
  anim?: boolean;
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

/** A picture and what is to be done with it. `transform()` and `draw()` add to it and return it. */
export interface ImageTransformer {
  /** Adds a change of the picture. */
  transform(options: TransformOptions): ImageTransformer;
  /**
   * Adds the drawing of another picture on this one.
   *
   * @param image Bytes, or a transformer, which is used up by that
   * @throws {ImagesError} 9525 if the transformer was output or drawn before
   */
  draw(image: ImageSource | ImageTransformer, options?: DrawOptions): ImageTransformer;
  /**
   * Sends everything to the server and waits for the start of the answer. Uses this transformer up.
   *
   * @throws {ImagesError} if the server refuses, if a source fails, or (9525) if the transformer was used before
   */
  output(options: OutputOptions): Promise<ImageTransformationResult>;
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

/** The hosted pictures of the binding, which a Palmette server does not have: every promise rejects with 9401. */
export interface HostedImages {
  /** Returns a handle, whose methods reject. */
  image(id: string): HostedImage;
  /** Rejects. */
  upload(image: ReadableStream<Uint8Array> | ArrayBuffer, options?: object): Promise<never>;
  /** Rejects. */
  list(options?: object): Promise<never>;
  /** Rejects. */
  createDirectUpload(options?: object): Promise<never>;
}

/** A handle of a hosted picture, which a Palmette server does not have. */
export interface HostedImage {
  /** Rejects. */
  details(): Promise<never>;
  /** Rejects. */
  bytes(): Promise<never>;
  /** Rejects. */
  signedUrl(options: object): Promise<never>;
  /** Rejects. */
  update(options: object): Promise<never>;
  /** Rejects. */
  delete(): Promise<never>;
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
  /** Not available; there so that the types fit. */
  readonly hosted: HostedImages;
}

/** Something that sends requests: a service binding, or any object with a `fetch` method. */
export interface FetcherLike {
  /** As the global `fetch`. */
  fetch(url: string, init: RequestInit): Promise<Response>;
}

/** Settings of a client. */
export interface ClientOptions {
  /** Sent with every request, for example `{ authorization: "Bearer …" }`. */
  headers?: HeadersSource;
  /** Used instead of the global `fetch`. Only with a URL. */
  fetch?: (url: string, init: RequestInit) => Promise<Response>;
  /**
   * Whether bodies are streamed; default `true`, but `false` in browsers, which stream over HTTP/2 only. Where it is
   * `false`, a form is collected in a `Blob` before it is sent.
   */
  streaming?: boolean;
}
