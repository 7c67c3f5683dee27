// Several results of one request, which the runtime's own binding cannot ask for, and `createImages` can.

import { collect, stream } from "../kit/bytes.js";
import { define } from "../kit/case.js";
import { demand, equal, failure, samePixels } from "../kit/check.js";
import { cut, Picture, pattern } from "../kit/picture.js";
import { png } from "../kit/png.js";

/** @typedef {import("palmette").ImageRendition} ImageRendition */
/** @typedef {import("palmette").RenditionOptions} RenditionOptions */

const NEEDS = { needs: "several results" };

const SOURCE = pattern(33, 21);

/** What is asked for, and what must come. */
const WANTED = /** @type {RenditionOptions[]} */ ([
  { format: "rgba" },
  { transforms: [{ trim: { left: 3 } }, { rotate: 90 }], format: "image/png" },
  { transforms: [{ width: 20_000, fit: "contain" }], format: "image/webp" },
  { transforms: [{ width: 16 }], format: "image/jpeg", quality: 50, background: "white" },
]);

/**
 * @param {ImagesBinding} images
 * @param {RenditionOptions[]} wanted
 */
const outputs = (images, wanted = WANTED) =>
  /** @type {import("palmette").Images} */ (/** @type {unknown} */ (images))
    .input(stream(png(SOURCE)))
    .transform({ flip: "h" })
    .outputs(wanted);

/** @param {readonly ImageRendition[]} results @param {Uint8Array} first @param {ImagesBinding} images */
async function check(results, first, images) {
  equal(results.length, 4, "results");
  equal(
    results.map(({ error }) => error?.code ?? null),
    [null, null, 9413, null],
    "the codes",
  );
  demand(/output 3: /.test(results[2].error?.message ?? ""), `the message must name the output: ${results[2].error}`);
  const [raw, turned, , small] = results;
  const flipped = Picture.of(33, 21, (x, y) => SOURCE.at(32 - x, y));
  samePixels(new Picture(raw.width, raw.height, first), flipped);
  equal([turned.width, turned.height, turned.contentType()], [21, 30, "image/png"], "the second");
  equal([small.width, small.height, small.contentType()], [16, 10, "image/jpeg"], "the last");
  // Its bytes are those of a request for it alone.
  const alone = await images
    .input(stream(png(SOURCE)))
    .transform({ flip: "h" })
    .transform({ width: 16 })
    .output({ format: "image/jpeg", quality: 50, background: "white" });
  equal([...(await collect(small.image()))], [...(await collect(alone.image()))], "the last, by itself");
  const shown = await collect((await images.input(turned.image()).output({ format: "rgba" })).image());
  const rest = cut(flipped, 3, 0, 30, 21);
  samePixels(
    new Picture(21, 30, shown),
    Picture.of(21, 30, (x, y) => rest.at(y, 20 - x)),
  );
}

export const severalResults = [
  define("outputs: all of them, awaited", NEEDS, async (images) => {
    const results = await outputs(images);
    await check(results, await collect(results[0].image()), images);
  }),
  define("outputs: one by one, read or not", NEEDS, async (images) => {
    const sizes = [];
    for await (const result of outputs(images)) {
      if (result.error) {
        sizes.push(result.error.code);
        continue;
      }
      sizes.push([result.width, result.height]);
      // The bytes of one are left alone.
      if (result.contentType() !== "image/png") {
        demand((await collect(result.image())).length > 0, "a picture has bytes");
      }
    }
    equal(sizes, [[33, 21], [21, 30], 9413, [16, 10]], "what came");
  }),
  define("outputs: a refusal of all is thrown by its place", NEEDS, async (images) => {
    const wrong = /** @type {any} */ ([{ format: "rgb" }, { format: "rgb", transforms: [{ widht: 5 }] }]);
    const { message } = await failure(Promise.resolve(outputs(images, wrong)));
    demand(/^IMAGES_TRANSFORM_ERROR 9401: transform 1 of output 2: unknown option "widht"/.test(message), message);
    demand(/did you mean width\?$/.test(message), message);
    const none = await failure(Promise.resolve(outputs(images, [])));
    demand(/9401: outputs must be a list of 1 to 32 objects, got 0 of them$/.test(none.message), none.message);
  }),
];
