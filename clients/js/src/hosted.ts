/**
 * The hosted pictures of the binding: Palmette keeps none, and each method says so.
 */

import { Code, clientError, type ImagesError } from "./error.js";
import type { HostedImage, HostedImages } from "./types.js";

/** Makes the methods, each of which rejects. */
export function makeHosted(): HostedImages {
  const image: HostedImage = {
    details: () => refuse("image().details"),
    bytes: () => refuse("image().bytes"),
    signedUrl: () => refuse("image().signedUrl"),
    update: () => refuse("image().update"),
    delete: () => refuse("image().delete"),
  };
  return {
    image: () => image,
    upload: () => refuse("upload"),
    list: () => refuse("list"),
    createDirectUpload: () => refuse("createDirectUpload"),
  };
}

async function refuse(method: string): Promise<never> {
  throw unavailable(method);
}

function unavailable(method: string): ImagesError {
  return clientError(
    "HOSTED",
    Code.Invalid,
    `hosted.${method}() is not available: a Palmette server keeps no pictures`,
  );
}
