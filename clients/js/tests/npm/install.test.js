// @ts-check
/**
 * The packages as a user gets them: packed, installed beside wrangler into a project that knows nothing of this repository, and used.
 *
 * `PALMETTE_PACKAGES` names a folder of tarballs, as `scripts/npm-packages` makes them; their size counts as it is. Without, as in CI,
 * where a build for distribution would take too long, the package of this platform is packed with a script in place of the program,
 * which calls the one that `PALMETTE_BINARY` names; what that other script last measured (`npm/recorded.json`) counts for its size.
 */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { createImages } from "palmette";
import { findBinary } from "palmette/server";
import { packMain, packPlatform } from "../../npm/pack.js";
import { Picture } from "../client/picture.js";
import { Project } from "./project.js";

const PACKAGE = dirname(dirname(import.meta.dirname));
const HERE = `${process.platform}-${process.arch}`;

/** What an install may add to a project that has wrangler: 28 MB. It was 25 before there were hosted pictures and a cache. */
const MAX_ADDED_BYTES = 28_000_000;

/** How long it may take from an empty folder to the first right picture, with what npm needs in its cache. */
const MAX_FIRST_PICTURE_MS = 120_000;

/** What the apps do to a picture; the stand-in of miniflare neither mirrors nor frames. */
const FRAMED = ["--flip", "h", "--border", '{"color":"gold","width":10}'];

/** Every pixel is another. */
const PICTURE = new Picture(7, 5, (x, y) => [x * 30, y * 50, 200 - x * 20, 255]);
const TURNED = new Picture(5, 7, (x, y) => PICTURE.pixel(y, 4 - x));

const { PALMETTE_PACKAGES } = process.env;
const project = new Project();
const folder = mkdtempSync(join(tmpdir(), "palmette-packed-"));
after(() => {
  project.remove();
  rmSync(folder, { recursive: true });
});

let bytesBefore = 0;
let installMs = 0;
/** @type {string[]} */
let miniflares;

before(async () => {
  const tarballs = PALMETTE_PACKAGES === undefined ? packHere() : packedBefore(PALMETTE_PACKAGES);
  const start = performance.now();
  await project.installTools("wrangler", "astro", "@astrojs/cloudflare");
  const toolsMs = performance.now() - start;
  bytesBefore = project.bytes;
  miniflares = project.copiesOf("miniflare");
  const again = performance.now();
  await project.install(...tarballs);
  installMs = toolsMs + performance.now() - again;
  project.write("picture.png", PICTURE.png());
});

/** Packs what is built, but for the program. */
function packHere() {
  const [binary, notices] = [join(folder, "palmette"), join(folder, "notices")];
  writeFileSync(binary, `#!/bin/sh\nexec "${findBinary()}" "$@"\n`);
  writeFileSync(notices, "Only for a test.\n");
  return [packMain({ out: folder }), packPlatform({ out: folder, platform: HERE, binary, notices })];
}

/**
 * The two tarballs for this machine in a folder.
 *
 * @param {string} folder
 */
function packedBefore(folder) {
  const { version } = JSON.parse(readFileSync(join(PACKAGE, "package.json"), "utf8"));
  return [`palmette-${version}.tgz`, `palmette-${HERE}-${version}.tgz`].map((name) => join(folder, name));
}

test("an install adds 28 MB at most, and no miniflare", () => {
  let added = project.bytes - bytesBefore;
  if (PALMETTE_PACKAGES === undefined) {
    const recorded = JSON.parse(readFileSync(join(PACKAGE, "npm", "recorded.json"), "utf8"));
    const packaged = join(project.app, "node_modules", "@palmette", HERE);
    added += recorded["linux-x64"].bytes - statSync(join(packaged, "bin", "palmette")).size;
  }
  assert.ok(added > 0 && added <= MAX_ADDED_BYTES, `${added} bytes`);
  assert.deepEqual(project.copiesOf("miniflare"), miniflares);
  const palmettes = readdirSync(join(project.app, "node_modules", "@palmette"));
  assert.deepEqual(palmettes, [HERE], "the package for this machine alone");
});

test("npx palmette --version", async () => {
  const { version } = JSON.parse(readFileSync(join(PACKAGE, "package.json"), "utf8"));
  assert.equal(String(await project.run("npx", "palmette", "--version")), `palmette ${version}\n`);
});

test("npx palmette transform", async () => {
  await project.run(
    "npx",
    "palmette",
    "transform",
    "picture.png",
    "-o",
    "turned.raw",
    "--rotate",
    "90",
    "--format",
    "rgba",
  );
  assert.deepEqual(readFileSync(join(project.app, "turned.raw")), TURNED.rgba());
});

test("npx palmette serve, until Ctrl-C", async () => {
  const { captured: url, interrupt } = await project.start(
    /^listening on (\S+)$/m,
    "npx",
    ...["palmette", "serve", "--listen", "127.0.0.1:0", "--engine", "cpu"],
  );
  try {
    const result = await createImages(url).input(PICTURE.png()).transform({ rotate: 90 }).output({ format: "rgba" });
    assert.deepEqual(Buffer.from(await result.response().arrayBuffer()), TURNED.rgba());
  } finally {
    await interrupt();
  }
  await assert.rejects(fetch(`${url}/live`));
});

describe("a development tool, with no configuration of Palmette's", () => {
  /** @type {Buffer} what the apps answer */
  let framed;

  before(async () => {
    await project.run("npx", "palmette", "transform", "picture.png", ...FRAMED, "--output", "framed.png");
    framed = readFileSync(join(project.app, "framed.png"));
  });

  test("npx palmette dev, in a Worker with assets and a bucket: a picture at most two minutes after an empty folder", async () => {
    project.add("worker");
    project.write("worker/public/picture.png", PICTURE.png());
    const start = performance.now();
    const { captured: url, interrupt } = await project.startIn(
      "worker",
      /Ready on (http:\/\/\S+)/,
      "npx",
      ...["palmette", "dev", "--port", "0"],
    );
    try {
      const answer = await fetch(url);
      assert.equal(answer.status, 200, await answer.clone().text());
      assert.deepEqual(Buffer.from(await answer.arrayBuffer()), framed);
      const ms = installMs + performance.now() - start;
      assert.ok(ms < MAX_FIRST_PICTURE_MS, `${ms} ms`);
    } finally {
      await interrupt();
    }
  });

  test("npx palmette run -- astro dev", async () => {
    project.add("site");
    const { captured: url, interrupt } = await project.startIn(
      "site",
      /Local +(http:\/\/[^/\s]+)/,
      "npx",
      ...["palmette", "run", "--", "astro", "dev", "--port", "0"],
    );
    try {
      const headers = { "content-type": "image/png" };
      const answer = await fetch(`${url}/framed.png`, { method: "POST", headers, body: PICTURE.png() });
      assert.equal(answer.status, 200, await answer.clone().text());
      assert.deepEqual(Buffer.from(await answer.arrayBuffer()), framed);
    } finally {
      await interrupt();
    }
  });
});

describe("without anything else", () => {
  test("palmette/server starts the program of the package", async () => {
    const script = `import { startServer } from "palmette/server";
      const server = await startServer({ url: "http://127.0.0.1:0", args: ["--engine", "cpu"] });
      process.stdout.write((await fetch(server.url + "/live")).status + " " + server.started);`;
    assert.equal(await project.script(script), "200 true");
  });

  test("the plugin works in the miniflare of the project's wrangler", async () => {
    const binding = {
      name: "IMAGES",
      type: "images",
      dev: {
        plugin: { package: "palmette/miniflare", name: "palmette" },
        options: { url: "http://127.0.0.1:0", start: true },
      },
    };
    const config = { name: "app", compatibility_date: "2026-04-01", unsafe: { bindings: [binding] } };
    project.write("wrangler.json", JSON.stringify(config));
    const script = `import { openAsBlob } from "node:fs";
      import { getPlatformProxy } from "wrangler";
      const { env, dispose } = await getPlatformProxy({ persist: false });
      const bytes = await openAsBlob("picture.png");
      const { width, height, format } = await env.IMAGES.info(bytes.stream());
      process.stdout.write([width, height, format].join(" "));
      await dispose();`;
    assert.equal((await project.script(script)).split("\n").at(-1), "7 5 image/png");
  });
});
