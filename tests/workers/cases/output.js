// `output`: every format decoded back, quality, background and animation.

import { stream } from "../kit/bytes.js";
import { define } from "../kit/case.js";
import { becomes, demand, encoded, equal, input, pixels, sameBytes, samePixels } from "../kit/check.js";
import { gifDelays, plainGif, webpDelays } from "../kit/gif.js";
import { Picture, pattern, plain } from "../kit/picture.js";

/** Soft enough for every lossy format, with enough colours to be hard for a palette. */
const soft = Picture.of(64, 48, (x, y) => [x * 4, y * 5, 128 + 60 * Math.sin((x + y) / 9)]);

/** Four colours in blocks of 16, for what is exact only where little changes. */
const blocks = Picture.of(
  32,
  32,
  (x, y) =>
    [
      [200, 30, 40],
      [20, 160, 60],
      [30, 60, 190],
      [240, 240, 230],
    ][(x >> 4) + (y >> 4) * 2],
);

const half = plain(16, 16, [255, 0, 0, 128]);

/** @typedef {ImageOutputOptions["format"]} Format */

/** @param {Format} format @param {Picture} source @param {ImageOutputOptions} options @param {import("../kit/check.js").Tolerance} [tolerance] */
const survives = (format, source, options, tolerance) =>
  define(`output ${format} decodes to what was sent`, { proves: ["output_format"] }, async (images) => {
    const result = await input(images, source).output(options);
    equal(result.contentType(), format, "contentType()");
    await becomes(source, images.input(result.image()), tolerance);
  });

/** @param {Uint8Array} data */
const colours = (data) => new Set(new Uint32Array(data.slice().buffer)).size;

const formats = [
  survives("image/png", pattern(33, 21), { format: "image/png" }),
  survives("image/webp", pattern(33, 21), { format: "image/webp", quality: 100 }),
  survives("image/gif", blocks, { format: "image/gif" }),
  survives("image/jpeg", soft, { format: "image/jpeg", quality: 95 }, { within: 8 }),
  survives("image/avif", soft, { format: "image/avif", quality: 95 }, { within: 8 }),
  define("output rgba is bare bytes, straight", { proves: ["output_format"] }, async (images) => {
    const result = await input(images, half).output({ format: "rgba" });
    equal(result.contentType(), "application/octet-stream", "contentType()");
    samePixels(await pixels(input(images, half), 16, 16), half);
  }),
  define("output rgb is bare bytes without alpha", { proves: ["output_format"] }, async (images) => {
    const data = await encoded(input(images, pattern(7, 5)), { format: "rgb" });
    const { data: rgba } = pattern(7, 5);
    sameBytes(
      data,
      rgba.filter((_, at) => at % 4 < 3),
      "rgb",
    );
  }),
  ...["image/png", "image/webp", "image/avif"].map((format) =>
    define(`output ${format} keeps alpha`, {}, async (images) => {
      const answer = await encoded(input(images, half), { format: /** @type {Format} */ (format) });
      const back = await pixels(images.input(stream(answer)), 16, 16);
      demand(Math.abs(back.at(8, 8)[3] - 128) <= 1, `alpha must be 128, is ${back.at(8, 8)[3]}`);
      samePixels(back, half, { within: 4 });
    }),
  ),
  define("output image/jpeg lies on white", {}, async (images) => {
    const answer = await encoded(input(images, half), { format: "image/jpeg", quality: 100 });
    await becomes(plain(16, 16, [255, 127, 127]), images.input(stream(answer)), { within: 4 });
  }),
];

/** @param {Format} format */
const saves = (format) =>
  define(
    `quality of ${format}: less is smaller and looks otherwise`,
    { proves: ["output_quality"] },
    async (images) => {
      const sizes = [];
      const looks = [];
      for (const quality of [20, 60, 95]) {
        const answer = await encoded(input(images, soft), { format, quality });
        sizes.push(answer.length);
        looks.push(await pixels(images.input(stream(answer)), 64, 48));
      }
      demand(sizes[0] < sizes[1] && sizes[1] < sizes[2], `bytes must grow with quality, are ${sizes}`);
      const errors = looks.map(({ data }) => data.reduce((sum, value, at) => sum + Math.abs(value - soft.data[at]), 0));
      demand(errors[0] > errors[1] && errors[1] > errors[2], `errors must shrink with quality, are ${errors}`);
    },
  );

const qualities = [
  saves("image/jpeg"),
  saves("image/webp"),
  saves("image/avif"),
  define("quality has names", { proves: ["output_quality"] }, async (images) => {
    const qualities = [90, "high", 70, "medium-high", 50, "medium-low", 35, "low"];
    const answers = await Promise.all(
      qualities.map((quality) =>
        encoded(input(images, soft), { format: "image/jpeg", quality: /** @type {number} */ (quality) }),
      ),
    );
    for (let at = 0; at < answers.length; at += 2) {
      sameBytes(answers[at + 1], answers[at], `quality ${qualities[at + 1]}`);
      demand(
        at === 0 || answers[at].length < answers[at - 1].length,
        `${qualities[at + 1]} must be smaller than the one before`,
      );
    }
  }),
  define("quality is 85 where none is given", {}, async (images) => {
    const [unset, set] = await Promise.all([
      encoded(input(images, soft), { format: "image/webp" }),
      encoded(input(images, soft), { format: "image/webp", quality: 85 }),
    ]);
    sameBytes(unset, set, "quality 85");
  }),
  define("quality of image/png means a palette", { proves: ["output_quality"] }, async (images) => {
    const [exact, palette] = await Promise.all([
      encoded(input(images, soft), { format: "image/png" }),
      encoded(input(images, soft), { format: "image/png", quality: 50 }),
    ]);
    const counts = await Promise.all(
      [exact, palette].map(async (answer) => colours((await pixels(images.input(stream(answer)), 64, 48)).data)),
    );
    demand(counts[0] > 256 && counts[1] <= 256, `colours must be over 256, then at most 256, are ${counts}`);
    // Not that there are fewer bytes: a slope of this size is filtered to less than its dithered indices take.
  }),
];

/** @param {Format} format @param {number} within */
const flattens = (format, within) =>
  define(`background of ${format} lies under everything`, { proves: ["background"] }, async (images) => {
    const options = { format, background: "#0000ff", quality: format === "image/png" ? undefined : 100 };
    const answer = await encoded(input(images, half), options);
    await becomes(plain(16, 16, [128, 0, 127]), images.input(stream(answer)), { within });
  });

const backgrounds = [
  flattens("image/png", 1),
  flattens("image/jpeg", 5),
  flattens("image/webp", 1),
  flattens("image/avif", 4),
  flattens("image/gif", 1),
  define("background of rgb lies under everything", { proves: ["background"] }, async (images) => {
    const data = await encoded(input(images, half), { format: "rgb", background: "rgb(0, 255, 0)" });
    equal([...data.subarray(0, 3)], [128, 127, 0], "the first pixel");
  }),
];

const film = () =>
  plainGif(
    12,
    9,
    [
      [250, 10, 20],
      [10, 240, 30],
      [20, 30, 230],
    ],
    7,
  );

/** @param {Format} format @param {(bytes: Uint8Array) => number[]} delays */
const moves = (format, delays) => [
  define(`${format} of an animation moves, with its times`, {}, async (images) => {
    const answer = await encoded(images.input(stream(film())), { format });
    equal(delays(answer), [7, 7, 7], "delays");
  }),
  define(`anim true of ${format} is the default`, {}, async (images) => {
    equal(delays(await encoded(images.input(stream(film())), { format, anim: true })), [7, 7, 7], "delays");
  }),
  define(`anim false of ${format} leaves the first frame`, { proves: ["anim"] }, async (images) => {
    const answer = await encoded(images.input(stream(film())), { format, anim: false });
    demand(delays(answer).length < 2, `frames must be one, are ${delays(answer).length}`);
    await becomes(plain(12, 9, [250, 10, 20]), images.input(stream(answer)), { within: 4 });
  }),
];

const animations = [
  ...moves("image/gif", gifDelays),
  ...moves("image/webp", webpDelays),
  define("every frame goes through the steps", { proves: ["transform.width"] }, async (images) => {
    const small = images.input(stream(film())).transform({ width: 4 });
    const answer = await encoded(small, { format: "image/gif" });
    equal(gifDelays(answer), [7, 7, 7], "delays");
    equal([answer[6], answer[8]], [4, 3], "width and height");
  }),
  define("other formats show the first frame", {}, async (images) => {
    const answer = await encoded(images.input(stream(film())), { format: "image/png" });
    await becomes(plain(12, 9, [250, 10, 20]), images.input(stream(answer)));
  }),
];

export const output = [...formats, ...qualities, ...backgrounds, ...animations];
