// What else there is to a binding than options: which pictures it reads, in which order it works, how it refuses.

import { readFileSync } from "node:fs";
import { Picture, paste, plain } from "../kit/picture.js";
import { like, moving, typed } from "./looks.js";
import { BLOCKS, lying, MOVING, SMALL, SOFT, SOURCE } from "./pictures.js";

/** @typedef {import("./request.js").Request} Request */

/**
 * @typedef {object} Manner
 * @property {string} name
 * @property {Request} request
 * @property {Request} [without] What a request is that does not ask for it.
 * @property {import("./looks.js").Looks} [looks]
 * @property {(json: any) => boolean} [says] What a call must answer.
 * @property {number} [refused] The code that it must be refused with.
 */

/** Encodes pictures, for sources of other formats than PNG. @typedef {(picture: Picture, format: string) => Promise<Uint8Array>} Encoder */

const FORMATS = ["image/jpeg", "image/png", "image/webp", "image/avif"];

/** A font of Debian's package fonts-dejavu-core, in its URL: nothing is fetched for a comparison. */
const FONT = readFileSync("/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf").toString("base64");

/** @type {[string, {font: {url: string}}]} */
const TEXT = ["palmette", { font: { url: `data:font/ttf;base64,${FONT}` } }];

/**
 * @param {Encoder} encoder
 * @returns {Promise<Manner[]>}
 */
export async function manners(encoder) {
  const jpeg = await encoder(SOFT, "image/jpeg");
  const soft = like(SOFT, 30);
  const sources = FORMATS.map(async (format) => ({
    name: `${format} in`,
    request: { source: await encoder(SOFT, format) },
    looks: soft,
  }));
  return [
    ...(await Promise.all(sources)),
    { name: "image/gif in", request: { source: await encoder(BLOCKS, "image/gif") }, looks: like(BLOCKS, 8) },
    {
      name: "image/gif in, moving, to image/webp",
      request: { source: MOVING, output: { format: "image/webp" } },
      looks: typed("image/webp", moving(3, like(plain(16, 16, [255, 0, 0]), 24))),
    },
    {
      name: "a JPEG that its EXIF turns",
      request: { source: lying(jpeg) },
      without: { source: jpeg },
      looks: like(
        Picture.of(48, 64, (x, y) => SOFT.at(y, 47 - x)),
        30,
      ),
    },
    {
      name: "two transforms, one after the other",
      request: { source: SOURCE, transforms: [{ rotate: 90 }, { rotate: 90 }] },
      without: { source: SOURCE, transforms: [{ rotate: 90 }] },
      looks: like(Picture.of(60, 40, (x, y) => SOURCE.at(59 - x, 39 - y))),
    },
    {
      name: "`draw` of a picture",
      request: { source: SOURCE, overlay: SMALL, draw: { top: 2, left: 3 } },
      without: { source: SOURCE },
      looks: like(paste(SOURCE, SMALL, 3, 2)),
    },
    {
      name: "`draw` of a text",
      request: { source: SOURCE, overlay: SMALL, overlayText: TEXT },
      without: { source: SOURCE },
      looks: () => true,
    },
    { name: "`text` as the canvas", request: { source: SOURCE, text: TEXT }, looks: () => true },
    {
      name: "`info`",
      request: { source: jpeg, call: "info" },
      says: (json) =>
        JSON.stringify([json.format, json.fileSize, json.width, json.height]) === `["image/jpeg",${jpeg.length},64,48]`,
    },
    { name: "`hosted`", request: { source: SOURCE, call: "hosted" }, says: (json) => Array.isArray(json.images) },
    {
      name: "an option that does not exist is refused",
      request: { source: SOURCE, transform: { brilliance: 2 } },
      refused: 9401,
    },
    {
      name: "a value that is out of range is refused",
      request: { source: SOURCE, transform: { blur: 251 } },
      refused: 9401,
    },
    {
      name: "a source that is no picture is refused",
      request: { source: new TextEncoder().encode("no picture") },
      refused: 9412,
    },
  ];
}
