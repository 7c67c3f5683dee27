// @ts-check
/** `createImages(…).hosted`: the requests that it makes, and what becomes of answers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createImages } from "palmette";
import { Recorder } from "./recorder.js";
import { fields, PICTURE, startApi } from "./rest.js";

test("an upload is a form, base64 decoded", async (t) => {
  const api = await startApi(t);
  const { hosted } = createImages(`${api.url}/`);
  const options = {
    id: "a/b",
    filename: "lake.jpg",
    requireSignedURLs: true,
    metadata: { place: "Ararat" },
    creator: "me",
  };
  assert.deepEqual(await hosted.upload(new Blob(["picture"]).stream(), options), PICTURE);
  const sent = await api.next();
  assert.equal(sent.line, "POST /accounts/palmette/images/v1 HTTP/1.1");
  const expected = { id: "a/b", metadata: '{"place":"Ararat"}', requireSignedURLs: "true", creator: "me" };
  assert.deepEqual(await fields(sent), { ...expected, file: "lake.jpg: picture" });
  const base64 = new TextEncoder().encode(btoa("picture"));
  await hosted.upload(base64.buffer, { encoding: "base64" });
  assert.deepEqual(await fields(await api.next()), { file: "image: picture" });
  await assert.rejects(hosted.upload(new TextEncoder().encode("?").buffer, { encoding: "base64" }), SyntaxError);
});

test("a handle asks about its picture", async (t) => {
  const api = await startApi(t);
  const { hosted } = createImages(api.url);
  const image = hosted.image("a/b");
  assert.deepEqual(await image.details(), PICTURE);
  assert.equal(await new Response(await image.bytes()).text(), "bytes");
  assert.deepEqual(await image.update({ metadata: {} }), { ...PICTURE, meta: {} });
  assert.equal(await image.delete(), true);
  const [, , update] = [await api.next(), await api.next(), await api.next()];
  assert.equal(update.headers["content-type"], "application/json");
  assert.equal(update.body.toString(), '{"metadata":{}}');

  const none = hosted.image("none");
  assert.deepEqual([await none.details(), await none.bytes(), await none.delete()], [null, null, false]);
  const missing = { name: "ImagesError", code: 5404, message: "IMAGES_HOSTED_ERROR 5404: Image not found" };
  await assert.rejects(none.update({}), missing);
  await assert.rejects(none.signedUrl({ variant: "public" }), missing);
  const taken = { code: 5409, message: "IMAGES_HOSTED_ERROR 5409: Resource already exists" };
  await assert.rejects(hosted.image("taken").update({}), taken);
});

test("a URL is signed by the server", async (t) => {
  const api = await startApi(t);
  const image = createImages(api.url).hosted.image("a/b");
  const options = { variant: "thumb", expiresIn: 60, keyName: "second" };
  assert.equal(await image.signedUrl(options), "http://delivery.example/hash/a/b/thumb?exp=1&sig=2");
  const { line, body } = await api.next();
  assert.equal(line, "POST /accounts/palmette/images/v1/a%2Fb/signed_url HTTP/1.1");
  assert.deepEqual(JSON.parse(body.toString()), options);
});

test("a list has pages, an order and conditions", async (t) => {
  const api = await startApi(t);
  const { hosted } = createImages(api.url);
  assert.deepEqual(await hosted.list(), { images: [PICTURE], cursor: "next", listComplete: false });
  assert.deepEqual(await hosted.list({ limit: 1 }), { images: [PICTURE], listComplete: true });
  await api.next();
  await api.next();
  const filter = { metadata: { "a.b": "x", n: { gte: 5, lt: 7.5 }, flag: true, of: { in: ["p", "q"] } } };
  const wrong = hosted.list({ limit: 5, cursor: "c", sortOrder: "desc", creator: "me", filter });
  await assert.rejects(wrong, { code: 5404 });
  const { line } = await api.next();
  const query = new URLSearchParams(line.split(" ")[1]?.split("?")[1]);
  assert.deepEqual(Object.fromEntries(query), {
    per_page: "5",
    continuation_token: "c",
    sort_order: "desc",
    creator: "me",
    "meta.a.b[eq:string]": "x",
    "meta.n[gte:number]": "5",
    "meta.n[lt:number]": "7.5",
    "meta.flag[eq:boolean]": "true",
    "meta.of[in:string]": "p|q",
  });
  await assert.rejects(hosted.list({ filter: { metadata: { a: { in: [1, "b"] } } } }), TypeError);
});

test("a direct upload says when it ends", async (t) => {
  const api = await startApi(t);
  const { hosted } = createImages(api.url);
  const made = await hosted.createDirectUpload({ id: "new", expiresIn: 300, metadata: { a: 1 } });
  assert.deepEqual(made, { id: "new", uploadURL: "http://upload.example/new" });
  const { expiry, ...others } = await fields(await api.next());
  assert.deepEqual(others, { id: "new", metadata: '{"a":1}' });
  assert.ok(Math.abs(Date.parse(expiry) - Date.now() - 300_000) < 5000, expiry);
});

test("a server that keeps no pictures says so, and so does an answer of something else", async (t) => {
  for (const [status, body, message] of /** @type {const} */ ([
    [404, "ERROR 9401: there is nothing at /accounts", /IMAGES_HOSTED_ERROR 9401: this palmette keeps no pictures/],
    [502, "<html>", /IMAGES_HOSTED_ERROR 9523: unexpected answer 502: <html>/],
  ])) {
    const { url } = await Recorder.start(t, (_, response) => response.writeHead(status).end(body));
    const { hosted } = createImages(url);
    const image = hosted.image("id");
    for (const call of [
      () => hosted.upload(new ArrayBuffer(1)),
      () => hosted.list(),
      () => hosted.createDirectUpload(),
      () => image.details(),
      () => image.bytes(),
      () => image.signedUrl({ variant: "public" }),
      () => image.update({}),
      () => image.delete(),
    ]) {
      await assert.rejects(call(), message);
    }
  }
});
