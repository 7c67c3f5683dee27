// @ts-check
/**
 * Which program is found: in a folder of its own, with packages and a `PATH` that are made up.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, beforeEach, describe, test } from "node:test";
import { PLATFORMS } from "../../src/server/platforms.ts";

const PACKAGE = dirname(dirname(import.meta.dirname));
const HERE = `${process.platform}-${process.arch}`;
const OTHER = HERE === "darwin-x64" ? "darwin-arm64" : "darwin-x64";

const folder = mkdtempSync(join(tmpdir(), "palmette-binary-"));
const bin = join(folder, "bin");
const modules = join(folder, "node_modules");

beforeEach(() => {
  for (const made of [bin, modules]) {
    rmSync(made, { recursive: true, force: true });
    mkdirSync(made);
  }
  for (const part of ["package.json", "bin", "dist"])
    cpSync(join(PACKAGE, part), join(modules, "palmette", part), { recursive: true });
});
after(() => rmSync(folder, { recursive: true }));

/**
 * Makes a program.
 *
 * @param {string} file
 */
function program(file, script = "#!/bin/sh\n") {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, script);
  chmodSync(file, 0o755);
  return file;
}

/** @param {string} platform */
const packaged = (platform) =>
  program(
    join(modules, "@palmette", platform, "bin", PLATFORMS[platform]?.os === "win32" ? "palmette.exe" : "palmette"),
  );

/**
 * What is found, or the message if nothing is.
 *
 * @param {{ given?: string, env?: Record<string, string>, as?: string }} situation
 */
function find({ given, env = {}, as = HERE } = {}) {
  const [platform, arch] = as.split("-");
  const script = `Object.defineProperties(process, { platform: { value: "${platform}" }, arch: { value: "${arch}" } });
    const { findBinary } = await import("palmette/server");
    try { console.log(findBinary(${JSON.stringify(given)})) } catch (error) { console.log(error.message) }`;
  const options = /** @type {const} */ ({ cwd: folder, env: { PATH: bin, ...env }, encoding: "utf8" });
  return execFileSync(process.execPath, ["--input-type=module", "--eval", script], options).trim();
}

test("what is given comes before PALMETTE_BINARY, that before the package, and that before PATH", () => {
  const onPath = program(join(bin, "palmette"));
  assert.equal(find(), onPath);
  const inPackage = packaged(HERE);
  assert.equal(find(), inPackage);
  const named = program(join(folder, "named", "palmette"));
  const env = { PALMETTE_BINARY: named };
  assert.equal(find({ env }), named);
  const given = program(join(folder, "given", "palmette"));
  assert.equal(find({ env, given }), given);
});

test("every platform has its package", () => {
  for (const platform of Object.keys(PLATFORMS)) {
    // A loader of another architecture is not there to be seen.
    if (PLATFORMS[platform]?.loader !== undefined && platform !== HERE) continue;
    const program = packaged(platform);
    assert.equal(find({ as: platform }), program);
  }
});

describe("the command of this package is not taken for the program", () => {
  const launcher = () => join(modules, "palmette", "bin", "palmette.js");

  test("as npm links it", () => {
    symlinkSync(launcher(), join(bin, "palmette"));
    assert.match(find(), /there is no program to run/);
  });

  test("as pnpm and Yarn call it", () => {
    program(join(bin, "palmette"), `#!/bin/sh\nexec node "${launcher()}" "$@"\n`);
    assert.match(find(), /there is no program to run/);
  });
});

describe("where there is none, the message says why", () => {
  /** @type {[string, RegExp, (() => void) | undefined, string?][]} */
  const SITUATIONS = [
    [
      "the package is left out",
      new RegExp(`@palmette/${HERE}, which has it, is not installed: .* --omit=optional`),
      undefined,
    ],
    [
      "no package is for this platform",
      /npm has no program for sunos-x64, only for linux-x64, linux-arm64,/,
      undefined,
      "sunos-x64",
    ],
    [
      "node_modules is from elsewhere",
      new RegExp(`from another machine: it has @palmette/${OTHER}, and`),
      () => packaged(OTHER),
    ],
  ];
  for (const [name, message, prepare, as] of SITUATIONS) {
    test(name, () => {
      prepare?.();
      assert.match(find(as === undefined ? {} : { as }), message);
    });
  }

  test("there is no glibc", { skip: HERE !== "linux-x64" && "its loader would be here" }, () => {
    packaged("linux-arm64");
    const message = /@palmette\/linux-arm64 needs glibc, whose loader \/lib\/ld-linux-aarch64.so.1 is not there/;
    assert.match(find({ as: "linux-arm64" }), message);
  });
});
