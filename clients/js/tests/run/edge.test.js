// @ts-check
/**
 * `fetch` with `cf.image`, and image URLs, in what `palmette run` makes of miniflare and of Node's servers, against a real server.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { startServer } from "palmette/server";
import { TARGET } from "../../scripts/run-modules.js";
import { NOBODY } from "../client/recorder.js";
import { drawing, Expected, fails, origin, PHOTO, read } from "../client/resized.js";

const require = createRequire(import.meta.url);
const MINIFLARES = { 4: require.resolve("miniflare"), 5: require.resolve("miniflare-5") };
const IMPORT = `--import=${pathToFileURL(join(TARGET, "preload.mjs"))}`;

/** @type {import("palmette/server").Server} */
let server;
/** @type {Expected} */
let expected;
/** @type {string} */
let folder;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "palmette-"));
  server = await startServer({ url: "http://127.0.0.1:0", args: ["--engine", "cpu"], timeoutMs: 60_000 });
  expected = new Expected(server.url);
});

after(async () => {
  await server?.stop();
  await rm(folder, { recursive: true });
});

/** What each program begins with: it prints an answer. */
const PRINT = `${read}
const print = async (answer) => console.log(JSON.stringify(await read(answer)));`;

/**
 * Runs a program in a Node process as `palmette run` would have it.
 *
 * @param {string} program
 * @param {object} [input] What the program finds in `input`
 */
async function node(program, input = {}) {
  const name = join(folder, "program.cjs");
  await writeFile(name, `${PRINT}\nconst input = ${JSON.stringify(input)};\n${program}`);
  const report = join(folder, "report");
  await writeFile(report, "");
  const settings = { url: server.url, headers: {}, report };
  const env = { ...process.env, NODE_OPTIONS: IMPORT, PALMETTE_RUN: JSON.stringify(settings) };
  const { stdout } = await promisify(execFile)(process.execPath, [name], { env, cwd: folder });
  const lines = (await readFile(report, "utf8")).trim().split("\n");
  /** @type {import("../client/resized.js").Read[]} */
  const answers = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  return { answers, events: lines.map((line) => JSON.parse(line)) };
}

/**
 * Makes an instance whose Worker fetches what it is told to; asks it, and prints the answers.
 *
 * @param {string} miniflare
 * @param {string} [more] More options
 */
const FETCHING = (miniflare, more = "") => `
const { Miniflare, convertV4MiniflareOptions = (options) => options } = require(${JSON.stringify(miniflare)});
const script = \`export default { async fetch(request) {
  const { url, init } = await request.json();
  return await fetch(url, init);
} }\`;
const miniflare = new Miniflare(convertV4MiniflareOptions({
  name: "app", modules: true, script, compatibilityDate: "2026-04-01", cf: false, ${more}
}));
(async () => {
  for (const fetched of input) {
    const body = JSON.stringify(fetched);
    await print(await miniflare.dispatchFetch("http://worker/", { method: "POST", body }));
  }
  await miniflare.dispose();
})();`;

for (const [version, file] of Object.entries(MINIFLARES)) {
  describe(`miniflare ${version}: fetch with cf.image`, () => {
    test("pictures, and pictures drawn on them, are those of the binding", async (t) => {
      const { url } = await origin(t);
      const image = drawing(url);
      const fetches = [{ image }, { image: { width: 4 } }, { image: {} }, {}].map((cf) => ({
        url: `${url}/photo.png`,
        init: { cf },
      }));
      const { answers, events } = await node(FETCHING(file), fetches);
      assert.equal(answers[0]?.body, await expected.drawn());
      assert.equal(answers[1]?.body, await expected.small());
      for (const answer of answers.slice(0, 2)) {
        assert.match(answer.headers["cf-resized"] ?? "", /^internal=ok\/[hm] q=/);
        assert.equal(answer.headers["content-type"], "image/png");
        assert.equal(answer.headers["cache-control"], "no-cache");
      }
      for (const answer of answers.slice(2)) assert.equal(answer.body, PHOTO.toString("base64"));
      assert.deepEqual(
        events.filter(({ event }) => event === "warning"),
        [],
      );
    });

    test("a source hears for whom it is, and no secrets unless they are shared", async (t) => {
      const recorder = await origin(t);
      const headers = { authorization: "Bearer secret", cookie: "a=b", "if-none-match": '"x"', "x-own": "1" };
      const fetches = [{ width: 4 }, { width: 4, "origin-auth": "share-publicly" }].map((image) => ({
        url: `${recorder.url}/photo.png`,
        init: { headers, cf: { image } },
      }));
      await node(FETCHING(file), fetches);
      const [one, other] = [await recorder.next(), await recorder.next()];
      for (const { headers } of [one, other]) {
        assert.match(headers.via ?? "", /\bimage-resizing$/);
        assert.deepEqual([headers["x-own"], headers["if-none-match"]], ["1", undefined]);
      }
      assert.deepEqual([one.headers.authorization, one.headers.cookie], [undefined, undefined]);
      assert.deepEqual([other.headers.authorization, other.headers.cookie], ["Bearer secret", "a=b"]);
    });

    test("a mock of the network gets what the Worker fetches, and nothing else", async () => {
      const mock = `outboundService: (request) => {
        if (request.url !== "https://example.com/photo.png") throw new Error("unexpected: " + request.url);
        return new (require(${JSON.stringify(file)}).Response)(Buffer.from("${PHOTO.toString("base64")}", "base64"));
      }`;
      const fetches = [{ url: "https://example.com/photo.png", init: { cf: { image: { width: 4 } } } }];
      const { answers } = await node(FETCHING(file, mock), fetches);
      assert.equal(answers[0]?.body, await expected.small());
    });

    // Version 5 has none.
    if (version === "4") {
      test("fetchMock is such a mock", async () => {
        const mock = `fetchMock: (() => {
          const mock = require(${JSON.stringify(file)}).createFetchMock();
          mock.disableNetConnect();
          const source = mock.get("https://example.com").intercept({ path: "/photo.png" });
          source.reply(200, Buffer.from("${PHOTO.toString("base64")}", "base64"));
          return mock;
        })()`;
        const fetches = [{ url: "https://example.com/photo.png", init: { cf: { image: { width: 4 } } } }];
        const { answers } = await node(FETCHING(file, mock), fetches);
        assert.equal(answers[0]?.body, await expected.small());
      });
    }

    test("a plugin in the configuration leaves them to palmette run", async (t) => {
      const { url } = await origin(t);
      const plugin = { package: require.resolve("palmette/miniflare"), name: "palmette" };
      const bindings = [{ name: "IMAGES", type: "images", plugin, options: { url: NOBODY } }];
      const fetches = [{ url: `${url}/photo.png`, init: { cf: { image: { width: 4 } } } }];
      const { answers } = await node(FETCHING(file, `unsafeBindings: ${JSON.stringify(bindings)}`), fetches);
      assert.equal(answers[0]?.body, await expected.small());
      assert.match(answers[0]?.headers["cf-resized"] ?? "", /^internal=ok/);
    });

    test("failures are those of the real service", async (t) => {
      const { url } = await origin(t);
      const photo = `${url}/photo.png`;
      /** @type {[string, object, object?][]} */
      const asked = [
        [`${url}/none.png`, { width: 4 }],
        [`${NOBODY}/photo.png`, { width: 4 }],
        [photo, { widht: 4 }],
        [photo, { draw: [{ url: `${url}/none.png` }] }],
        [photo, { width: 4 }, { via: "1.1 palmette, 1.1 image-resizing" }],
        [photo, { format: "auto" }],
      ];
      const fetches = asked.map(([url, image, headers]) => ({ url, init: { headers, cf: { image } } }));
      const { answers } = await node(FETCHING(file), fetches);
      fails(answers[0], 404, 9404, /the source: its server answered with status 404/);
      fails(answers[1], 502, 9505, /the source: could not be fetched/);
      fails(answers[2], 400, 9401, /did you mean width\?/);
      fails(answers[3], 404, 9404, /draw 1 on the canvas: its server answered with status 404/);
      fails(answers[4], 508, 9403, /leads back/);
      fails(answers[5], 400, 9401, /a Worker reads the header accept/);
    });
  });

  describe(`miniflare ${version}: image URLs`, () => {
    const SERVING = `
const { Miniflare, convertV4MiniflareOptions = (options) => options } = require(${JSON.stringify(file)});
const script = \`export default { async fetch(request) {
  const { pathname } = new URL(request.url);
  if (pathname === "/photo.png") {
    return new Response(Uint8Array.from(atob("\${input.photo}"), (char) => char.charCodeAt(0)), { headers: { etag: '"v1"' } });
  }
  return new Response(pathname + " " + request.headers.get("via"), { status: 404 });
} }\`;
const miniflare = new Miniflare(convertV4MiniflareOptions({
  name: "app", modules: true, script, compatibilityDate: "2026-04-01", cf: false,
}));
(async () => {
  const base = await miniflare.ready;
  for (const [path, init] of input.asked) await print(await fetch(new URL(path, base), { redirect: "manual", ...init }));
  await print(await miniflare.dispatchFetch("http://worker/cdn-cgi/image/width=4/photo.png"));
  await miniflare.dispose();
})();`;

    test("are answered with what the Worker answers", async (t) => {
      const { url } = await origin(t);
      const asked = [
        ["/cdn-cgi/image/width=4/photo.png"],
        [`/cdn-cgi/image/width=4/${url}/photo.png`],
        ["/cdn-cgi/image/width=4,format=auto/photo.png", { headers: { accept: "image/webp" } }],
        ["/cdn-cgi/image/width=4/photo.png", { method: "HEAD" }],
        ["/cdn-cgi/image/width=4,onerror=redirect/none.png"],
        ["/cdn-cgi/image/width=4/none.png"],
        ["/cdn-cgi/image/width=4/cdn-cgi/image/width=5/photo.png"],
        ["/cdn-cgi/image/width=4/photo.png", { method: "POST" }],
      ];
      const { answers } = await node(SERVING, { photo: PHOTO.toString("base64"), asked });
      const small = await expected.small();
      const [own, foreign, webp, head, redirect, none, loop, post, dispatched] = answers;
      for (const answer of [own, foreign, dispatched]) {
        assert.equal(answer?.body, small, Buffer.from(answer?.body ?? "", "base64").toString());
        assert.match(answer?.headers["cf-resized"] ?? "", /^internal=ok\/[hm] /);
      }
      assert.match(own?.headers.etag ?? "", /^"cf-[0-9a-f]{24}:v1"$/);
      assert.deepEqual([webp?.headers["content-type"], webp?.headers.vary], ["image/webp", "accept"]);
      assert.deepEqual([head?.status, head?.body, head?.headers["content-type"]], [200, "", "image/png"]);
      assert.deepEqual([redirect?.status, redirect?.headers.location], [302, "/none.png"]);
      fails(none, 404, 9404, /status 404/);
      fails(loop, 508, 9403, /leads back/);
      // Not a way to ask for a picture, so the Worker decides.
      assert.equal(post?.status, 404);
    });
  });
}

describe("servers of Node", () => {
  const SERVING = `
const { readFileSync } = require("node:fs");
const tls = input.key && { key: input.key, cert: input.cert, allowHTTP1: true };
const listener = (request, response) => {
  if (request.url === "/moved.png") return response.writeHead(302, { location: "/photo.png" }).end();
  if (request.url === "/photo.png") return response.end(Buffer.from(input.photo, "base64"));
  response.writeHead(404).end();
};
const server = require("node:" + input.module)[tls ? "createSecureServer" : "createServer"](...(tls ? [tls] : []), listener);
server.listen(0, "127.0.0.1", async () => {
  const base = (tls ? "https" : "http") + "://localhost:" + server.address().port;
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
  const asked = (path) => fetch(base + path, { redirect: "manual" });
  await print(await asked("/cdn-cgi/image/width=4/photo.png"));
  await print(await asked("/cdn-cgi/image/width=4/moved.png"));
  await print(await asked("/cdn-cgi/image/width=4/none.png"));
  await print(await asked("/photo.png"));
  server.close();
  server.closeAllConnections?.();
  process.exit();
});`;

  for (const module of ["http", "http2"]) {
    test(`node:${module} answers image URLs with what it serves itself`, async () => {
      const input = { module, photo: PHOTO.toString("base64"), ...(module === "http2" ? await certificate() : {}) };
      const { answers } = await node(SERVING, input);
      const small = await expected.small();
      assert.deepEqual([answers[0]?.body, answers[1]?.body], [small, small]);
      fails(answers[2], 404, 9404, /status 404/);
      assert.equal(answers[3]?.body, PHOTO.toString("base64"));
    });
  }
});

test("a server of another protocol keeps its requests", async () => {
  const program = `const server = require("node:net").createServer();
    server.on("request", (...what) => print(new Response(what.join(" "))));
    server.emit("request", "GET", "/cdn-cgi/image/width=4/photo.png");
    server.emit("request");`;
  const { answers } = await node(program);
  const bodies = answers.map(({ body }) => Buffer.from(body, "base64").toString());
  assert.deepEqual(bodies, ["GET /cdn-cgi/image/width=4/photo.png", ""]);
});

test("the fetch of app code that Node runs has cf.image where there is miniflare", async (t) => {
  const { url } = await origin(t);
  const program = `require(${JSON.stringify(MINIFLARES[5])});
    fetch(input.url, { cf: { image: { width: 4 } } }).then(print);`;
  const { answers } = await node(program, { url: `${url}/photo.png` });
  assert.equal(answers[0]?.body, await expected.small());
});

/** Makes a key, and a certificate that nobody signed. */
async function certificate() {
  const [key, cert] = ["key.pem", "cert.pem"].map((name) => join(folder, name));
  const flags = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  await promisify(execFile)("openssl", [...flags, "-subj", "/CN=localhost", "-keyout", `${key}`, "-out", `${cert}`]);
  return { key: await readFile(`${key}`, "utf8"), cert: await readFile(`${cert}`, "utf8") };
}
