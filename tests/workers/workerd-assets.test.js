// Static assets behind `palmette workerd-config` are served as workerd's own service for them does, which is experimental and
// therefore not used: it says what is right, request by request.

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { serve, workerdConfig, writeFiles } from "./node/serve.js";

const EXTENSIONS = [
  [
    "avif",
    "bmp",
    "css",
    "csv",
    "gif",
    "htm",
    "ico",
    "jpeg",
    "jpg",
    "js",
    "json",
    "jsonld",
    "map",
    "md",
    "mjs",
    "mp3",
    "mp4",
    "mpeg",
  ],
  [
    "ogg",
    "otf",
    "pdf",
    "png",
    "svg",
    "tif",
    "ttf",
    "txt",
    "wasm",
    "wav",
    "weba",
    "webm",
    "webmanifest",
    "webp",
    "woff",
    "woff2",
  ],
  [
    "xhtml",
    "xml",
    "yaml",
    "zip",
    "gz",
    "m4a",
    "ics",
    "rss",
    "eot",
    "flac",
    "heic",
    "jxl",
    "mov",
    "opus",
    "rtf",
    "tar",
    "toml",
    "unknown",
  ],
].flat();

const FILES = {
  ...Object.fromEntries(EXTENSIONS.map((extension) => [`public/types/file.${extension}`, extension])),
  "public/index.html": "home",
  "public/404.html": "nothing here",
  "public/page.html": "page",
  "public/both.html": "both, the page",
  "public/both/index.html": "both, the folder",
  "public/folder/index.html": "folder",
  "public/folder/404.html": "nothing in the folder",
  "public/folder/style.css": "body {}",
  "public/folder.txt/note": "a name without an extension",
  "public/a b é.txt": "spaces",
  "public/api/data.json": "[1]",
  "public/picture.png": Uint8Array.of(1, 2, 3),
  "public/index": "a file named index",
  "public/deep/index.html.html": "odd",
  "public/.well-known/security.txt": "contact",
  "src/index.js": `export default { fetch: ({ url, method }) => new Response(method + " " + new URL(url).pathname + " by the Worker") };`,
};

const PATHS = [
  ["/", "/index.html", "/index", "/?a=1", "/index.html?a=1", "//", "//page"],
  ["/page", "/page.html", "/page/", "/page.html?x=%20y", "/page/index", "/page/index.html"],
  ["/both", "/both.html", "/both/", "/both/index", "/both/index.html"],
  ["/folder", "/folder/", "/folder.html", "/folder/index", "/folder/index.html", "/folder?q", "/folder//style.css"],
  ["/folder/style.css", "/folder/style", "/folder/none", "/folder/none/deeper", "/folder.txt", "/folder.txt/note"],
  ["/a%20b%20%C3%A9.txt", "/a b é.txt", "/picture.png", "/PICTURE.png", "/%70age", "/deep/", "/deep/index.html"],
  ["/api/data.json", "/api/data", "/api/none", "/none", "/none.html", "/none/", "/404", "/404.html"],
  ["/.well-known/security.txt", "/folder%2Fstyle.css", "/%2e%2e/src/index.js", "/..%2fsrc%2findex.js", "/%00", "/%ff"],
  ["/folder/..%2f..%2fsrc/index.js", "/\\..\\src", "/public", "/.", "/folder/.."],
  EXTENSIONS.map((extension) => `/types/file.${extension}`),
].flat();

/** @type {RequestInit[]} */
const REQUESTS = [{}, { method: "HEAD" }, { method: "POST" }, { headers: { "sec-fetch-mode": "navigate" } }];

const WITH_WORKER = { main: "src/index.js", compatibility_date: "2026-08-01" };

/** What differs from one project to the next; `assets` is the part that workerd's own service takes too. */
const PROJECTS = [
  { name: "before a Worker", wrangler: WITH_WORKER, assets: {} },
  { name: "alone", wrangler: { compatibility_date: "2026-08-01" }, assets: { not_found_handling: "404-page" } },
  {
    name: "before a Worker, with a page for what is not found",
    wrangler: WITH_WORKER,
    assets: { not_found_handling: "404-page" },
  },
  {
    name: "as an app of one page, before an older Worker",
    wrangler: { ...WITH_WORKER, compatibility_date: "2025-01-01" },
    assets: { not_found_handling: "single-page-application" },
  },
  {
    name: "as an app of one page, with paths of the Worker",
    wrangler: WITH_WORKER,
    assets: { not_found_handling: "single-page-application", run_worker_first: ["/api/*", "/page*", "!/api/data*"] },
  },
  { name: "after the Worker", wrangler: WITH_WORKER, assets: { run_worker_first: true } },
  { name: "by their exact names", wrangler: WITH_WORKER, assets: { html_handling: "none" } },
];

describe("assets are served as workerd's own service serves them", { concurrency: false }, () => {
  for (const { name, wrangler, assets } of PROJECTS) {
    test(name, async () => {
      const folder = await mkdtemp(join(tmpdir(), "palmette-assets-"));
      const started = [];
      try {
        await writeFiles(folder, {
          ...FILES,
          "wrangler.jsonc": { ...wrangler, assets: { directory: "public", ...assets } },
          "own.capnp": ownConfig(folder, wrangler, assets),
        });
        const ours = await serve(await workerdConfig(folder));
        started.push(ours);
        const theirs = await serve(join(folder, "own.capnp"), { flags: ["--experimental"] });
        started.push(theirs);
        const differences = [];
        for (const path of PATHS) {
          for (const init of REQUESTS) {
            const what = `${init.method ?? "GET"} ${path} ${JSON.stringify(init.headers ?? {})}`;
            const [actual, expected] = await Promise.all(
              [ours, theirs].map(({ urls }) => seen(`${urls.http}${path}`, init)),
            );
            if (!isDeepStrictEqual(actual, expected)) differences.push({ what, actual, expected });
          }
        }
        assert.deepEqual(differences, []);
      } finally {
        await Promise.all(started.map(({ stop }) => stop()));
        await rm(folder, { recursive: true, force: true });
      }
    });
  }
});

test("a file that the client has is not sent again", async () => {
  const folder = await mkdtemp(join(tmpdir(), "palmette-assets-"));
  await writeFiles(folder, { ...FILES, "wrangler.jsonc": { ...WITH_WORKER, assets: { directory: "public" } } });
  const { urls, stop } = await serve(await workerdConfig(folder));
  try {
    const first = await fetch(`${urls.http}/folder/style.css`);
    assert.equal(await first.text(), "body {}");
    const modified = first.headers.get("last-modified") ?? "";
    const again = await fetch(`${urls.http}/folder/style.css`, { headers: { "if-modified-since": modified } });
    assert.deepEqual([again.status, await again.text()], [304, ""]);
    await writeFile(join(folder, "public/folder/style.css"), "body { margin: 0 }");
    assert.equal(await (await fetch(`${urls.http}/folder/style.css`)).text(), "body { margin: 0 }");
  } finally {
    await stop();
    await rm(folder, { recursive: true, force: true });
  }
});

/**
 * What a client sees of an answer.
 *
 * @param {string} url
 * @param {RequestInit} init
 */
async function seen(url, init) {
  const answer = await fetch(url, { ...init, redirect: "manual" });
  const { status, headers } = answer;
  const type = headers.get("content-type")?.toLowerCase().replace("; ", ";");
  const body = await answer.text();
  return { status, type, location: headers.get("location"), cache: headers.get("cache-control"), body };
}

/**
 * A configuration with workerd's own service.
 *
 * @param {string} folder
 * @param {{ main?: string, compatibility_date: string }} wrangler
 * @param {object} assets
 */
function ownConfig(folder, { main, compatibility_date }, assets) {
  const quoted = JSON.stringify;
  const config = quoted(JSON.stringify(assets));
  const worker = `(name = "worker", worker = (compatibilityDate = ${quoted(compatibility_date)},
    modules = [(name = "index.js", esModule = embed "src/index.js")])),`;
  const behind = main ? `userWorker = "worker"` : `compatibilityDate = ${quoted(compatibility_date)}`;
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    ${main ? worker : ""}
    (name = "assets", assets = (path = ${quoted(join(folder, "public"))}, config = ${config}, ${behind})),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "assets")],
);
`;
}
