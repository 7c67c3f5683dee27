// @ts-check
/**
 * URLs of pictures as frameworks build them, by their own builders: each is answered with the picture that `palmette transform` makes.
 * What other builders write, whose packages are large, is a table in `crates/server/tests/it/image_url.rs`.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { startServer } from "palmette/server";
import { transform } from "unpic/providers/cloudflare";
import { createServer } from "vite";
import { PALMETTE } from "./tool.js";

const require = createRequire(import.meta.url);
const PICTURES = join(import.meta.dirname, "../../examples/pictures");
const CHROME = { accept: "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8" };

/** @type {string} */
let folder;
/** @type {import("palmette/server").Server} */
let server;
/** @type {import("vite").ViteDevServer} loads modules that only Vite can */
let vite;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "palmette-"));
  const args = ["--engine", "cpu", "--url-origin", PICTURES];
  server = await startServer({ url: "http://127.0.0.1:0", args, timeoutMs: 60_000 });
  vite = await createServer({ configFile: false, server: { middlewareMode: true, ws: false }, appType: "custom" });
});

after(async () => {
  await vite?.close();
  await server?.stop();
  await rm(folder, { recursive: true });
});

/**
 * Holds that a URL is answered with the picture that these flags make.
 *
 * @param {string | undefined} url A path, or a URL of a site
 * @param {string[]} flags
 * @param {string} [extension] Of the format that is to come
 */
async function is(url, flags, extension = "jpg") {
  const { pathname, search } = new URL(url ?? "", "https://example.com");
  const answer = await fetch(server.url + pathname + search, { headers: CHROME });
  assert.equal(answer.status, 200, `${url}: ${await answer.clone().text()}`);
  const target = join(folder, `expected.${extension}`);
  await promisify(execFile)(PALMETTE, ["transform", join(PICTURES, "lake.jpg"), ...flags, "--output", target]);
  assert.deepEqual(Buffer.from(await answer.arrayBuffer()), await readFile(target), url ?? "");
}

test("unpic", async () => {
  const options = { domain: "example.com" };
  const url = (/** @type {object} */ operations) => transform("/lake.jpg", operations, options)?.toString();
  await is(url({ width: 300, height: 200 }), ["--width", "300", "--height", "200", "--fit", "cover"], "avif");
  await is(url({ width: 300, height: 300, format: "jpg", quality: 70 }), [
    "--width",
    "300",
    "--height",
    "300",
    "--fit",
    "cover",
    "--quality",
    "70",
  ]);
  await is(url({ width: 300, format: "webp" }), ["--width", "300", "--fit", "cover"], "webp");
});

test("@astrojs/cloudflare, the service `cloudflare`", async () => {
  const file = require.resolve("@astrojs/cloudflare/image-service");
  const { default: service } = await vite.ssrLoadModule(file);
  const src = { src: "/lake.jpg", width: 1200, height: 800, format: "jpg" };
  const url = (/** @type {object} */ options) => service.getURL({ src, ...options }, {});
  await is(
    url({ width: 300, height: 300, fit: "cover", format: "webp", quality: "high" }),
    [...["--width", "300", "--height", "300", "--fit", "cover", "--quality", "high"]],
    "webp",
  );
  for (const [fit, meant] of [
    ["fill", "squeeze"],
    ["inside", "contain"],
    ["outside", "outside"],
  ]) {
    await is(url({ width: 300, height: 300, fit }), ["--width", "300", "--height", "300", "--fit", `${meant}`]);
  }
});
