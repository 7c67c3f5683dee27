// @ts-check
/** `env.IMAGES.hosted` of the real binding, through the Worker behind it, in every miniflare of this workspace. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Recorder } from "../client/recorder.js";
import { fields, PICTURE, startApi } from "../client/rest.js";
import { MINIFLARES, run } from "./miniflares.js";

/** Calls everything that this runtime's binding has, and answers with what came of each. */
const SCRIPT = `export default { async fetch(request, env) {
  const { hosted } = env.IMAGES;
  const image = hosted.image("a/b");
  const calls = {
    details: () => image.details(),
    bytes: async () => await new Response(await image.bytes()).text(),
    update: () => image.update({ metadata: {} }),
    delete: () => image.delete(),
    signedUrl: async () => await image.signedUrl({ variant: "thumb" }),
    upload: () => hosted.upload(new Blob(["picture"]).stream(), { id: "a/b" }),
    base64: () => hosted.upload(new TextEncoder().encode(btoa("picture")).buffer, { encoding: "base64" }),
    list: () => hosted.list({ limit: 1 }),
    createDirectUpload: async () => await hosted.createDirectUpload(),
    none: () => hosted.image("none").details(),
    taken: () => hosted.image("taken").update({}),
  };
  const came = {};
  for (const [name, call] of Object.entries(calls)) {
    came[name] = await call().catch(({ name, code, message }) => ({ name, code, message }));
  }
  return Response.json(came);
} };`;

for (const miniflare of MINIFLARES) {
  describe(miniflare.name, () => {
    test("hosted pictures are asked for by calls, and kept by the server", async (t) => {
      const api = await startApi(t);
      const instance = await run(t, miniflare, { script: SCRIPT, bindings: { IMAGES: { url: api.url } } });
      const { createDirectUpload, signedUrl, taken, ...others } = await (
        await instance.dispatchFetch("http://worker/")
      ).json();
      assert.deepEqual(others, {
        details: PICTURE,
        bytes: "bytes",
        update: { ...PICTURE, meta: {} },
        delete: true,
        upload: PICTURE,
        base64: PICTURE,
        list: { images: [PICTURE], listComplete: true },
        none: null,
      });
      assert.equal(signedUrl, "http://delivery.example/hash/a/b/thumb?exp=1&sig=2");
      // The binding of older runtimes has no such method.
      if (createDirectUpload?.name !== "TypeError") {
        assert.deepEqual(createDirectUpload, { id: "new", uploadURL: "http://upload.example/new" });
      }
      assert.match(taken.message, /IMAGES_HOSTED_ERROR 5409: Resource already exists/);
      const uploads = api.requests.filter(({ line }) => line === "POST /accounts/palmette/images/v1 HTTP/1.1");
      const [stream, base64] = await Promise.all(uploads.map(fields));
      assert.deepEqual(stream, { id: "a/b", file: "image: picture" });
      assert.deepEqual(base64, { file: "image: picture" });
    });

    test("hosted says that a server keeps no pictures", async (t) => {
      const { url } = await Recorder.start(t, (_, response) => response.writeHead(404).end("ERROR 9401: nothing"));
      const instance = await run(t, miniflare, { script: SCRIPT, bindings: { IMAGES: { url } } });
      const { details, upload, list } = await (await instance.dispatchFetch("http://worker/")).json();
      for (const { message } of [details, upload, list]) assert.match(message, /palmette keeps no pictures/);
    });
  });
}

test("a Worker as new as the adapter reads the code", async (t) => {
  const api = await startApi(t);
  const miniflare = MINIFLARES.find(({ version }) => version.startsWith("5."));
  assert.ok(miniflare);
  const date = "2026-04-21";
  const instance = await run(t, miniflare, { script: SCRIPT, bindings: { IMAGES: { url: api.url } }, date });
  const { taken } = await (await instance.dispatchFetch("http://worker/")).json();
  const message = "IMAGES_HOSTED_ERROR 5409: Resource already exists";
  assert.deepEqual(taken, { name: "ImagesError", code: 5409, message });
});
