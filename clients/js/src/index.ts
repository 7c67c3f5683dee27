/**
 * The Images binding's API against a Palmette server, for Workers, Node and browsers, without dependencies.
 */

export { ImagesError } from "./error.js";
export { createImages } from "./images.js";
export type {
  BindingTransformer,
  ClientOptions,
  Color,
  DrawOptions,
  FetcherLike,
  FontOptions,
  HeadersSource,
  HostedImage,
  HostedImages,
  ImageInfo,
  ImageRendition,
  ImageRenditions,
  ImageSource,
  Images,
  ImageTransformationResult,
  ImageTransformer,
  InputOptions,
  OutputOptions,
  RenditionOptions,
  TextLayout,
  TextOptions,
  TransformOptions,
} from "./types.js";
