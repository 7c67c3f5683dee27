// @ts-check
/**
 * The options: what the server reads, what the types take, and what the README lists are the same. The server tells its own
 * at `/options`; the compiler holds the lists here against the types.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { startServer } from "palmette/server";

/** @typedef {import("palmette").TransformOptions} TransformOptions */
/** @typedef {import("palmette").DrawOptions} DrawOptions */
/** @typedef {import("palmette").OutputOptions} OutputOptions */

/** @satisfies {Record<keyof TransformOptions, true>} */
const TRANSFORM = {
  trim: true,
  flip: true,
  rotate: true,
  width: true,
  height: true,
  fit: true,
  gravity: true,
  zoom: true,
  upscale: true,
  segment: true,
  brightness: true,
  contrast: true,
  gamma: true,
  saturation: true,
  blur: true,
  sharpen: true,
  background: true,
  border: true,
};

/** @satisfies {Record<keyof DrawOptions, true>} */
const DRAW = { opacity: true, repeat: true, composite: true, top: true, left: true, bottom: true, right: true };

/** @satisfies {Record<keyof OutputOptions, true>} */
const OUTPUT = { format: true, quality: true, background: true, anim: true };

/** @satisfies {Record<NonNullable<TransformOptions["fit"]>, true>} */
const FIT = {
  "scale-down": true,
  contain: true,
  cover: true,
  crop: true,
  "aspect-crop": true,
  pad: true,
  squeeze: true,
  "scale-up": true,
};

/** @satisfies {Record<Extract<TransformOptions["gravity"], string>, true>} */
const GRAVITY = {
  left: true,
  right: true,
  top: true,
  bottom: true,
  center: true,
  auto: true,
  entropy: true,
  face: true,
};

/** @satisfies {Record<NonNullable<TransformOptions["flip"]>, true>} */
const FLIP = { h: true, v: true, hv: true };

/** @satisfies {Record<NonNullable<TransformOptions["upscale"]>, true>} */
const UPSCALE = { interpolate: true, generate: true };

/** @satisfies {Record<NonNullable<DrawOptions["composite"]>, true>} */
const COMPOSITE = { over: true, in: true, atop: true, out: true, xor: true, lighter: true };

/** @satisfies {Record<OutputOptions["format"], true>} */
const FORMAT = {
  "image/jpeg": true,
  "image/png": true,
  "image/gif": true,
  "image/webp": true,
  "image/avif": true,
  rgb: true,
  rgba: true,
};

/** @satisfies {Record<Extract<OutputOptions["quality"], string>, true>} */
const QUALITY = { high: true, "medium-high": true, "medium-low": true, low: true };

/**
 * @typedef {{ kind: string, words?: string[], of?: Values[] }} Values
 * @typedef {{ name: string, allowed: string, summary: string, values: Values }} Option
 */

/** @type {import("palmette/server").Server} */
let server;
/** @type {Record<"transform" | "draw" | "output", Option[]>} */
let options;

before(async () => {
  server = await startServer({ url: "http://127.0.0.1:0", timeoutMs: 60_000 });
  const answer = await fetch(`${server.url}/options`);
  assert.equal(answer.status, 200);
  options = /** @type {typeof options} */ (await answer.json());
  // Two fields of the form have longer names than the options that they carry.
  for (const option of options.output) {
    option.name = option.name.replace(/^output_/, "");
  }
});

after(async () => await server?.stop());

test("the types have the server's options", () => {
  /** @param {Option[]} list */
  const names = (list) => list.map(({ name }) => name);
  assert.deepEqual(names(options.transform), Object.keys(TRANSFORM));
  assert.deepEqual(names(options.draw), Object.keys(DRAW));
  assert.deepEqual(names(options.output), Object.keys(OUTPUT));
});

test("the types have the server's words", () => {
  /** @param {Values} values */
  const wordsOf = ({ words, of }) => words ?? of?.find((values) => values.words !== undefined)?.words;
  for (const [list, name, words] of /** @type {[Option[], string, object][]} */ ([
    [options.transform, "fit", FIT],
    [options.transform, "gravity", GRAVITY],
    [options.transform, "flip", FLIP],
    [options.transform, "upscale", UPSCALE],
    [options.draw, "composite", COMPOSITE],
    [options.output, "format", FORMAT],
    [options.output, "quality", QUALITY],
  ])) {
    const option = list.find((option) => option.name === name);
    assert.ok(option, name);
    assert.deepEqual(wordsOf(option.values), Object.keys(words), name);
  }
});

for (const verb of /** @type {const} */ (["transform", "draw", "output"])) {
  test(`the README lists the options of ${verb}`, () => {
    const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
    const section = readme.split(`### Options of \`${verb}\`\n`)[1]?.split("\n#")[0] ?? "";
    const rows = section.split("\n").filter((line) => line.startsWith("| `"));
    const expected = options[verb].map(({ name, allowed, summary }) => `| \`${name}\` | ${allowed} | ${summary} |`);
    assert.deepEqual(rows, expected, `rows of the table must be:\n${expected.join("\n")}`);
  });
}
