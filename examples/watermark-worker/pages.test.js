// @ts-check
/** Tests of what people read: errors of the binding in words, and pages that no text can break out of. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { imagesPage, page, refusalPage } from "./src/pages.js";
import { explain } from "./src/refusals.js";

test("an error of the binding is said with its status, its code and its reason", () => {
  const error = Object.assign(new Error("IMAGES_TRANSFORM_ERROR 9413: the canvas: 13000 px wide"), { code: 9413 });
  assert.deepEqual(explain(error), {
    status: 413,
    title: "That picture is too large",
    reason: "the canvas: 13000 px wide",
    code: 9413,
  });
});

test("an error that is not about the picture is the server's", () => {
  const lost = {
    status: 502,
    title: "The watermark could not be drawn",
    reason: "Network connection lost.",
    code: undefined,
  };
  assert.deepEqual(explain(new Error("Network connection lost.")), lost);
  const other = Object.assign(new Error("IMAGES_TRANSFORM_ERROR 9523: broken"), { code: 9523 });
  assert.deepEqual(explain(other), { ...lost, reason: "broken", code: 9523 });
  assert.equal(explain("thrown").reason, "thrown");
});

test("texts from outside stay texts", () => {
  const html = refusalPage({ status: 415, title: "<b>", reason: `<script>alert("a" & 'b')</script>`, code: 9412 });
  assert(html.includes("ERROR 9412: &#60;script&#62;alert(&#34;a&#34; &#38; &#39;b&#39;)&#60;/script&#62;"));
  assert(!html.includes("<b>") && !html.includes("<script"));
});

test("pictures are shown in the order given, and their absence is said", () => {
  const picture = (/** @type {string} */ name) => ({ name, bytes: 1234, uploaded: new Date("2026-11-24T01:02:03Z") });
  const html = imagesPage([picture("image-2.avif"), picture("image-1.avif")]);
  assert(html.indexOf('id="image-2.avif"') < html.indexOf('id="image-1.avif"'));
  assert(html.includes('<time datetime="2026-11-24T01:02:03.000Z">2026-11-24 at 01:02:03 UTC</time>, 1.2 kB'));
  assert.match(imagesPage([]), /There is nothing here yet/);
});

test("a page may load nothing from elsewhere and run no scripts", () => {
  assert.match(
    page("").headers.get("content-security-policy") ?? "",
    /^default-src 'none'; img-src 'self'; style-src 'self'/,
  );
});
