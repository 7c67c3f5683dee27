// @ts-check
/**
 * The plugin in every miniflare of this workspace, all in one process, against a real server.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer as createSecureServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { startServer } from "palmette/server";
import { Picture } from "../client/picture.js";
import { listen, NOBODY, Recorder, urlOf } from "../client/recorder.js";
import { MINIFLARES, optionsFor, run } from "./miniflares.js";

/** Mirrors what it is sent; `?binding=` says which binding does it. Errors come back as JSON. */
const MIRROR = `export default {
  async fetch(request, env) {
    try {
      const images = env[new URL(request.url).searchParams.get("binding") ?? "IMAGES"];
      const result = await images.input(request.body).transform({ flip: "h" }).output({ format: "rgba" });
      return result.response();
    } catch ({ message, code }) {
      return Response.json({ message, code }, { status: 500 });
    }
  },
};`;

const SENT = new Picture(3, 2, (x, y) => [x * 100, y * 200, 50, 255]);
const MIRRORED = new Picture(3, 2, (x, y) => SENT.pixel(2 - x, y));

/** @type {import("palmette/server").Server} */
let server;

before(async () => {
  server = await startServer({ url: "http://127.0.0.1:0", args: ["--engine", "cpu"], timeoutMs: 60_000 });
});

after(async () => await server?.stop());

test("there are miniflares 4 and 5 to try", () => {
  const majors = new Set(MINIFLARES.map(({ version }) => version.split(".")[0]));
  assert.deepEqual([...majors].sort(), ["4", "5"]);
});

for (const miniflare of MINIFLARES) {
  describe(miniflare.name, () => {
    test("a Worker's pictures come from the server", async (t) => {
      const instance = await run(t, miniflare, { script: MIRROR, bindings: { IMAGES: { url: server.url } } });
      const answer = await instance.dispatchFetch("http://worker/", { method: "POST", body: SENT.png() });
      assert.deepEqual(Buffer.from(await answer.arrayBuffer()), MIRRORED.rgba());
    });

    test("getBindings gives Node the same binding", async (t) => {
      const instance = await run(t, miniflare, { script: MIRROR, bindings: { IMAGES: { url: server.url } } });
      const { IMAGES } = await instance.getBindings();
      const info = await IMAGES.info(new Blob([SENT.png()]).stream());
      assert.deepEqual([info.format, info.width, info.height], ["image/png", 3, 2]);
      const result = await IMAGES.input(new Blob([SENT.png()]).stream())
        .transform({ flip: "h" })
        .output({ format: "rgba" });
      assert.deepEqual(Buffer.from(await (await result.response()).arrayBuffer()), MIRRORED.rgba());
    });

    test("errors of the server keep their codes, and a server that is not there has one", async (t) => {
      const instance = await run(t, miniflare, {
        script: MIRROR,
        bindings: { IMAGES: { url: server.url }, NOBODY: { url: NOBODY } },
      });
      const send = async (/** @type {string} */ binding) =>
        (
          await instance.dispatchFetch(`http://worker/?binding=${binding}`, { method: "POST", body: "no picture" })
        ).json();
      const refused = await send("IMAGES");
      assert.equal(refused.code, 9412);
      assert.match(refused.message, /^IMAGES_TRANSFORM_ERROR 9412: /);
      const lost = await send("NOBODY");
      assert.equal(lost.code, 9523);
      assert.ok(
        lost.message.startsWith(`IMAGES_TRANSFORM_ERROR 9523: no answer from a palmette server at ${NOBODY} (`),
        lost.message,
      );
    });
  });
}

/** One of them, where any will do. */
const MINIFLARE = /** @type {(typeof MINIFLARES)[number]} */ (MINIFLARES[0]);

test("a path in front and headers reach the server, and the host is the server's", async (t) => {
  const recorder = await Recorder.start(t);
  const headers = { Authorization: "Bearer x" };
  const options = { url: `${recorder.url}/images//`, headers };
  const instance = await run(t, MINIFLARE, { script: MIRROR, bindings: { IMAGES: options } });
  const answer = await instance.dispatchFetch("http://worker/", { method: "POST", body: SENT.png() });
  assert.equal(await answer.text(), "picture");
  const { line, headers: got } = await recorder.next();
  assert.equal(line, "POST /images/transform HTTP/1.1");
  assert.equal(got.authorization, "Bearer x");
  assert.equal(got.host, new URL(recorder.url).host);
});

test("the token of the environment reaches a server that asks for one, for Workers and for Node", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "palmette-token-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, "tokens");
  await writeFile(file, "# of this test\nopen-sesame\n");
  const strict = await startServer({ url: "http://127.0.0.1:0", args: ["--engine", "cpu", "--token-file", file] });
  t.after(() => strict.stop());
  const ask = async (/** @type {Record<string, string>} */ headers) => {
    const bindings = { IMAGES: { url: strict.url, headers } };
    const instance = await run(t, MINIFLARE, { script: MIRROR, bindings });
    const answer = await instance.dispatchFetch("http://worker/", { method: "POST", body: SENT.png() });
    const { IMAGES } = await instance.getBindings();
    const info = await IMAGES.info(new Blob([SENT.png()]).stream()).catch((/** @type {Error} */ error) => error);
    return [answer.status === 200 ? 200 : (await answer.json()).code, info.width ?? info.code];
  };
  assert.deepEqual(await ask({}), [9401, 9401]);
  process.env.PALMETTE_CLIENT_TOKEN = "open-sesame";
  t.after(() => {
    delete process.env.PALMETTE_CLIENT_TOKEN;
  });
  assert.deepEqual(await ask({}), [200, 3]);
  assert.deepEqual(await ask({ "x-other": "1" }), [200, 3]);
  assert.deepEqual(await ask({ authorization: "Bearer other" }), [9401, 9401]);
});

test("https is spoken with a server that has an https URL, and only if it can be trusted", async (t) => {
  // A server without a certificate sees that a handshake begins, and cannot go on.
  const untrusted = createSecureServer();
  await listen(t, untrusted);
  const handshake = once(untrusted, "tlsClientError");
  const url = urlOf(untrusted).replace("http:", "https:");
  const instance = await run(t, MINIFLARE, { script: MIRROR, bindings: { IMAGES: { url } } });
  const answer = await instance.dispatchFetch("http://worker/", { method: "POST", body: SENT.png() });
  assert.equal((await answer.json()).code, 9523);
  await handshake;
});

test("bindings of one name in two Workers may lead to two servers", async (t) => {
  const [first, second] = [server.url, NOBODY].map((to) =>
    optionsFor(MINIFLARE, { script: MIRROR, bindings: { IMAGES: { url: to } } }),
  );
  const { Miniflare } = MINIFLARE.exports;
  const instance = new Miniflare({
    workers: [
      { ...first, name: "first" },
      { ...second, name: "second" },
    ],
  });
  t.after(() => instance.dispose());
  const statuses = ["first", "second"].map(async (name) => {
    const worker = await instance.getWorker(name);
    return (await worker.fetch("http://worker/", { method: "POST", body: SENT.png() })).status;
  });
  assert.deepEqual(await Promise.all(statuses), [200, 500]);
});

/** @type {[string, object, RegExp][]} */
const WRONG = [
  [
    "an option that does not exist",
    { uri: "http://127.0.0.1:9901" },
    /binding IMAGES: option uri: unknown; there are url, headers and start/,
  ],
  ["a url that is none", { url: "localhost" }, /url "localhost": must be an http or https URL/],
  ["a url of another protocol", { url: "ftp://localhost" }, /url "ftp:\/\/localhost": must be an http or https URL/],
  ["a url with a user", { url: "http://a:b@localhost" }, /credentials go into headers/],
  ["port 0 without start", { url: "http://127.0.0.1:0" }, /a server at port 0 needs start/],
  ["headers that are no texts", { headers: { a: 1 } }, /header a 1: must be a text/],
  ["a start that is no boolean", { start: "yes" }, /option start "yes": must be true or false/],
  [
    "a start on another machine",
    { url: "http://palmette.invalid", start: true },
    /no server at http:\/\/palmette.invalid\//,
  ],
];
for (const [name, options, message] of WRONG) {
  test(`refused: ${name}`, async () => {
    const { plugins } = await import("palmette/miniflare");
    const bindings = [{ name: "IMAGES", options }];
    await assert.rejects(async () => plugins.palmette.getServices({ options: bindings, workerIndex: 0 }), message);
  });
}
