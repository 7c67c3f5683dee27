// `palmette workerd-config` writes a configuration with which workerd runs a Worker as it is: its pictures come from Palmette.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { findBinary, startServer } from "palmette/server";
import { paste, pattern, plain } from "./kit/picture.js";
import { png } from "./kit/png.js";
import { bundle, serve, workerdConfig, writeFiles } from "./node/serve.js";

const run = promisify(execFile);

const PHOTO = pattern(40, 30);
const MARK = plain(8, 6, [250, 10, 90]);

const WORKER = `
import { CORNER } from "./lib/corner.js";

export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    const asset = async (name) => (await env.ASSETS.fetch("https://assets.local/" + name)).body;
    switch (pathname) {
      case "/marked": {
        const mark = env.IMAGES.input(await asset("mark.png"));
        const photo = env.IMAGES.input(await asset("photo.png")).draw(mark, CORNER);
        return (await photo.output({ format: env.FORMAT })).response();
      }
      case "/kept":
        await env.BUCKET.put("deep/photo.png", await asset("photo.png"));
        return Response.json(await env.IMAGES.info(await env.BUCKET.get("deep/photo.png")));
      default:
        return Response.json({ pathname, odd: env.ODD, limits: env.LIMITS, key: env.API_KEY });
    }
  },
};
`;

const BUCKET = `
import { WorkerEntrypoint } from "cloudflare:workers";

export default class extends WorkerEntrypoint {
  async put(key, body) {
    await this.env.DISK.fetch("http://disk/" + key, { method: "PUT", body });
  }
  async get(key) {
    return (await this.env.DISK.fetch("http://disk/" + key)).body;
  }
}
`;

/** Everything that a text format could take for something else. */
const ODD = "\"'`\\\n\t\u0001\u001b\u007f é😀 $(x) #, \\x41); // --";

const WRANGLER = `{
  // As in a project: nothing here knows of Palmette.
  "name": "app",
  "main": "src/index.js",
  "compatibility_date": "2026-08-01",
  "images": { "binding": "IMAGES" },
  "assets": { "directory": "./public", "binding": "ASSETS" },
  "r2_buckets": [{ "binding": "BUCKET", "bucket_name": "pictures" }],
  "vars": { "FORMAT": "rgba", "ODD": ${JSON.stringify(ODD)}, "LIMITS": { "odd": ${JSON.stringify(ODD)}, "list": [1, null] } },
  "secrets": { "required": ["API_KEY"] },
}`;

/** @type {string} */
let folder;
/** @type {import("palmette/server").Server} */
let palmette;
/** @type {import("node:http").Server} */
let gate;
/** @type {Awaited<ReturnType<typeof serve>>} */
let app;
/** Every authorization that came to the gate. @type {(string | undefined)[]} */
const authorizations = [];

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "palmette-workerd-"));
  await writeFiles(folder, {
    "wrangler.jsonc": WRANGLER,
    "src/index.js": WORKER,
    "src/lib/corner.js": "export const CORNER = { bottom: 3, right: 5 };",
    "services/bucket.js": BUCKET,
    "data/.keep": "",
    "public/index.html": "<h1>hello</h1>",
    "public/photo.png": png(PHOTO),
    "public/mark.png": png(MARK),
  });
  palmette = await startServer({ url: "http://127.0.0.1:0" });
  // What stands before a server that wants a token: it sees the token and lets everything through.
  gate = createServer((incoming, answer) => {
    const { url, method, headers } = incoming;
    authorizations.push(headers.authorization);
    const passed = request(new URL(url ?? "", palmette.url), { method, headers }, (from) => {
      answer.writeHead(from.statusCode ?? 500, from.headers);
      from.pipe(answer);
    });
    incoming.pipe(passed);
  });
  await new Promise((resolve) => gate.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (gate.address());
  const bucket = `BUCKET=${join(folder, "services/bucket.js")},disk=${join(folder, "data")}`;
  const flags = ["--palmette", `127.0.0.1:${port}`, "--token-env", "PALMETTE_TOKEN", "--worker", bucket];
  const env = { PALMETTE_TOKEN: "open sesame", API_KEY: "a secret" };
  app = await serve(await workerdConfig(folder, flags), { env });
});

after(async () => {
  await app?.stop();
  gate?.close();
  await palmette?.stop();
  await rm(folder, { recursive: true, force: true });
});

test("the Worker draws one asset on another, pixel for pixel", async () => {
  const answer = await fetch(`${app.urls.http}/marked`);
  assert.equal(answer.status, 200);
  const expected = paste(PHOTO, MARK, PHOTO.width - MARK.width - 5, PHOTO.height - MARK.height - 3);
  assert.deepEqual(await answer.bytes(), expected.data);
});

test("a binding that workerd has nothing for is served by a Worker of one's own, with a disk", async () => {
  const answer = await fetch(`${app.urls.http}/kept`);
  const { fileSize, ...info } = await answer.json();
  assert.deepEqual(info, { format: "image/png", width: 40, height: 30 });
  assert.equal(fileSize, png(PHOTO).length);
});

test("variables and secrets are as they were written, and files come before the Worker", async () => {
  const answer = await fetch(`${app.urls.http}/anything`);
  assert.deepEqual(await answer.json(), {
    pathname: "/anything",
    odd: ODD,
    limits: { odd: ODD, list: [1, null] },
    key: "a secret",
  });
  assert.equal(await (await fetch(app.urls.http)).text(), "<h1>hello</h1>");
});

test("every request to Palmette carries the token, which stands in no file", async () => {
  await (await fetch(`${app.urls.http}/marked`)).bytes();
  assert(authorizations.length > 0);
  assert.deepEqual(new Set(authorizations), new Set(["Bearer open sesame"]));
});

test("a Palmette behind a Unix socket asks for a token, which is changed while both run", async () => {
  const socket = join(folder, "palmette.sock");
  const tokens = join(folder, "tokens");
  await writeFile(tokens, "old\n");
  const args = ["serve", "--listen", `unix:${socket}`, "--engine", "cpu", "--token-file", tokens];
  const server = spawn(findBinary(), args, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(server, "exit");
  /** @type {Awaited<ReturnType<typeof serve>>[]} */
  const apps = [];
  try {
    const [line] = await once(createInterface({ input: server.stdout }), "line");
    assert.equal(line, `listening on unix:${socket}`);
    const bucket = `BUCKET=${join(folder, "services/bucket.js")},disk=${join(folder, "data")}`;
    const flags = ["--palmette", `unix:${socket}`, "--token-env", "PALMETTE_TOKEN", "--worker", bucket];
    const config = await workerdConfig(folder, flags);
    for (const token of ["old", "new"]) {
      apps.push(await serve(config, { env: { PALMETTE_TOKEN: token, API_KEY: "a secret" } }));
    }
    const ask = async (/** @type {number} */ app) => {
      const answer = await fetch(`${apps[app]?.urls.http}/marked`);
      return answer.ok ? (await answer.bytes()).length : answer.status;
    };
    const whole = PHOTO.width * PHOTO.height * 4;
    assert.deepEqual([await ask(0), await ask(1)], [whole, 500]);
    await writeFile(tokens, "old\nnew\n");
    server.kill("SIGHUP");
    while ((await ask(1)) === 500) await sleep(20);
    assert.deepEqual([await ask(0), await ask(1)], [whole, whole]);
    await writeFile(tokens, "new\n");
    server.kill("SIGHUP");
    while ((await ask(0)) !== 500) await sleep(20);
    assert.deepEqual([await ask(0), await ask(1)], [500, whole]);
  } finally {
    for (const app of apps) await app.stop();
    server.kill();
    await ended;
  }
  assert(!existsSync(socket), "the file of the socket goes with the server");
});

test("a Palmette with TLS is reached, and its certificate changes without a stop", async () => {
  const certificate = async () => {
    const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
    const files = ["-keyout", join(folder, "key.pem"), "-out", join(folder, "cert.pem")];
    await run("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...subject, ...files]);
  };
  const tls = ["--tls-cert", join(folder, "cert.pem"), "--tls-key", join(folder, "key.pem")];
  await certificate();
  const server = spawn(findBinary(), ["serve", "--listen", "localhost:0", "--engine", "cpu", ...tls], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const bucket = `BUCKET=${join(folder, "services/bucket.js")},disk=${join(folder, "data")}`;
  const old = await copy("old.pem");
  /** @type {Awaited<ReturnType<typeof serve>>[]} */
  const apps = [];
  try {
    const [line] = await once(createInterface({ input: server.stdout }), "line");
    const { port } = new URL(line.replace("listening on ", ""));
    const start = async (/** @type {string} */ ca) => {
      const flags = ["--palmette", `https://localhost:${port}`, "--palmette-ca", ca, "--worker", bucket];
      const app = await serve(await workerdConfig(folder, flags), { env: { API_KEY: "a secret" } });
      apps.push(app);
      return async () => (await fetch(`${app.urls.http}/marked`)).status;
    };
    assert.equal(await (await start(old))(), 200);
    await certificate();
    const renewed = await copy("new.pem");
    server.kill("SIGHUP");
    const ask = await start(renewed);
    while ((await ask()) !== 200) await sleep(20);
    assert.equal(await (await start(old))(), 500);
  } finally {
    for (const app of apps) await app.stop();
    server.kill();
    await once(server, "exit");
  }

  /** Keeps the certificate of this moment. */
  async function copy(/** @type {string} */ name) {
    await copyFile(join(folder, "cert.pem"), join(folder, name));
    return join(folder, name);
  }
});

test("hosted pictures: every call and every code, by way of the adapter and of the token", async () => {
  const folder = await mkdtemp(join(tmpdir(), "palmette-hosted-"));
  await writeFiles(folder, {
    "wrangler.jsonc": { name: "hosted", compatibility_date: "2026-08-01", images: { binding: "IMAGES" } },
    tokens: "open-sesame-open-sesame\n",
  });
  const args = ["--engine", "cpu", "--hosted", join(folder, "store"), "--token-file", join(folder, "tokens")];
  const server = await startServer({ url: "http://127.0.0.1:0", args });
  try {
    const main = join(import.meta.dirname, "workers/hosted.js");
    const flags = ["--main", main, "--palmette", server.url, "--token-env", "TOKEN"];
    const app = await serve(await workerdConfig(folder, flags), { env: { TOKEN: "open-sesame-open-sesame" } });
    try {
      /** @type {import("./kit/run.js").Result[]} */
      const results = await (await fetch(app.urls.http)).json();
      assert(results.length >= 20, `${results.length} cases ran`);
      assert.deepEqual(
        results.filter(({ failure }) => failure !== null),
        [],
      );
      const { unsigned, signed, link } = await (await fetch(`${app.urls.http}/urls`)).json();
      const status = async (/** @type {string} */ url) => (await fetch(url)).status;
      assert.deepEqual([await status(unsigned), await status(signed)], [403, 200]);
      const form = new FormData();
      form.append("file", new Blob([png(PHOTO)]), "photo.png");
      const taken = await fetch(link.uploadURL, { method: "POST", body: form });
      const { result } = await taken.json();
      assert.deepEqual([result.id, await status(result.variants[0])], [link.id, 200]);
      await server.stop();
      const refused = await (await fetch(app.urls.http)).json();
      assert.match(refused[0].failure, /no answer from a palmette server at 127\.0\.0\.1:\d+ .*; is one running\?/);
    } finally {
      await app.stop();
    }
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
});

test("a Worker of TypeScript and packages runs once wrangler has bundled it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "palmette-bundled-"));
  try {
    await writeFiles(folder, {
      "wrangler.jsonc": {
        name: "bundled",
        main: "src/index.ts",
        compatibility_date: "2026-04-01",
        define: { GREETING: '"hello"' },
        images: { binding: "IMAGES" },
        assets: { directory: "public", binding: "ASSETS" },
      },
      "src/index.ts": `
        import note from "./note.txt";
        import { fit } from "a-package";
        interface Env { readonly IMAGES: ImagesBinding; readonly ASSETS: Fetcher }
        declare const GREETING: string;
        export default {
          async fetch(request: Request, { IMAGES, ASSETS }: Env): Promise<Response> {
            const photo = (await ASSETS.fetch("https://assets.local/photo.png")).body as ReadableStream;
            const picture = await IMAGES.input(photo).transform({ width: 4, height: 4, fit }).output({ format: "rgba" });
            return new Response(picture.image(), { headers: { note, greeting: GREETING } });
          },
        };`,
      "src/note.txt": "a module of text",
      "node_modules/a-package/package.json": { name: "a-package", version: "1.0.0", type: "module", main: "main.js" },
      "node_modules/a-package/main.js": 'export const fit = "squeeze";',
      "public/photo.png": png(plain(9, 9, [1, 2, 3])),
    });
    await assert.rejects(workerdConfig(folder), /src\/index\.ts|`define`/);
    await bundle(folder);
    const flags = ["--main", join(folder, "dist/index.js"), "--palmette", new URL(palmette.url).host];
    const bundled = await serve(await workerdConfig(folder, flags));
    try {
      const answer = await fetch(bundled.urls.http);
      assert.deepEqual(await answer.bytes(), plain(4, 4, [1, 2, 3]).data);
      assert.equal(answer.headers.get("note"), "a module of text");
      assert.equal(answer.headers.get("greeting"), "hello");
    } finally {
      await bundled.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
