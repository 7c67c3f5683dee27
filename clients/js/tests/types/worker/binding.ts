/**
 * In a Worker's project: a client stands where `ImagesBinding` is asked for. Compiling is the test; each `@ts-expect-error`
 * shows that a lack would be noticed.
 */
import {
  createImages,
  type ImageRendition,
  type Images,
  type ImagesError,
  type ImageTransformationResult,
  type ImageTransformer,
  type RenditionOptions,
} from "palmette";

interface Env {
  IMAGES: ImagesBinding;
  PALMETTE: Fetcher;
}

/** What an application does with the binding. */
async function application(images: ImagesBinding, upload: ReadableStream<Uint8Array>): Promise<Response> {
  const info = await images.info(upload, { encoding: "base64" });
  if (!("width" in info)) {
    return new Response(info.format);
  }
  const text = images.text("a", { font: { url: "https://example.com/a.ttf" }, size: 12, color: "red" });
  // What Palmette knows beyond that, by the types of palmette/binding.
  const title = images.text("b", {
    font: { url: "font:Noto Sans", maxWidth: 300, align: "center", weight: 700, axes: { GRAD: 50 } },
  });
  const result = await images
    .input(upload)
    .transform({ width: info.width / 2, fit: "cover", gravity: { x: 0.5, y: 0, mode: "box-center" } })
    .draw(images.input(upload).transform({ rotate: 90 }), { opacity: 0.5, composite: "atop", repeat: "x" })
    .draw(text)
    .draw(title)
    .output({ format: "image/avif", quality: 80, anim: false });
  await images.hosted.list();
  return result.response({ headers: { "cache-control": "no-store" } });
}

export default {
  async fetch(request, env) {
    const upload = request.body as ReadableStream<Uint8Array>;
    const images: ImagesBinding = createImages(env.PALMETTE);
    const same: Env["IMAGES"] = createImages("https://palmette.example.com", {
      headers: { authorization: "Bearer key" },
    });
    await application(same, upload);
    return await application(images, upload);
  },
} satisfies ExportedHandler<Env>;

declare const images: Images;
declare const transformer: ImageTransformer;
declare const result: ImageTransformationResult;

/** Everything of `Whole` but `Member`. */
type Without<Whole, Member extends keyof Whole> = Omit<Whole, Member>;

// @ts-expect-error a client needs info
export const withoutInfo: ImagesBinding = images as Without<Images, "info">;
// @ts-expect-error a client needs input
export const withoutInput: ImagesBinding = images as Without<Images, "input">;
// @ts-expect-error a client needs text
export const withoutText: ImagesBinding = images as Without<Images, "text">;
// @ts-expect-error a client needs hosted
export const withoutHosted: ImagesBinding = images as Without<Images, "hosted">;
// @ts-expect-error hosted needs createDirectUpload
export const withoutUpload: HostedImagesBinding = images.hosted as Without<Images["hosted"], "createDirectUpload">;
// @ts-expect-error a transformer needs draw
export const withoutDraw: globalThis.ImageTransformer = transformer as Without<ImageTransformer, "draw">;
// @ts-expect-error a transformer needs transform
export const withoutTransform: globalThis.ImageTransformer = transformer as Without<ImageTransformer, "transform">;
// @ts-expect-error a transformer needs output
export const withoutOutput: globalThis.ImageTransformer = transformer as Without<ImageTransformer, "output">;
// @ts-expect-error a result needs response
export const withoutResponse: globalThis.ImageTransformationResult = result as Without<typeof result, "response">;

/** The options of the binding, all of which the client takes. */
type Options<Method extends (...parameters: never[]) => unknown, Place extends number> = NonNullable<
  Parameters<Method>[Place]
>;
export const transformOptions = (options: Options<globalThis.ImageTransformer["transform"], 0>) =>
  transformer.transform(options);
export const drawOptions = (options: Options<globalThis.ImageTransformer["draw"], 1>) => transformer.draw("", options);
export const outputOptions = (options: Options<globalThis.ImageTransformer["output"], 0>) =>
  transformer.output(options);
export const textOptions = (options: Options<ImagesBinding["text"], 1>) => images.text("", options);
export const inputOptions = (options: Options<ImagesBinding["input"], 1>) => images.input("", options);

/** Several results, which the binding does not have: read one by one, or awaited. */
export async function several(bucket: R2Bucket): Promise<Response> {
  const wanted: RenditionOptions[] = [320, 640].map((width) => ({ transforms: [{ width }], format: "image/webp" }));
  for await (const result of transformer.outputs(wanted)) {
    const failure: ImagesError | undefined = result.error;
    if (failure) continue;
    await bucket.put(`${result.width}x${result.height}`, result.image());
  }
  const all: ImageRendition[] = await transformer.outputs([{ format: "image/avif", quality: "high" }]);
  const same: globalThis.ImageTransformationResult[] = all;
  return same[0]?.response() ?? new Response(null, { status: 404 });
}
// @ts-expect-error the binding cannot do that
(transformer as globalThis.ImageTransformer).outputs([{ format: "image/png" }]);
// @ts-expect-error without a format
transformer.outputs([{ transforms: [] }]);
// @ts-expect-error unknown
transformer.outputs([{ format: "image/png", transforms: [{ widht: 5 }] }]);
// @ts-expect-error one, not a list
transformer.outputs({ format: "image/png" });
// @ts-expect-error no such side
images.text("", { font: { url: "", align: "top" } });
// @ts-expect-error unknown
transformer.transform({ widht: 5 });
// @ts-expect-error a number
transformer.draw("", { top: "5px" });
// @ts-expect-error without a format
transformer.output({});
