// @ts-check
/**
 * Upload links: made by the SDK, used by a page that has no token.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { BadRequestError, NotFoundError, toFile } from "cloudflare";
import { ACCOUNT, delivers, fails, host, lake, transformed } from "./hosting.js";

/** @param {string | undefined} url */
async function send(url) {
  const form = new FormData();
  form.append("file", new File([lake], "from a page.jpg"));
  const answer = await fetch(url ?? "", { method: "POST", body: form, headers: { origin: "https://page.example" } });
  return {
    status: answer.status,
    allowed: answer.headers.get("access-control-allow-origin"),
    ...(await answer.json()),
  };
}

test("a link takes one picture, which is a draft until then", async (t) => {
  const { url, images } = await host(t);
  const expiry = new Date(Date.now() + 180_000).toISOString();
  const about = { creator: "ann", metadata: { place: "Van" }, requireSignedURLs: false, expiry };
  const { id = "", uploadURL } = await images.v2.directUploads.create({ ...ACCOUNT, id: "lakes/van", ...about });
  assert.equal(id, "lakes/van");
  assert.ok(uploadURL?.startsWith(`${url}/cdn-cgi/imageupload/`), `${uploadURL}`);
  const draft = await images.v1.get(id, ACCOUNT);
  assert.equal(/** @type {{ draft?: boolean }} */ (draft).draft, true);
  assert.deepEqual((await images.v2.list(ACCOUNT)).images, []);
  await assert.rejects(images.v1.blobs.get(id, ACCOUNT), NotFoundError);

  const { status, allowed, success, result } = await send(uploadURL);
  assert.deepEqual([status, allowed, success], [200, "*", true]);
  const image = await images.v1.get(id, ACCOUNT);
  assert.deepEqual(result, image);
  assert.equal("draft" in image, false);
  assert.deepEqual([image.filename, image.meta], ["from a page.jpg", { place: "Van" }]);
  assert.deepEqual((await images.v2.list(ACCOUNT)).images, [image]);
  await delivers(image.variants?.[0], await transformed(t, ["--width", "1366", "--height", "768"]));

  const again = await send(uploadURL);
  assert.deepEqual([again.status, again.success, again.errors[0].code], [409, false, 5409]);
});

test("a link for what cannot be is refused", async (t) => {
  const { images } = await host(t);
  await images.v1.create({ ...ACCOUNT, id: "taken", file: await toFile(lake, "a.jpg") });
  const wrong = { status: 400, code: 5400 };
  const make = (/** @type {object} */ params) => images.v2.directUploads.create({ ...ACCOUNT, ...params });
  const inHours = (/** @type {number} */ hours) => new Date(Date.now() + hours * 3_600_000).toISOString();
  const both = make({ id: "mine", requireSignedURLs: true });
  await fails(both, BadRequestError, { ...wrong, says: /an id of your own cannot require signed URLs/ });
  await fails(make({ expiry: inHours(7) }), BadRequestError, { ...wrong, says: /holds for 120 to 21600 s/ });
  await fails(make({ expiry: inHours(0.01) }), BadRequestError, { ...wrong, says: /holds for 120 to 21600 s/ });
});
