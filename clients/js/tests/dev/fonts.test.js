// @ts-check
/**
 * Fonts of texts among a Worker's own files, offline: the Images binding asks the server that the plugin starts, and that one asks
 * the Worker.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { MINIFLARES, run } from "./miniflares.js";

/** Sets a text in a font of its own, which is none, and counts who asks for it. */
const SCRIPT = `let asked = 0;
export default {
  async fetch(request, env) {
    const font = { url: new URL("/fonts/sans.ttf", request.url).href };
    if (request.url === font.url) {
      asked++;
      return new Response("not a font");
    }
    if (typeof env.IMAGES.text !== "function") return new Response();
    try {
      await env.IMAGES.text("Hello", { font }).output({ format: "image/png" });
    } catch ({ message }) {
      return Response.json({ message, asked });
    }
  },
};`;

test("a Worker's own fonts are fetched from it", async (t) => {
  const bindings = { IMAGES: { url: "http://127.0.0.1:0", start: true } };
  let tried = 0;
  for (const miniflare of MINIFLARES) {
    const instance = await run(t, miniflare, { script: SCRIPT, bindings });
    for (const host of ["127.0.0.1", "localhost"]) {
      const url = new URL(await instance.ready);
      url.hostname = host;
      const answer = await (await fetch(url)).text();
      // Older versions of the runtime have no texts.
      if (answer === "") continue;
      tried++;
      const { message, asked } = JSON.parse(answer);
      assert.equal(asked, host === "127.0.0.1" ? 1 : 2, message);
    }
  }
  assert.ok(tried > 0, "some have texts");
});
