// @ts-check
/**
 * Starting a server where none runs, with the real program; and what happens to it afterwards.
 */
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { startServer } from "palmette/server";
import { palmetteImages } from "palmette/vite";
import { palmetteImages as forVitest } from "palmette/vitest";
import { listen, urlOf } from "../client/recorder.js";
import { MINIFLARES, optionsFor } from "./miniflares.js";

const OWN = { url: "http://127.0.0.1:0", args: ["--engine", "cpu"], timeoutMs: 60_000 };
const PACKAGE = dirname(dirname(import.meta.dirname));

/**
 * A server that ends with the test.
 *
 * @param {import("node:test").TestContext} t
 * @param {import("palmette/server").ServerOptions} options
 */
async function start(t, options) {
  const server = await startServer(options);
  t.after(() => server.stop());
  return server;
}

/** @param {string} url */
const isLive = async (url) => (await fetch(`${url}/live`).catch(() => undefined))?.ok ?? false;

/**
 * Waits until nothing answers.
 *
 * @param {string} url
 */
async function untilGone(url) {
  for (let tries = 0; await isLive(url); tries++) {
    assert.ok(tries < 600, `${url} is still there`);
    await sleep(50);
  }
}

/** A port that is free now, by its URL. */
async function freeUrl() {
  const brief = createServer().listen(0, "127.0.0.1");
  await once(brief, "listening");
  const url = urlOf(brief);
  brief.close();
  await once(brief, "close");
  return url;
}

/**
 * A program that writes a line to a file and then is the real server.
 *
 * @param {import("node:test").TestContext} t
 */
async function countingBinary(t) {
  const folder = await mkdtemp(join(tmpdir(), "palmette-"));
  t.after(() => rm(folder, { recursive: true }));
  const [binary, log] = [join(folder, "palmette"), join(folder, "log")];
  await writeFile(binary, `#!/bin/sh\necho start >> ${log}\nexec ${process.env.PALMETTE_BINARY ?? "palmette"} "$@"\n`);
  await chmod(binary, 0o755);
  return { binary, starts: async () => (await readFile(log, "utf8")).split("\n").length - 1 };
}

test("starts one at a free port, and stops it", async () => {
  const server = await startServer(OWN);
  assert.equal(server.started, true);
  assert.match(server.url, /^http:\/\/127\.0\.0\.1:\d+$/);
  assert.equal(await isLive(server.url), true);
  await server.stop();
  assert.equal(await isLive(server.url), false);
});

test("uses one that runs, and leaves it running", async (t) => {
  const first = await start(t, OWN);
  const second = await startServer({ url: first.url });
  assert.deepEqual([second.url, second.started], [first.url, false]);
  await second.stop();
  assert.equal(await isLive(first.url), true);
});

test("of many that start one at the same address, one does and all get it", async (t) => {
  const url = await freeUrl();
  const servers = await Promise.all(Array.from({ length: 4 }, () => start(t, { ...OWN, url })));
  assert.deepEqual(new Set(servers.map((server) => server.url)), new Set([url]));
  assert.equal(servers.filter((server) => server.started).length, 1);
  assert.equal(await isLive(url), true);
});

test("PALMETTE_URL says where, if nothing else does", async (t) => {
  const first = await start(t, OWN);
  process.env.PALMETTE_URL = first.url;
  t.after(() => delete process.env.PALMETTE_URL);
  assert.equal((await startServer()).url, first.url);
});

describe("refused", () => {
  test("a PALMETTE_URL that is none, by that name", async (t) => {
    process.env.PALMETTE_URL = "localhost:9901";
    t.after(() => delete process.env.PALMETTE_URL);
    await assert.rejects(startServer(), /PALMETTE_URL "localhost:9901": must be an http or https URL/);
  });

  test("an address of this machine with a path, where nothing answers", async () => {
    await assert.rejects(
      startServer({ url: "http://127.0.0.1:0/images" }),
      /no server at http:\/\/127\.0\.0\.1:0\/images, and one can be started only at .*, without a path/,
    );
  });

  test("what answers is something else", async (t) => {
    const other = createServer((_, response) => response.end("hello"));
    await listen(t, other);
    await assert.rejects(startServer({ url: urlOf(other) }), /what answers at http:\/\/127.* is not a palmette server/);
  });

  test("an address of another machine, where nothing answers", async () => {
    await assert.rejects(
      startServer({ url: "https://localhost:1" }),
      /no server at https:\/\/localhost:1\/, and one can be started only at/,
    );
  });

  test("an address whose name every object knows", async () => {
    await assert.rejects(
      startServer({ url: "http://constructor:0" }),
      /no server at http:\/\/constructor:0\/, and one can be started only at/,
    );
  });

  test("a program that is none", async () => {
    await assert.rejects(startServer({ ...OWN, binary: import.meta.filename }), /start.test.js is not a program/);
  });

  test("a program that ends", async () => {
    await assert.rejects(
      startServer({ ...OWN, args: ["--nonsense"] }),
      /serve --listen 127.0.0.1:0 --nonsense ended; see its message/,
    );
  });

  test("a program that is not ready in time", async () => {
    await assert.rejects(startServer({ ...OWN, timeoutMs: 0 }), /waited too long for .* to listen/);
  });

  test("no program on PATH but the command of this package", async () => {
    const bin = join(dirname(dirname(PACKAGE)), "node_modules", ".bin");
    const env = { PATH: bin, PALMETTE_URL: "http://127.0.0.1:0" };
    const script = `import { startServer } from "palmette/server"; await startServer();`;
    const run = promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script], { cwd: PACKAGE, env });
    await assert.rejects(run, /there is no program to run\. .* There is none on PATH either; `cargo install/);
  });
});

describe("ends with the process that started it", () => {
  const SCRIPT = `import { startServer } from "palmette/server";
    const server = await startServer({ url: "http://127.0.0.1:0", timeoutMs: 60_000 });
    process.stdout.write(server.url + "\\n", () => (process.env.END === "wait" ? setInterval(() => {}, 1000) : eval(process.env.END)));`;

  /** @type {[string, string, NodeJS.Signals | undefined][]} */
  const ENDINGS = [
    ["that has nothing left to do", "0", undefined],
    ["that exits", "process.exit(3)", undefined],
    ["that throws", "throw new Error('on purpose')", undefined],
    ["that is told to end", "wait", "SIGTERM"],
    ["that is interrupted", "wait", "SIGINT"],
  ];
  for (const [name, END, signal] of ENDINGS) {
    test(name, async () => {
      const child = spawn(process.execPath, ["--input-type=module", "--eval", SCRIPT], {
        cwd: PACKAGE,
        env: { ...process.env, END },
        stdio: ["ignore", "pipe", "ignore"],
      });
      const closed = once(child, "close");
      const ended = closed.then(() => assert.fail("it ended without a server"));
      const [url] = await Promise.race([once(child.stdout.setEncoding("utf8"), "data"), ended]);
      if (signal !== undefined) child.kill(signal);
      const [, endedBy] = await closed;
      assert.equal(endedBy, signal ?? null);
      await untilGone(url.trim());
    });
  }
});

test("ends with the thread that started it", async () => {
  const thread = `const { startServer } = await import("palmette/server");
    const { url } = await startServer({ url: "http://127.0.0.1:0", timeoutMs: 60_000 });
    (await import("node:worker_threads")).parentPort.postMessage(url);
    setInterval(() => {}, 1000);`;
  const script = `import { Worker } from "node:worker_threads";
    const thread = new Worker("(async () => {" + ${JSON.stringify(thread)} + "})()", { eval: true });
    thread.once("message", async (url) => {
      if (process.env.END === "terminate") await thread.terminate();
      process.stdout.write(url + "\\n", () => process.env.END === "exit" && process.exit());
    });`;
  for (const END of ["terminate", "exit"]) {
    const env = { ...process.env, END };
    const args = ["--input-type=module", "--eval", script];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: PACKAGE, env });
    assert.match(stdout, /^http:/);
    await untilGone(stdout.trim());
  }
});

test("the plugin starts one for all bindings, and keeps it when a config is loaded again", async (t) => {
  const { binary, starts } = await countingBinary(t);
  const { PALMETTE_BINARY = "" } = process.env;
  process.env.PALMETTE_BINARY = binary;
  t.after(() => {
    process.env.PALMETTE_BINARY = PALMETTE_BINARY;
  });
  const script = `export default { async fetch(request, env) {
    const codes = [env.ONE, env.TWO].map((images) => images.info(new Blob(["x"]).stream()).catch(({ code }) => code));
    return new Response((await Promise.all(codes)).join(" "));
  } };`;
  const own = { url: "http://127.0.0.1:0", start: true };
  for (const miniflare of MINIFLARES.slice(0, 2)) {
    const options = optionsFor(miniflare, {
      script,
      bindings: { ONE: own, TWO: { ...own, headers: { "x-two": "2" } } },
    });
    const instance = new miniflare.exports.Miniflare(options);
    t.after(() => instance.dispose());
    const ask = async () => (await instance.dispatchFetch("http://worker/")).text();
    assert.equal(await ask(), "9412 9412");
    await instance.setOptions(optionsFor(miniflare, { script: `${script}\n`, bindings: { ONE: own, TWO: own } }));
    assert.equal(await ask(), "9412 9412");
  }
  assert.equal(await starts(), 1);
});

test("the plugin lets the server that it starts fetch from this machine", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "palmette-"));
  t.after(() => rm(folder, { recursive: true }));
  const [binary, log] = [join(folder, "palmette"), join(folder, "log")];
  await writeFile(binary, `#!/bin/sh\necho "$@" >> ${log}\nexec ${process.env.PALMETTE_BINARY ?? "palmette"} "$@"\n`);
  await chmod(binary, 0o755);
  const script = `import { plugins } from "palmette/miniflare";
    const options = [{ name: "IMAGES", options: { url: "http://127.0.0.1:0", start: true } }];
    await plugins.palmette.getServices({ options, workerIndex: 0 });`;
  const run = promisify(execFile);
  for (const PALMETTE_FETCH_ALLOW of [undefined, "http://127.0.0.1:1"]) {
    const env = { ...process.env, PALMETTE_BINARY: binary, PALMETTE_FETCH_ALLOW };
    await run(process.execPath, ["--input-type=module", "--eval", script], { cwd: PACKAGE, env });
  }
  const [first, second] = (await readFile(log, "utf8")).trim().split("\n");
  assert.match(first ?? "", /--fetch-allow http:\/\/localhost:\*,http:\/\/127\.0\.0\.1:\*,http:\/\/\[::1\]:\*$/);
  assert.doesNotMatch(second ?? "", /--fetch-allow/);
  assert.match(first ?? "", /--hosted \.palmette\/hosted --url-max-age-s 0 /);
});

describe("palmetteImages of palmette/vite", () => {
  test("changes the config of a server, beside what is there", () => {
    const config = { images: { binding: "PICTURES" }, unsafe: { bindings: [{ name: "OTHER" }] } };
    palmetteImages("serve", { start: true })(config);
    const [other, { dev, ...binding }] = /** @type {any} */ (config.unsafe.bindings);
    assert.deepEqual(
      [config.images, other, binding],
      [undefined, { name: "OTHER" }, { name: "PICTURES", type: "images" }],
    );
    assert.deepEqual(dev.options, { start: true });
    assert.match(dev.plugin.package, /plugin\.js$/);
  });

  test("leaves a build alone", () => {
    const config = { images: { binding: "IMAGES" } };
    palmetteImages("build")(config);
    assert.deepEqual(config, { images: { binding: "IMAGES" } });
  });

  test("refuses a config without the binding, and options that are wrong", () => {
    assert.throws(() => palmetteImages("serve")({}), /the wrangler config has no images binding/);
    assert.throws(() => palmetteImages("serve", { url: "x" }), /url "x": must be an http or https URL/);
  });

  test("refuses options where the command should be, lest a build be changed", () => {
    const options = /** @type {any} */ ({ start: true });
    assert.throws(() => palmetteImages(options), /the command of Vite is "serve" or "build", not {"start":true}/);
  });
});

describe("palmetteImages of palmette/vitest", () => {
  test("puts the stand-in under another name", () => {
    const { images, unsafeBindings } = forVitest("PICTURES", { url: "http://127.0.0.1:1" });
    assert.deepEqual(images, { binding: "PICTURES_STAND_IN" });
    const [{ plugin, ...binding }] = /** @type {any} */ (unsafeBindings);
    assert.deepEqual(binding, { name: "PICTURES", type: "images", options: { url: "http://127.0.0.1:1" } });
    assert.match(plugin.package, /plugin\.js$/);
  });

  test("refuses options where the binding should be, and options that are wrong", () => {
    const options = /** @type {any} */ ({ start: true });
    assert.throws(() => forVitest(options), /the name of a binding is needed, such as "IMAGES", not {"start":true}/);
    assert.throws(() => forVitest(""), /the name of a binding is needed/);
    assert.throws(() => forVitest("IMAGES", { url: "x" }), /url "x": must be an http or https URL/);
  });
});
