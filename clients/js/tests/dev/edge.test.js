// @ts-check
/**
 * `fetch` with `cf.image`, and image URLs, by the plugin in a configuration alone, in every miniflare of this workspace, all in one process. Options,
 * headers of sources and odd answers are tested with `palmette run`, in `../run/edge.test.js`: it is the same code.
 */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { startServer } from "palmette/server";
import { listen, NOBODY, urlOf } from "../client/recorder.js";
import { drawing, Expected, fails, origin, PHOTO, read } from "../client/resized.js";
import { MINIFLARES, optionsFor, run } from "./miniflares.js";

/** A Worker that has a picture, and fetches what it is told to. */
const SCRIPT = `export default { async fetch(request) {
  if (new URL(request.url).pathname === "/photo.png") {
    const bytes = Uint8Array.from(atob("${PHOTO.toString("base64")}"), (char) => char.charCodeAt(0));
    return new Response(bytes, { headers: { etag: '"v1"' } });
  }
  if (request.method !== "POST") return new Response("nothing", { status: 404 });
  const { url, cf } = await request.json();
  return await fetch(url, { cf });
} };`;

const ARGS = ["--engine", "cpu"];

/** @type {import("palmette/server").Server} */
let server;
/** @type {Expected} */
let expected;

before(async () => {
  server = await startServer({ url: "http://127.0.0.1:0", args: ARGS, timeoutMs: 60_000 });
  expected = new Expected(server.url);
});

after(async () => await server?.stop());

/**
 * Has a Worker fetch with `cf.image`.
 *
 * @param {{ dispatchFetch: (url: string, init: object) => Promise<Response> }} instance
 * @param {string} url
 * @param {object} image
 */
async function fetchIn(instance, url, image) {
  const body = JSON.stringify({ url, cf: { image } });
  return read(await instance.dispatchFetch("http://worker/", { method: "POST", body }));
}

for (const miniflare of MINIFLARES) {
  test(`${miniflare.name} answers both, though it has run Workers before it loads the plugin`, async (t) => {
    await run(t, miniflare, { script: SCRIPT, bindings: {} });
    const instance = await run(t, miniflare, { script: SCRIPT, bindings: { IMAGES: { url: server.url } } });
    const { url } = await origin(t);
    const photo = `${url}/photo.png`;
    const drawn = await fetchIn(instance, photo, drawing(url));
    assert.equal(drawn.body, await expected.drawn());
    assert.match(drawn.headers["cf-resized"] ?? "", /^internal=ok\/[hm] /);
    fails(await fetchIn(instance, `${url}/none.png`, { width: 4 }), 404, 9404, /its server answered with status 404/);
    fails(await fetchIn(instance, photo, { widht: 4 }), 400, 9401, /did you mean width\?/);

    const base = await instance.ready;
    const get = async (/** @type {string} */ path) => read(await fetch(new URL(`/cdn-cgi/image/${path}`, base)));
    const [own, foreign] = [await get("width=4/photo.png"), await get(`width=4/${photo}`)];
    assert.deepEqual([own.body, foreign.body], [await expected.small(), await expected.small()]);
    assert.match(own.headers["cf-resized"] ?? "", /^internal=ok\/[hm] /);
    assert.match(own.headers.etag ?? "", /^"cf-[0-9a-f]{24}:v1"$/);
    fails(await get("width=4/none.png"), 404, 9404, /status 404/);
  });
}

/** One of each version. */
const BOTH = MINIFLARES.slice(0, 2);

for (const miniflare of BOTH) {
  describe(miniflare.name, () => {
    test("a config that is loaded again may name another server, and headers", async (t) => {
      const folder = await mkdtemp(join(tmpdir(), "palmette-"));
      t.after(() => rm(folder, { recursive: true }));
      const file = join(folder, "tokens");
      await writeFile(file, "open-sesame\n");
      const strict = await startServer({ url: "http://127.0.0.1:0", args: [...ARGS, "--token-file", file] });
      t.after(() => strict.stop());
      const { url } = await origin(t);
      const instance = await run(t, miniflare, { script: SCRIPT, bindings: { IMAGES: { url: NOBODY } } });
      const ask = () => fetchIn(instance, `${url}/photo.png`, { width: 4 });
      const load = (/** @type {Record<string, object>} */ bindings) =>
        instance.setOptions(optionsFor(miniflare, { script: SCRIPT, bindings }));
      fails(await ask(), 502, 9523, new RegExp(`no answer from a palmette server at ${NOBODY} `));

      await load({ IMAGES: { url: strict.url } });
      fails(await ask(), 401, 9401, /token/);
      const headers = { authorization: "Bearer open-sesame" };
      await load({ IMAGES: { url: strict.url, headers } });
      assert.equal((await ask()).body, await expected.small());
    });

    test("a mock of the network gets what the Worker fetches, and nothing else", async (t) => {
      const photo = "https://example.com/photo.png";
      const outboundService = (/** @type {{ url: string }} */ { url }) => {
        assert.equal(url, photo);
        return new miniflare.exports.Response(PHOTO);
      };
      const bindings = { IMAGES: { url: server.url } };
      const instance = await run(t, miniflare, { script: SCRIPT, bindings, more: { outboundService } });
      assert.equal((await fetchIn(instance, photo, { width: 4 })).body, await expected.small());
    });

    test("of two servers the one of the first binding counts", async (t) => {
      const { url } = await origin(t);
      const bindings = { ONE: { url: server.url }, TWO: { url: NOBODY } };
      const instance = await run(t, miniflare, { script: SCRIPT, bindings });
      assert.equal((await fetchIn(instance, `${url}/photo.png`, { width: 4 })).body, await expected.small());
    });
  });
}

test("HTTP servers and fetch of this process, too", async (t) => {
  await run(t, BOTH[0] ?? assert.fail(), { script: SCRIPT, bindings: { IMAGES: { url: server.url } } });
  const own = createServer((_, response) => response.end(PHOTO));
  await listen(t, own);
  const url = `${urlOf(own)}/photo.png`;
  const cf = /** @type {RequestInit} */ ({ cf: { image: { width: 4 } } });
  assert.equal((await read(await fetch(url, cf))).body, await expected.small());
  const byUrl = await read(await fetch(`${urlOf(own)}/cdn-cgi/image/width=4/photo.png`));
  assert.equal(byUrl.body, await expected.small());
});
