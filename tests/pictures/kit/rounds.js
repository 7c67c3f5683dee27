// @ts-check
/**
 * What every runner must do, in three rounds of one project: write goldens, compare with them where nothing may be written, update them.
 */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { blinking, cropped, greener, moved, opaque, right, rightAs, swapped } from "./shapes.js";

/**
 * A test of the project.
 *
 * @typedef {object} Case
 * @property {string} title
 * @property {string} name of the golden
 * @property {"bytes" | "buffer" | "blob" | "response" | "stream" | "promise" | "path" | "url" | "failed"} form in which the picture is given
 * @property {string} picture in base64, or the path of a file
 * @property {object} [options]
 * @property {boolean} [not] whether it should differ
 */

/**
 * How a runner runs the tests of a project, which it finds in `cases.json`.
 *
 * @typedef {object} Runner
 * @property {string} name
 * @property {(folder: string, round: "write" | "ci" | "update") => Promise<Map<string, string | undefined>>} run Returns the message of
 *   the failure of each test, by title
 * @property {boolean} [isExplicit] whether goldens are written only on demand
 * @property {boolean} [hasNot] whether there is a way to say that a picture should differ
 * @property {boolean} [isBrief] whether the last round is left to others that do the same
 */

/**
 * @param {string} name
 * @param {Buffer} picture
 * @param {Partial<Case>} [rest]
 * @returns {Case}
 */
const caseOf = (name, picture, rest) => ({
  title: name,
  name,
  form: "bytes",
  picture: picture.toString("base64"),
  ...rest,
});

/** @type {Case["form"][]} */
const FORMS = ["bytes", "buffer", "blob", "response", "stream", "promise"];

/** Goldens that are there from the beginning. */
const GOLDENS = ["swapped", "opaque", "cropped", "tolerance", "broken-picture", "failed", "differs", "a-b-c"];

/**
 * Runs the rounds in a folder, as tests.
 *
 * @param {Runner} runner
 * @param {string} folder of the project
 */
export function rounds({ run, isExplicit = false, hasNot = false, isBrief = false }, folder) {
  const pictures = join(folder, "__pictures__");
  const golden = (/** @type {string} */ name) => join(pictures, name);
  const write = (/** @type {Case[]} */ cases) => writeFileSync(join(folder, "cases.json"), JSON.stringify(cases));
  const strips = () => readdirSync(pictures).filter((name) => name.endsWith(".diff.png"));
  writeFileSync(join(folder, "right.png"), right);
  mkdirSync(pictures);
  for (const name of GOLDENS) writeFileSync(golden(`${name}.png`), right);

  test("goldens that are missing are written", async () => {
    write([
      caseOf("moved", right),
      caseOf("a/b: c?", right),
      caseOf("New: picture?", right),
      ...FORMS.map((form) => caseOf(`form ${form}`, right, { form })),
      caseOf("form path", right, { form: "path", picture: join(folder, "right.png") }),
      caseOf("form url", right, { form: "url", picture: join(folder, "right.png") }),
      caseOf("animation", blinking([255, 0, 0, 255])),
      caseOf("JPEG", rightAs("jpeg")),
    ]);
    const results = await run(folder, isExplicit ? "update" : "write");
    assert.deepEqual(
      [...results].filter(([, failure]) => failure),
      [],
    );
    assert.equal(results.size, FORMS.length + 7);
    const names = readdirSync(pictures);
    assert.equal(names.length, GOLDENS.length + results.size - 1, names.join());
    assert.ok(names.includes("New-picture.png") && names.includes("animation.gif"), names.join());
    assert.deepEqual(readFileSync(golden("moved.png")).subarray(1, 4).toString(), "PNG");
  });

  test("what differs fails and shows where; nothing is written in CI", async () => {
    writeFileSync(golden("broken-golden.png"), "no picture");
    const before = readdirSync(pictures);
    write([
      caseOf("form bytes", rightAs("webp")),
      caseOf("animation", blinking([255, 0, 0, 255])),
      caseOf("JPEG", rightAs("jpeg")),
      caseOf("moved", moved),
      caseOf("swapped", swapped),
      caseOf("opaque", opaque),
      caseOf("cropped", cropped),
      caseOf("tolerance", greener(3), { options: { tolerance: 3 } }),
      caseOf("below tolerance", greener(3), { name: "a/b: c?", options: { tolerance: 2 } }),
      caseOf("broken golden", right),
      caseOf("broken picture", Buffer.from("no picture")),
      caseOf("failed", right, { form: "failed" }),
      caseOf("missing", right),
      caseOf("blinks green", blinking([0, 255, 0, 255]), { name: "animation" }),
      caseOf("stands still", right, { name: "animation" }),
      caseOf("wrong option", right, { name: "differs", options: { threshold: 1 } }),
      caseOf("wrong tolerance", right, { name: "differs", options: { tolerance: 0.5 } }),
      caseOf("no name", right, { name: "/" }),
      ...(hasNot
        ? [caseOf("differs", moved, { not: true }), caseOf("is the same", right, { name: "differs", not: true })]
        : []),
    ]);
    const results = await run(folder, "ci");
    const passed = ["form bytes", "animation", "JPEG", "tolerance", ...(hasNot ? ["differs"] : [])];
    assert.deepEqual(
      [...results].flatMap(([title, failure]) => (failure ? [] : [title])),
      passed,
    );
    const failure = (/** @type {string} */ title) => results.get(title) ?? "";
    const expected = {
      moved: [/it moved by 1,0 pixels/, /box 40×30 at 0,0/, /look at .*moved\.diff\.png/, /accept it with/],
      swapped: [/its channels are in the order bgr/, /SSIMULACRA2 -?\d+/],
      opaque: [
        /its alpha is lost/,
        /box 12×30 at 28,0/,
        /the first at 28,0: \[\d+, \d+, \d+, 255\], expected was \[.*, 128\]/,
      ],
      cropped: [/39×30 pixels, expected were 40×30/, /it moved by -1,0 pixels/],
      "below tolerance": [
        /1 of 1200 pixels \(0\.08 %\) differ by more than 2, at most by red 0, green 3, blue 0, alpha 0/,
        /at 5,20/,
      ],
      "broken golden": [/picture "broken golden" cannot be compared: .*cannot open the picture: .*broken-golden\.png/],
      "broken picture": [/picture "broken picture" cannot be compared: .*cannot open the picture: .*actual/],
      failed: [/a response with status 404: not here/],
      missing: [/has no golden .*missing\.png; write it with/],
      "blinks green": [/the name "animation" stands for two pictures/, /box 1×1 at 0,0 of frame 1/],
      "stands still": [/the name "animation" stands for two pictures/, /40×30 pixels, expected were 1×1/],
      "wrong option": [/unknown option "threshold"/],
      "wrong tolerance": [/tolerance is a whole number from 0 to 255, not 0\.5/],
      "no name": [/"\/" is no name for a file/],
    };
    for (const [title, patterns] of Object.entries(expected)) {
      for (const pattern of patterns) assert.match(failure(title), pattern);
    }
    if (hasNot) assert.match(failure("is the same"), /is its golden/);
    const left = ["a-b-c", "cropped", "moved", "opaque", "swapped"].map((name) => `${name}.diff.png`);
    assert.deepEqual(strips(), left);
    assert.deepEqual(
      readdirSync(pictures).filter((name) => !left.includes(name)),
      before,
    );
    for (const name of left) keep(pictures, name);
  });

  if (isBrief) return;
  test("an update writes what differs, but no name for two pictures", async () => {
    write([
      caseOf("moved", moved),
      caseOf("cropped", right),
      caseOf("broken golden", right),
      caseOf("animation", right),
      caseOf("opaque", right),
      caseOf("opaque as WebP", rightAs("webp"), { name: "opaque" }),
      caseOf("swapped", swapped),
      caseOf("swapped back", right, { name: "swapped" }),
      caseOf("a/b: c?", right),
    ]);
    const results = await run(folder, "update");
    assert.deepEqual(
      [...results].flatMap(([title, failure]) => (failure ? [title] : [])),
      ["swapped back"],
    );
    assert.match(
      results.get("swapped back") ?? "",
      /the name "swapped" stands for two pictures: in this run .*swapped\.png/,
    );
    assert.deepEqual(strips(), []);
    const names = readdirSync(pictures);
    assert.ok(names.includes("animation.png") && !names.includes("animation.gif"), names.join());

    write([
      caseOf("moved", moved),
      caseOf("swapped", swapped),
      caseOf("broken golden", right),
      caseOf("animation", right),
    ]);
    assert.deepEqual([...(await run(folder, "ci")).values()], Array(4).fill(undefined));
  });
}

/** Keeps a strip where continuous integration keeps what tests leave, to be looked at. */
function keep(/** @type {string} */ folder, /** @type {string} */ name) {
  const out = new URL("../../out/pictures/", import.meta.url);
  mkdirSync(out, { recursive: true });
  writeFileSync(new URL(name, out), readFileSync(join(folder, name)));
}
