// @ts-check
/**
 * The Worker: draws a watermark on a picture that was uploaded, keeps the result in a bucket, and shows what is in there.
 * What people see is in `pages.js` and `../public`; what the binding refuses is explained in `refusals.js`.
 */
import { imagesPage, page, refusalPage } from "./pages.js";
import { explain, NO_PICTURE, NOT_FOUND } from "./refusals.js";

/**
 * @typedef {object} Env
 * @property {Fetcher} ASSETS What is in `../public`.
 * @property {ImagesBinding} IMAGES
 * @property {R2Bucket} BUCKET
 */

/** What pictures are called in the bucket; no other name is looked up or shown. */
const NAME = /^image-\d+\.avif$/;
const AVIF = "image/avif";

/** How many pictures the page of pictures shows, the newest. */
const SHOWN = 60;

export default {
  /**
   * @param {Request} request
   * @param {Env} env
   * @returns {Promise<Response>}
   */
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    const isRead = request.method === "GET" || request.method === "HEAD";
    if (pathname === "/images" && request.method === "POST") return upload(request, env);
    if (pathname === "/images" && isRead) return list(env);
    if (pathname.startsWith("/images/") && isRead) return show(pathname.slice("/images/".length), env);
    return env.ASSETS.fetch(request);
  },
};

/**
 * Takes the file of the form and answers with the name of the finished picture, in text; a browser goes on to see it among the
 * others.
 *
 * @param {Request} request
 * @param {Env} env
 */
async function upload(request, env) {
  const file = await uploadedFile(request);
  if (file === null) return page(refusalPage(NO_PICTURE), NO_PICTURE.status);
  let picture;
  try {
    picture = await drawWatermark(file.stream(), request.url, env);
  } catch (error) {
    const refusal = explain(error);
    return page(refusalPage(refusal), refusal.status);
  }
  const name = await store(picture, env.BUCKET);
  return new Response(`${name}\n`, { status: 303, headers: { location: `/images#${name}` } });
}

/**
 * @param {Request} request
 * @returns {Promise<File | null>} The file, or `null` if the form has none; a form sent with none chosen has an empty one.
 */
async function uploadedFile(request) {
  if (!request.headers.get("content-type")?.startsWith("multipart/form-data")) return null;
  // A body that is no form says as little as a form without a file.
  const form = await request.formData().catch(() => null);
  const file = form?.get("image");
  return file instanceof File && file.size > 0 ? file : null;
}

/**
 * @param {ReadableStream<Uint8Array>} photo
 * @param {string} base The address of the request, which tells where the assets are.
 * @param {Env} env
 * @returns {Promise<ArrayBuffer>} The photo with the watermark, as AVIF.
 * @throws {ImagesError} If the photo is refused.
 */
async function drawWatermark(photo, base, env) {
  const asset = await env.ASSETS.fetch(new URL("/watermark.png", base));
  if (!asset.ok || asset.body === null) throw new Error(`watermark.png: status ${asset.status}`);
  const watermark = env.IMAGES.input(asset.body).transform({ width: 100, height: 100 });
  const result = await env.IMAGES.input(photo)
    .draw(watermark, { bottom: 10, right: 10, opacity: 0.75 })
    .output({ format: AVIF });
  return result.response().arrayBuffer();
}

/**
 * Puts a picture into the bucket, named after the time. Two uploads of one millisecond both stay: what exists is not replaced,
 * the later one takes the next millisecond.
 *
 * @param {ArrayBuffer} picture
 * @param {R2Bucket} bucket
 * @returns {Promise<string>} The name.
 */
async function store(picture, bucket) {
  for (let time = Date.now(); ; time++) {
    const name = `image-${time}.avif`;
    const stored = await bucket.put(name, picture, {
      httpMetadata: { contentType: AVIF },
      onlyIf: { etagDoesNotMatch: "*" },
    });
    if (stored !== null) return name;
  }
}

/** @param {Env} env */
async function list(env) {
  const pictures = [];
  for await (const { key, size, uploaded } of objects(env.BUCKET, "image-")) {
    if (NAME.test(key)) pictures.push({ name: key, bytes: size, uploaded });
  }
  // A bucket lists by name: the newest come last.
  return page(imagesPage(pictures.slice(-SHOWN).reverse()));
}

/**
 * @param {R2Bucket} bucket
 * @param {string} prefix
 * @returns {AsyncGenerator<R2Object>} Every object whose key begins so; a bucket lists at most 1,000 at once.
 */
async function* objects(bucket, prefix) {
  let cursor;
  do {
    const listed = await bucket.list({ prefix, cursor });
    yield* listed.objects;
    cursor = listed.truncated ? listed.cursor : undefined;
  } while (cursor !== undefined);
}

/**
 * @param {string} name As it stands in the address.
 * @param {Env} env
 */
async function show(name, env) {
  const object = NAME.test(name) ? await env.BUCKET.get(name) : null;
  if (object === null) return page(refusalPage(NOT_FOUND), NOT_FOUND.status);
  return new Response(object.body, {
    headers: {
      "content-type": object.httpMetadata?.contentType ?? AVIF,
      "content-length": String(object.size),
      "cache-control": "public, max-age=31536000, immutable",
      etag: object.httpEtag,
      "x-content-type-options": "nosniff",
    },
  });
}
