// @ts-check
/**
 * Cloudflare's REST API for Images on the wire: answers that are told beforehand, and the requests that were made for them.
 */
import { Recorder } from "./recorder.js";

/** What a picture is in that API. */
export const PICTURE = {
  id: "a/b",
  filename: "lake.jpg",
  uploaded: "2026-11-27T10:00:00.000Z",
  requireSignedURLs: true,
  meta: { place: "Ararat" },
  variants: ["http://delivery.example/hash/a/b/public"],
};

/** @param {unknown} result */
const good = (result) => ({ status: 200, body: JSON.stringify({ success: true, result, errors: [], messages: [] }) });

/**
 * @param {number} status
 * @param {number} code
 * @param {string} message
 */
const bad = (status, code, message) => ({
  status,
  body: JSON.stringify({ success: false, result: null, errors: [{ code, message }], messages: [] }),
});

/** Answers by method and path; others are those of a picture that is not there. */
const ANSWERS = /** @type {Record<string, { status: number, body: string }>} */ ({
  "POST /accounts/palmette/images/v1": good(PICTURE),
  "GET /accounts/palmette/images/v1/a%2Fb": good(PICTURE),
  "GET /accounts/palmette/images/v1/a%2Fb/blob": { status: 200, body: "bytes" },
  "PATCH /accounts/palmette/images/v1/a%2Fb": good({ ...PICTURE, meta: {} }),
  "DELETE /accounts/palmette/images/v1/a%2Fb": good({}),
  "PATCH /accounts/palmette/images/v1/taken": bad(409, 5409, "Resource already exists"),
  "POST /accounts/palmette/images/v1/a%2Fb/signed_url": good({
    url: "http://delivery.example/hash/a/b/thumb?exp=1&sig=2",
  }),
  "GET /accounts/palmette/images/v2": good({ images: [PICTURE], continuation_token: "next" }),
  "GET /accounts/palmette/images/v2?per_page=1": good({ images: [PICTURE], continuation_token: null }),
  "POST /accounts/palmette/images/v2/direct_upload": good({ id: "new", uploadURL: "http://upload.example/new" }),
});

/**
 * Starts it; it ends with the test.
 *
 * @param {import("node:test").TestContext} t
 */
export async function startApi(t) {
  return await Recorder.start(t, (request, response) => {
    const { status, body } = ANSWERS[`${request.method} ${request.url}`] ?? bad(404, 5404, "Image not found");
    response.writeHead(status).end(body);
  });
}

/**
 * Reads the fields of a form.
 *
 * @param {import("./recorder.js").Recorded} request
 */
export async function fields({ headers, body }) {
  const type = headers["content-type"] ?? "";
  const form = await new Response(new Uint8Array(body), { headers: { "content-type": type } }).formData();
  const entries = [...form].map(async ([name, value]) => [
    name,
    typeof value === "string" ? value : `${value.name}: ${await value.text()}`,
  ]);
  return Object.fromEntries(await Promise.all(entries));
}
