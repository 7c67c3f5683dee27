// @ts-check
/**
 * The module that `palmette run` loads into Node processes, as the program carries it, against a real server: all that can be seen
 * without the program. The development tools themselves are tried in `tests/frameworks`.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { startServer } from "palmette/server";
import { TARGET } from "../../scripts/run-modules.js";
import { Picture } from "../client/picture.js";
import { Recorder } from "../client/recorder.js";

const require = createRequire(import.meta.url);
const MINIFLARES = { 4: require.resolve("miniflare"), 5: require.resolve("miniflare-5") };
const IMPORT = `--import=${pathToFileURL(join(TARGET, "preload.mjs"))}`;

const SENT = new Picture(3, 2, (x, y) => [x * 100, y * 200, 50, 255]);
const MIRRORED = new Picture(3, 2, (x, y) => SENT.pixel(2 - x, y));

/** @type {import("palmette/server").Server} */
let server;
/** @type {string} */
let folder;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "palmette-"));
  server = await startServer({ url: "http://127.0.0.1:0", args: ["--engine", "cpu"], timeoutMs: 60_000 });
});

after(async () => {
  await server?.stop();
  await rm(folder, { recursive: true });
});

/** Runs in a Node process: makes an instance of miniflare and prints what its binding answers, as a Worker and as Node sees it. */
const PROGRAM = `
const { Miniflare, convertV4MiniflareOptions = (options) => options } = load();
const script = \`export default { async fetch(request, env) {
  const result = await env[new URL(request.url).pathname.slice(1)].input(request.body).transform({ flip: "h" }).output({ format: "rgba" });
  return result.response();
} }\`;
const remote = process.env.REMOTE && { remoteProxyConnectionString: new URL(process.env.REMOTE) };
const options = (binding) => convertV4MiniflareOptions({
  name: "app", modules: true, script, compatibilityDate: "2026-04-01", cf: false, images: { binding, ...remote },
});
const body = Buffer.from(process.env.PICTURE, "base64");
const miniflare = new Miniflare(options("IMAGES"));
const ask = async (binding) => {
  const answer = await miniflare.dispatchFetch("http://worker/" + binding, { method: "POST", body });
  console.log(binding, Buffer.from(await answer.arrayBuffer()).toString("hex"));
};
(async () => {
  await ask("IMAGES");
  if (!remote) {
    await miniflare.setOptions(options("PICTURES"));
    await ask("PICTURES");
    const { PICTURES } = await miniflare.getBindings();
    const source = () => new Blob([body]).stream();
    const drawn = PICTURES.input(source()).draw(PICTURES.input(source()).transform({ flip: "h" }));
    const result = await drawn.output({ format: "rgba" });
    console.log("drawn", Buffer.from(await result.response().arrayBuffer()).toString("hex"));
  }
  await miniflare.dispose();
})();
`;

/**
 * Runs a program in a Node process as `palmette run` would have it.
 *
 * @param {string} file
 * @param {string} program
 * @param {NodeJS.ProcessEnv} [more]
 */
async function node(file, program, more) {
  const name = join(folder, file);
  await writeFile(name, program);
  const report = join(folder, "report");
  await writeFile(report, "");
  const settings = { url: server.url, headers: {}, report };
  const env = { ...process.env, NODE_OPTIONS: IMPORT, PALMETTE_RUN: JSON.stringify(settings), ...more };
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [name], { env, cwd: folder });
  const lines = (await readFile(report, "utf8")).trim().split("\n");
  return { stdout, stderr, events: lines.map((line) => JSON.parse(line)) };
}

/**
 * Events without those that tell of processes and loads.
 *
 * @param {{ event: string }[]} events
 */
const told = (events) => events.filter(({ event }) => event === "binding" || event === "warning");

/**
 * The text of the only warning.
 *
 * @param {{ event: string, text?: string }[]} events
 */
const warning = (events) => {
  const [{ text } = {}, ...others] = events.filter(({ event }) => event === "warning");
  assert.deepEqual(others, []);
  return text ?? "";
};

/** Ways to load a miniflare. */
const LOADERS = /** @type {const} */ ([
  ["require", "program.cjs", (/** @type {string} */ file) => `const load = () => require(${JSON.stringify(file)});`],
  [
    "import",
    "program.mjs",
    (/** @type {string} */ file) =>
      `import * as exports from ${JSON.stringify(pathToFileURL(file).href)};\nconst load = () => exports;`,
  ],
]);

for (const [version, file] of Object.entries(MINIFLARES)) {
  describe(`miniflare ${version}`, () => {
    for (const [way, name, load] of LOADERS) {
      test(`${way}: a Worker, its successor by setOptions, and Node`, async () => {
        const PICTURE = SENT.png().toString("base64");
        const { stdout, events } = await node(name, load(file) + PROGRAM, { PICTURE });
        const hex = MIRRORED.rgba().toString("hex");
        assert.equal(stdout, `IMAGES ${hex}\nPICTURES ${hex}\ndrawn ${hex}\n`);
        const bindings = ["IMAGES", "PICTURES"].map((binding) => ({
          event: "binding",
          worker: "app",
          binding,
          fate: "palmette",
        }));
        assert.deepEqual(told(events), bindings);
      });
    }

    test("a remote binding is left alone", async (t) => {
      const recorder = await Recorder.start(t);
      const PICTURE = SENT.png().toString("base64");
      const { events } = await node("remote.cjs", LOADERS[0][2](file) + PROGRAM, { PICTURE, REMOTE: recorder.url });
      assert.deepEqual(told(events), [{ event: "binding", worker: "app", binding: "IMAGES", fate: "remote" }]);
      // The second of two, where the first opens a way for hosted pictures.
      const requests = [await recorder.next(), ...(version === "4" ? [await recorder.next()] : [])];
      assert.equal(requests.at(-1)?.headers["mf-binding"], "IMAGES");
    });
  });
}

/**
 * Writes a package `miniflare` that is not the real one.
 *
 * @param {string} version
 * @param {string} text
 */
async function fake(version, text) {
  const home = join(folder, version, "node_modules", "miniflare");
  const workers = join(home, "dist", "src", "workers", "core");
  await mkdir(workers, { recursive: true });
  for (const name of ["entry", "outbound"])
    await writeFile(join(workers, `${name}.worker.js`), "export { worker as default };");
  await writeFile(join(home, "package.json"), JSON.stringify({ name: "miniflare", version }));
  await writeFile(join(home, "dist", "src", "index.js"), text);
  return `const { Miniflare } = require(${JSON.stringify(join(home, "dist", "src", "index.js"))});`;
}

describe("a miniflare that is not as expected is left alone, and that is said", () => {
  const CLASS = "class Miniflare { constructor(options) { console.log(Object.keys(options)); } setOptions() {} }";

  test("one that takes no plugins", async () => {
    const load = await fake("3.20250101.0", `${CLASS}; module.exports = { Miniflare };`);
    const { stdout, events } = await node("old.cjs", `${load} new Miniflare({ images: { binding: "IMAGES" } });`);
    assert.equal(stdout, "[ 'images' ]\n");
    assert.match(
      warning(events),
      /^miniflare 3\.20250101\.0 takes no plugins; its Images bindings stay with its stand-in/,
    );
  });

  test("one without the class", async () => {
    const load = await fake("6.0.0", "module.exports = { Miniflare: 1 };");
    const { events } = await node("none.cjs", load);
    assert.match(warning(events), /^miniflare 6\.0\.0 has no class Miniflare with a method setOptions; its Images/);
  });

  test("one without the Workers that are extended", async () => {
    const load = await fake("5.9.0", `${CLASS}; module.exports = { Miniflare, loadExternalPlugins() {} };`);
    const workers = join(folder, "5.9.0", "node_modules", "miniflare", "dist", "src", "workers", "core");
    await rm(join(workers, "entry.worker.js"));
    await writeFile(join(workers, "outbound.worker.js"), "module.exports = worker;");
    const { events } = await node("without.cjs", load);
    const texts = events.filter(({ event }) => event === "warning").map(({ text }) => text);
    assert.deepEqual(texts, [
      "miniflare 5.9.0 has no place for /cdn-cgi/image/ URLs of the development server: these do not reach Palmette",
      "miniflare 5.9.0 has no place for fetch with cf.image: these do not reach Palmette",
    ]);
  });

  test("one of a later version is tried all the same", async () => {
    const load = await fake("6.1.0", `${CLASS}; module.exports = { Miniflare, loadExternalPlugins() {} };`);
    const { stdout, events } = await node("later.cjs", `${load} new Miniflare({ images: { binding: "IMAGES" } });`);
    assert.equal(stdout, "[ 'unsafeBindings' ]\n");
    assert.equal(warning(events), "miniflare 6.1.0 is unknown to this palmette, which knows 4 and 5");
  });
});

test("threads are reached", async () => {
  const program = `const { isMainThread, Worker } = require("node:worker_threads");
    if (isMainThread) new Worker(__filename);
    else console.log(Object.getOwnPropertySymbols(require(${JSON.stringify(MINIFLARES[4])}).Miniflare));`;
  const { stdout } = await node("thread.cjs", program);
  assert.equal(stdout, "[ Symbol(palmette.run.wrapped) ]\n");
});

test("a process without miniflare is left alone", async () => {
  const { stdout, stderr, events } = await node("plain.cjs", "console.log(require.main === module)");
  assert.deepEqual([stdout, stderr], ["true\n", ""]);
  assert.deepEqual(events, [{ event: "node", version: process.version }]);
});

test("without palmette run the module does nothing", async () => {
  const env = { ...process.env, NODE_OPTIONS: IMPORT, PALMETTE_RUN: undefined };
  const program = `const { Miniflare } = require(${JSON.stringify(MINIFLARES[4])}); console.log(Object.getOwnPropertySymbols(Miniflare));`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--eval", program], { env });
  assert.equal(stdout, "[]\n");
});

test("a report that cannot be written is no trouble", async () => {
  const settings = { url: server.url, headers: {}, report: "/nonexistent/report" };
  const env = { ...process.env, NODE_OPTIONS: IMPORT, PALMETTE_RUN: JSON.stringify(settings) };
  const { stdout } = await promisify(execFile)(process.execPath, ["--eval", "console.log(1)"], { env });
  assert.equal(stdout, "1\n");
});
