// @ts-check
/** Tests of the app from outside, in both ways to run it: what is uploaded comes back with the watermark, and nothing else does. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { startApp } from "./tests/app.js";
import { assertWatermark, decode } from "./tests/pixels.js";

const PHOTO = readFileSync(new URL("../pictures/lake.jpg", import.meta.url));
const WATERMARK = readFileSync(new URL("public/watermark.png", import.meta.url));

for (const script of /** @type {const} */ (["start", "start:workerd"])) {
  describe(`npm run ${script}`, { timeout: 120_000 }, () => {
    /** @type {import("./tests/app.js").App} */
    let app;
    before(async () => {
      app = await startApp(script);
    });
    after(() => app?.stop());

    test("the form is there, in type and style", async () => {
      const form = await fetch(app.url);
      assert.match(form.headers.get("content-type") ?? "", /^text\/html/);
      assert.match(await form.text(), /<form action="\/images" method="post" enctype="multipart\/form-data">/);
      const style = await fetch(`${app.url}/style.css`);
      assert.match(style.headers.get("content-type") ?? "", /^text\/css/);
    });

    test("an upload is kept with the watermark where it must be", async () => {
      const uploaded = await upload(app, PHOTO);
      assert.equal(uploaded.status, 303);
      const name = (await uploaded.text()).trim();
      assert.match(name, /^image-\d{13}\.avif$/);
      assert.equal(uploaded.headers.get("location"), `/images#${name}`);

      const kept = await fetch(`${app.url}/images/${name}`);
      assert.equal(kept.status, 200);
      assert.equal(kept.headers.get("content-type"), "image/avif");
      const [result, photo, watermark] = await Promise.all([
        decode(app.palmette, new Uint8Array(await kept.arrayBuffer())),
        decode(app.palmette, PHOTO),
        decode(app.palmette, WATERMARK, [{ imageIndex: 0, width: 100, height: 100 }]),
      ]);
      assertWatermark(result, photo, watermark);

      const listed = await (await fetch(`${app.url}/images`)).text();
      assert(listed.includes(`<img src="/images/${name}"`), listed);
    });

    test("uploads at one time are all kept, each under its name", async () => {
      const uploads = await Promise.all(Array.from({ length: 4 }, () => upload(app, PHOTO)));
      const names = await Promise.all(uploads.map((answer) => answer.text()));
      assert.equal(new Set(names).size, 4);
      const listed = await (await fetch(`${app.url}/images`)).text();
      const order = Array.from(listed.matchAll(/<li id="image-(\d+)\.avif"/g), ([, time]) => Number(time));
      assert(order.length >= 4);
      assert.deepEqual(
        order,
        order.toSorted((a, b) => b - a),
      );
    });

    test("what the binding refuses is said with its code", async () => {
      const answer = await upload(app, readFileSync(new URL("package.json", import.meta.url)));
      assert.equal(answer.status, 415);
      const page = await answer.text();
      assert.match(page, /<h1>That file is not a picture<\/h1>/);
      assert.match(page, /ERROR 9412: the canvas: not an image in a supported format/);
    });

    test("what is too large is said so, too", async () => {
      const answer = await upload(app, Buffer.concat([PHOTO, new Uint8Array(20_000_001 - PHOTO.length)]));
      assert.equal(answer.status, 413);
      assert.match(await answer.text(), /ERROR 9402: /);
    });

    test("a form without a picture is refused", async () => {
      assert.equal((await upload(app, new Uint8Array())).status, 400);
      assert.equal((await fetch(`${app.url}/images`, { method: "POST", body: "image" })).status, 400);
      for (const type of ["multipart/form-data", "multipart/form-data; boundary=none"]) {
        const broken = { method: "POST", body: "image", headers: { "content-type": type } };
        assert.equal((await fetch(`${app.url}/images`, broken)).status, 400, type);
      }
    });

    test("no other name is looked up", async () => {
      for (const name of [
        "image-1.avif",
        "image-1.png",
        "..%2Findex.html",
        "%2e%2e/%2e%2e/package.json",
        "image-1.avif/..",
      ]) {
        const answer = await fetch(`${app.url}/images/${name}`);
        assert(answer.status === 404 || answer.url === `${app.url}/images/`, `${name}: ${answer.status} ${answer.url}`);
      }
    });
  });
}

/**
 * @param {import("./tests/app.js").App} app
 * @param {Uint8Array<ArrayBuffer>} bytes
 */
function upload(app, bytes) {
  const form = new FormData();
  form.append("image", new Blob([bytes]), "upload");
  return fetch(`${app.url}/images`, { method: "POST", body: form, redirect: "manual" });
}
