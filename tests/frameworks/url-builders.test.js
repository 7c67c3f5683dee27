// @ts-check
/**
 * URLs of pictures as frameworks build them, by their own builders: each is answered with the picture that `palmette transform` makes.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { createImage } from "@nuxt/image/runtime";
import cloudflare from "@nuxt/image/runtime/providers/cloudflare";
import cloudflareImages from "@nuxt/image/runtime/providers/cloudflareimages";
import ipx from "@nuxt/image/runtime/providers/ipx";
import { startServer } from "palmette/server";
import { transform } from "unpic/providers/cloudflare";
import { transform as transformHosted } from "unpic/providers/cloudflare_images";
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
  const args = ["--engine", "cpu", "--url-origin", PICTURES, "--hosted", join(folder, "store")];
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

test("Next, as `getImageProps` of next/image writes them, and OpenNext answers them", async () => {
  const { getImageProps } = require("next/dist/shared/lib/image-external-get-image-props");
  const picture = { src: "/lake.jpg", alt: "", width: 300, height: 200 };
  /** @param {object} [more] */
  const urls = (more) => {
    const { src, srcSet = "" } = getImageProps({ ...picture, ...more }).props;
    return [src, ...srcSet.split(", ").map((/** @type {string} */ entry) => entry.split(" ")[0])];
  };
  // The sizes that Next has for the two densities of a screen.
  const widths = ["640", "384", "640"];
  const [src, ...srcset] = urls();
  assert.match(src, /^\/_next\/image\?/);
  for (const [index, url] of [src, ...srcset].entries()) {
    await is(url, ["--width", `${widths[index]}`, "--quality", "75"], "avif");
  }
  /** @param {{ src: string, width: number, quality?: number }} asked */
  const loader = ({ src, width, quality }) =>
    `/cdn-cgi/image/width=${width},quality=${quality ?? 80},format=auto${src}`;
  for (const [index, url] of urls({ loader, quality: 60 }).entries()) {
    await is(url, ["--width", `${widths[index]}`, "--quality", "60"], "avif");
  }
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

/**
 * What `useImage()` is in an app of Nuxt that has this provider, and else what the module has by default.
 *
 * @param {string} provider
 * @param {() => any} setup
 * @param {object} [defaults] Options of the provider
 */
const nuxtImage = (provider, setup, defaults = {}) =>
  createImage({
    provider,
    providers: /** @type {any} */ ({ [provider]: { setup, defaults } }),
    ...{ presets: {}, alias: {}, domains: [], densities: [1, 2], format: ["webp"], screens: { sm: 640, md: 768 } },
    ...{ nuxt: { baseURL: "/" }, runtimeConfig: /** @type {any} */ ({}) },
  });

test("Nuxt Image, the provider `cloudflare`", async () => {
  const url = nuxtImage("cloudflare", cloudflare);
  const size = ["--width", "300", "--height", "300"];
  await is(url("/lake.jpg", { width: 300 }), ["--width", "300"]);
  await is(url("/lake.jpg", { width: 300, format: "auto" }), ["--width", "300"], "avif");
  await is(
    url("/lake.jpg", { width: 300, format: "webp", quality: 70 }),
    ["--width", "300", "--quality", "70"],
    "webp",
  );
  await is(url("/lake.jpg", { width: 150, dpr: 2, sharpen: 3 }), ["--width", "300", "--sharpen", "3"]);
  for (const [fit, meant] of [
    ["cover", "cover"],
    ["contain", "contain"],
    ["fill", "scale-down"],
    ["outside", "crop"],
    ["inside", "pad"],
  ]) {
    await is(url("/lake.jpg", { width: 300, height: 300, fit }), [...size, "--fit", `${meant}`]);
  }
  await is(url("/lake.jpg", { width: 300, height: 300, fit: "cover", gravity: "left" }), [
    ...size,
    ...["--fit", "cover", "--gravity", "left"],
  ]);
});

test("Nuxt Image, the sizes of an `<img>`", async () => {
  const { getSizes } = nuxtImage("cloudflare", cloudflare);
  /** @type {{ srcset: string }} */
  const { srcset } = getSizes("/lake.jpg", { sizes: "sm:50vw md:400px", modifiers: { format: "webp", height: 200 } });
  const entries = srcset.split(", ").map((entry) => entry.split(" "));
  assert.deepEqual(
    entries.map(([, width]) => width),
    ["320w", "400w", "640w", "800w"],
  );
  for (const [url, text = ""] of entries) {
    const width = Number.parseInt(text, 10);
    // The height is that of the first density.
    await is(url, ["--width", `${width}`, "--height", width > 400 ? "400" : "200"], "webp");
  }
});

test("Nuxt Image, the provider `ipx`", async () => {
  const url = nuxtImage("ipx", ipx);
  const size = ["--width", "300", "--height", "300"];
  await is(url("/lake.jpg", { width: 300 }), ["--width", "300"]);
  await is(
    url("/lake.jpg", { width: 300, format: "webp", quality: 70 }),
    ["--width", "300", "--quality", "70"],
    "webp",
  );
  for (const [fit, meant] of [
    [undefined, "aspect-crop"],
    ["cover", "aspect-crop"],
    ["contain", "pad"],
    ["fill", "squeeze"],
    ["inside", "scale-down"],
    ["outside", "outside"],
  ]) {
    await is(url("/lake.jpg", { width: 300, height: 300, fit }), [...size, "--fit", `${meant}`]);
  }
  await is(url("/lake.jpg", { width: 300, rotate: 90, flop: true }), [
    "--width",
    "300",
    "--rotate",
    "90",
    "--flip",
    "h",
  ]);
  await is(url("/lake.jpg", { width: 300, grayscale: true }), ["--width", "300", "--saturation", "0"]);
  await is(url("/lake.jpg", { height: 300, background: "#ff0000" }), ["--height", "300", "--background", "#ff0000"]);
});

test("unpic and Nuxt Image, pictures that are hosted", async () => {
  const api = `${server.url}/client/v4/accounts/any/images/v1`;
  const form = new FormData();
  form.append("file", new Blob([await readFile(join(PICTURES, "lake.jpg"))]), "lake.jpg");
  const { result } = await (await fetch(api, { method: "POST", body: form })).json();
  await fetch(`${api}/config`, { method: "PATCH", body: JSON.stringify({ flexible_variants: true }) });
  const accountHash = result.variants[0].split("/").at(-3);
  const baseURL = "https://example.com/cdn-cgi/imagedelivery/";

  const unpic = (/** @type {Parameters<typeof transformHosted>[1]} */ operations) =>
    transformHosted(`${baseURL}${accountHash}/${result.id}`, operations)?.toString();
  await is(unpic({ width: 300, height: 200 }), ["--width", "300", "--height", "200", "--fit", "cover"], "avif");
  const square = ["--width", "300", "--height", "300", "--fit"];
  await is(unpic({ width: 300, height: 300, format: "jpeg" }), [...square, "cover"]);

  const url = nuxtImage("cloudflareimages", cloudflareImages, { baseURL, accountHash });
  await is(url(result.id, { variant: "public" }), ["--width", "1366", "--height", "768"], "avif");
  await is(url(result.id, { width: 300, format: "webp", quality: 70 }), ["--width", "300", "--quality", "70"], "webp");
  for (const [fit, meant] of [
    ["cover", "cover"],
    ["contain", "contain"],
    ["fill", "pad"],
    ["outside", "crop"],
    ["inside", "scale-down"],
  ]) {
    await is(url(result.id, { width: 300, height: 300, fit, format: "jpeg" }), [...square, `${meant}`]);
  }
});
