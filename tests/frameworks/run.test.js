// @ts-check
/**
 * Every development tool, as users start it, with `palmette run --` before it, or by itself with the plugin in its configuration: the picture that
 * comes out of `env.IMAGES` has the bytes that `palmette transform` writes. Miniflare's stand-in neither mirrors nor frames.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { startServer } from "palmette/server";
import { gif } from "./gif.js";
import { PALMETTE, run, serve } from "./tool.js";

const HERE = import.meta.dirname;
/** The oldest Node that is supported. */
const NODE_20 = join(HERE, "../node-20/node_modules/node/bin/node");

const FRAMED = ["--flip", "h", "--border", '{"color":"gold","width":10}'];

/** @type {string} a folder for everything that is written, the cache of `palmette run` too; its name has to be escaped here and there */
let folder;
/** @type {import("palmette/server").Server} */
let server;
/** @type {NodeJS.ProcessEnv} */
let env;
/** @type {Buffer} what each Worker answers */
let framed;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "palmette Zoë's "));
  await writeFile(join(folder, "two.gif"), gif);
  framed = await transform(...FRAMED);
  server = await startServer({ url: "http://127.0.0.1:0", args: ["--engine", "cpu"], timeoutMs: 60_000 });
  env = { PALMETTE_URL: server.url, XDG_CACHE_HOME: join(folder, "cache") };
});

after(async () => {
  await server?.stop();
  await rm(folder, { recursive: true });
});

/**
 * Copies a project, so that each tool has one to itself, with the packages of a workspace above it.
 *
 * @param {string} name
 * @param {string} [packages] The folder with `node_modules`
 */
async function copy(name, packages = join(HERE, "../..")) {
  const above = await mkdtemp(join(folder, `${name} `));
  await symlink(join(packages, "node_modules"), join(above, "node_modules"));
  for (const part of ["gif.js", "worker", name]) await cp(join(HERE, part), join(above, part), { recursive: true });
  await writeFile(join(above, name, "package.json"), '{ "type": "module" }');
  return join(above, name);
}

/** @param {string[]} flags */
async function transform(...flags) {
  const target = join(folder, "expected.png");
  await promisify(execFile)(PALMETTE, ["transform", join(folder, "two.gif"), ...flags, "--output", target]);
  return await readFile(target);
}

/**
 * Sends the picture to a Worker and compares its answer.
 *
 * @param {string} url
 */
async function sendTo(url) {
  const answer = await fetch(url, { method: "POST", body: gif });
  assert.equal(answer.status, 200, await answer.clone().text());
  assert.deepEqual(Buffer.from(await answer.arrayBuffer()), framed);
}

/**
 * Gets a picture and compares it.
 *
 * @param {string} url
 */
async function get(url) {
  const answer = await fetch(url);
  assert.equal(answer.status, 200, await answer.clone().text());
  assert.deepEqual(Buffer.from(await answer.arrayBuffer()), framed);
}

/**
 * Gets what is made on the way of a `fetch` with `cf.image`, and by URL, of a picture that the tool itself serves.
 *
 * @param {string} url
 * @param {string} [source]
 */
async function getByFetchAndUrl(url, source = "/two.gif") {
  await get(`${url}/fetched.png`);
  await get(`${url}/cdn-cgi/image/flip=h,border.color=gold,border.width=10,format=png${source}`);
}

/**
 * All that a Worker of these projects has to do.
 *
 * @param {string} url
 */
async function useAll(url) {
  await sendTo(url);
  await getByFetchAndUrl(url);
}

/**
 * Reads a picture that was printed in Base64.
 *
 * @param {string} name
 * @param {string} log
 */
function printed(name, log) {
  const found = new RegExp(`^${name} (\\S+)$`, "m").exec(log)?.[1];
  assert.ok(found, log);
  return Buffer.from(found, "base64");
}

/**
 * Holds that `palmette run` named the server and one binding of this Worker, and complained about nothing.
 *
 * @param {string[]} said
 * @param {string} worker
 */
function saysPalmette(said, worker) {
  assert.match(
    said[0] ?? "",
    /^palmette: server http:\/\/127\.0\.0\.1:\d+ \(\d+\.\d+\.\d+, runs already\); playground http/,
  );
  assert.deepEqual(said.slice(1), [`palmette: IMAGES of ${worker} goes to Palmette`]);
}

// Two at once, as the machine has cores.
describe("palmette run", { concurrency: 2 }, () => {
  test("wrangler dev", async () => {
    const command = ["wrangler", "dev", "--port", "0"];
    const { log, said } = await serve({ folder: await copy("worker"), command, env }, useAll);
    assert.match(log, /wrangler 4\.164\.0/);
    saysPalmette(said, "worker");
  });

  test("wrangler dev 4.86, in Node 20", async () => {
    const main = join(HERE, "node_modules/wrangler-4-86/bin/wrangler.js");
    const command = [NODE_20, main, "dev", "--port", "0", "--inspector-port", "0"];
    const { log, said } = await serve({ folder: await copy("worker"), command, env }, useAll);
    assert.match(log, /wrangler 4\.86\.0/);
    saysPalmette(said, "worker");
  });

  test("vite dev", async () => {
    const command = ["vite", "dev", "--port", "0"];
    const project = await copy("vite");
    await mkdir(join(project, "public"));
    await writeFile(join(project, "public/static.gif"), gif);
    const { said } = await serve({ folder: project, command, env }, async (url) => {
      await useAll(url);
      // Vite's, not the Worker's.
      await getByFetchAndUrl(url, "/static.gif");
    });
    saysPalmette(said, "vite");
  });

  test("vite preview", async () => {
    const project = await copy("vite");
    await promisify(execFile)("vite", ["build"], { cwd: project });
    const { said } = await serve({ folder: project, command: ["vite", "preview", "--port", "0"], env }, useAll);
    saysPalmette(said, "vite");
  });

  test("vitest, with @cloudflare/vitest-plugin", async () => {
    const { log, said } = await run({ folder: await copy("vitest-5"), command: ["vitest", "run"], env });
    assert.deepEqual(printed("picture", log), framed);
    saysPalmette(said, "vitest-plugin-runner-");
  });

  test("vitest, with @cloudflare/vitest-pool-workers", async () => {
    const project = await copy("vitest-4", join(HERE, "../vitest-4"));
    const { log, said } = await run({ folder: project, command: ["vitest", "run"], env });
    assert.deepEqual(printed("picture", log), framed);
    saysPalmette(said, "vitest-pool-workers-runner-");
  });

  for (const program of ["proxy.mjs", "proxy.cjs"]) {
    test(`getPlatformProxy, in ${program}, with draw`, async () => {
      const command = ["node", program, join(folder, "two.gif")];
      const { log, said } = await run({ folder: await copy("platform-proxy"), command, env });
      assert.deepEqual(printed("picture", log), framed);
      assert.deepEqual(
        printed("drawn", log),
        await transform("--draw", `${join(folder, "two.gif")}:rotate=90,opacity=0.5`),
      );
      saysPalmette(said, "platform-proxy");
    });
  }

  test("astro dev", async () => {
    const command = ["astro", "dev", "--port", "0"];
    const { said } = await serve({ folder: await copy("astro"), command, env }, async (url) => {
      await get(`${url}/live.png`);
      await getByFetchAndUrl(url);
    });
    saysPalmette(said, "astro");
  });

  test("astro build, with a picture that is made then", async () => {
    const project = await copy("astro");
    const { said } = await run({ folder: project, command: ["astro", "build"], env });
    assert.deepEqual(await readFile(join(project, "dist/client/built.png")), framed);
    saysPalmette(said, "prerender");
  });
});

describe("the plugin in a configuration, without palmette run", { concurrency: 2 }, () => {
  test("wrangler dev", async () => {
    const project = await copy("worker");
    const dev = { plugin: { package: "palmette/miniflare", name: "palmette" } };
    const config = { name: "worker", main: "src/index.js", compatibility_date: "2026-04-01" };
    const unsafe = { bindings: [{ name: "IMAGES", type: "images", dev }] };
    await writeFile(join(project, "wrangler.jsonc"), JSON.stringify({ ...config, unsafe }));
    await serve({ folder: project, command: ["wrangler", "dev", "--port", "0"], env, alone: true }, useAll);
  });

  test("vite dev", async () => {
    const project = await copy("vite");
    const config = `import { cloudflare } from "@cloudflare/vite-plugin";
      import { palmetteImages } from "palmette/vite";
      export default ({ command }) => ({ plugins: [cloudflare({ config: palmetteImages(command) })] });`;
    await writeFile(join(project, "vite.config.js"), config);
    await serve({ folder: project, command: ["vite", "dev", "--port", "0"], env, alone: true }, useAll);
  });
});
