// `hosted`: pictures that Cloudflare keeps. Palmette keeps none, and must say so in words.

import { stream } from "../kit/bytes.js";
import { define } from "../kit/case.js";
import { demand, failure } from "../kit/check.js";
import { plain } from "../kit/picture.js";
import { png } from "../kit/png.js";

/**
 * @param {string} name
 * @param {string} needs
 * @param {(hosted: HostedImagesBinding) => Promise<unknown>} call
 */
const refusesInWords = (name, needs, call) =>
  define(`hosted.${name} says that no pictures are kept`, { needs }, async ({ hosted }) => {
    const { message } = await failure(Promise.resolve().then(() => call(hosted)));
    demand(/keeps no pictures/.test(message), `the message must say so, got "${message}"`);
  });

export const hosted = [
  refusesInWords("upload", "an adapter", (hosted) => hosted.upload(stream(png(plain(1, 1, [0, 0, 0]))))),
  refusesInWords("list", "an adapter", (hosted) => hosted.list()),
  refusesInWords("image().details", "an adapter", (hosted) => hosted.image("any").details()),
  refusesInWords("image().bytes", "an adapter", (hosted) => hosted.image("any").bytes()),
  refusesInWords("createDirectUpload", "direct uploads", (hosted) => hosted.createDirectUpload()),
];
