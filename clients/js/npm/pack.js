// @ts-check
/**
 * Packs what goes to npm, into a folder of tarballs:
 *
 *     node pack.js --out FOLDER --platform NAME --binary FILE --notices FILE    @palmette/NAME, with that program in it
 *     node pack.js --out FOLDER --main                                          palmette itself, of what is built in dist/
 *
 * A package for a platform is the template beside this file, filled in from the table in `src/server/platforms.ts`. `palmette` gets
 * these packages as optional dependencies here and not in its package.json: as long as one of them is not in the registry, a lock file
 * cannot name it, and `npm ci` in this repository fails. Prints the path of the tarball.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { PLATFORMS, programName } from "../src/server/platforms.ts";

const PACKAGE = dirname(import.meta.dirname);
const ROOT = dirname(dirname(PACKAGE));
const LICENCES = ["LICENSE-APACHE", "LICENSE-MIT"];

/** The manifest of `palmette`, which the others take what they share from. */
const MANIFEST = JSON.parse(readFileSync(join(PACKAGE, "package.json"), "utf8"));

/**
 * The package of a platform, without its program.
 *
 * @param {string} name
 */
export function platformPackage(name) {
  const platform = PLATFORMS[name];
  if (platform === undefined)
    throw new Error(`there is no platform ${name}, only ${Object.keys(PLATFORMS).join(", ")}`);
  const { version, license, repository } = MANIFEST;
  const manifest = {
    name: `@palmette/${name}`,
    version,
    description: `The program palmette for ${name}; install the package palmette`,
    license,
    repository: { ...repository, directory: "clients/js/npm" },
    os: [platform.os],
    cpu: [platform.cpu],
    ...(platform.os === "linux" ? { libc: ["glibc"] } : {}),
    // Yarn would leave it in an archive, where no program can be run.
    preferUnplugged: true,
    publishConfig: { access: "public" },
  };
  const { target, glibc } = platform;
  const needs = glibc === undefined ? "" : `\nIt needs glibc ${glibc} or later, and no other library.`;
  const template = readFileSync(join(import.meta.dirname, "package.README.md"), "utf8");
  const readme = template.replaceAll("{name}", name).replaceAll("{target}", target).replaceAll("{needs}", needs);
  return { manifest, readme };
}

/** The manifest of `palmette` with the packages of all platforms, each of the very same version. */
export function mainManifest() {
  const names = Object.keys(PLATFORMS).map((name) => `@palmette/${name}`);
  const { scripts, devDependencies, ...published } = MANIFEST;
  return { ...published, optionalDependencies: Object.fromEntries(names.map((name) => [name, MANIFEST.version])) };
}

/**
 * Packs a platform's package, and returns the tarball.
 *
 * @param {{ out: string, platform: string, binary: string, notices: string }} options
 */
export function packPlatform({ out, platform, binary, notices }) {
  const { manifest, readme } = platformPackage(platform);
  return pack(out, (folder) => {
    writeFileSync(join(folder, "package.json"), toJson(manifest));
    writeFileSync(join(folder, "README.md"), readme);
    for (const file of LICENCES) copyFileSync(join(ROOT, file), join(folder, file));
    copyFileSync(notices, join(folder, "THIRD-PARTY-NOTICES"));
    const program = join(folder, "bin", programName(manifest.os[0]));
    mkdirSync(dirname(program));
    copyFileSync(binary, program);
    chmodSync(program, 0o755);
  });
}

/**
 * Packs `palmette` as it is built, and returns the tarball.
 *
 * @param {{ out: string }} options
 */
export function packMain({ out }) {
  return pack(out, (folder) => {
    writeFileSync(join(folder, "package.json"), toJson(mainManifest()));
    copyFileSync(join(PACKAGE, "README.md"), join(folder, "README.md"));
    for (const file of LICENCES) copyFileSync(join(ROOT, file), join(folder, file));
    // What is left out again (`!dist/run`) npm leaves out.
    const files = MANIFEST.files.filter(
      (/** @type {string} */ file) => !LICENCES.includes(file) && !file.startsWith("!"),
    );
    for (const file of files) cpSync(join(PACKAGE, file), join(folder, file), { recursive: true });
  });
}

/**
 * Lets npm pack a folder that `fill` fills.
 *
 * @param {string} out
 * @param {(folder: string) => void} fill
 */
function pack(out, fill) {
  const folder = mkdtempSync(join(tmpdir(), "palmette-pack-"));
  try {
    fill(folder);
    mkdirSync(out, { recursive: true });
    const args = ["pack", folder, "--json", "--ignore-scripts", "--pack-destination", resolve(out)];
    const answer = JSON.parse(execFileSync("npm", args, { encoding: "utf8", shell: process.platform === "win32" }));
    // npm 12 answers with an object by names, npm before that with a list.
    const [packed] = /** @type {{ filename: string }[]} */ (Object.values(answer));
    if (packed === undefined) throw new Error(`npm ${args.join(" ")} named no tarball`);
    return join(resolve(out), packed.filename);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** @param {object} value */
function toJson(value) {
  return `${JSON.stringify(value, null, 2)}\n`;
}

if (import.meta.main) {
  const text = /** @type {const} */ ({ type: "string" });
  const options = {
    out: text,
    platform: text,
    binary: text,
    notices: text,
    main: /** @type {const} */ ({ type: "boolean" }),
  };
  const { out, platform, binary, notices, main } = parseArgs({ options }).values;
  if (out !== undefined && main) console.log(packMain({ out }));
  else if (out !== undefined && platform !== undefined && binary !== undefined && notices !== undefined)
    console.log(packPlatform({ out, platform, binary, notices }));
  else {
    console.error("usage: pack.js --out FOLDER (--main | --platform NAME --binary FILE --notices FILE)");
    process.exitCode = 64;
  }
}
