/**
 * The platforms that npm has the program for, each in a package of its own, `@palmette/<os>-<cpu>`, by Node's names. The scripts that
 * build and pack them read this table, too.
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";

/** A platform, beside its name. */
export interface Platform {
  readonly os: NodeJS.Platform;
  readonly cpu: NodeJS.Architecture;
  /** How Rust calls it. */
  readonly target: string;
  /** The oldest glibc that the program runs with. */
  readonly glibc?: string;
  /** Where glibc's loader is, without which the program does not start. musl has another one. */
  readonly loader?: string;
}

/** All of them by name. */
export const PLATFORMS: Readonly<Record<string, Platform>> = {
  "linux-x64": {
    os: "linux",
    cpu: "x64",
    target: "x86_64-unknown-linux-gnu",
    glibc: "2.17",
    loader: "/lib64/ld-linux-x86-64.so.2",
  },
  "linux-arm64": {
    os: "linux",
    cpu: "arm64",
    target: "aarch64-unknown-linux-gnu",
    glibc: "2.17",
    loader: "/lib/ld-linux-aarch64.so.1",
  },
  "darwin-arm64": { os: "darwin", cpu: "arm64", target: "aarch64-apple-darwin" },
  "darwin-x64": { os: "darwin", cpu: "x64", target: "x86_64-apple-darwin" },
  "win32-x64": { os: "win32", cpu: "x64", target: "x86_64-pc-windows-msvc" },
};

/** What the program's file is called on a system. */
export function programName(os: NodeJS.Platform = process.platform): string {
  return os === "win32" ? "palmette.exe" : "palmette";
}

const require = createRequire(import.meta.url);

/** Where the program of a platform's package is, if that is installed. */
export function packagedProgram(name: string): string | undefined {
  try {
    return require.resolve(`@palmette/${name}/bin/${programName(PLATFORMS[name]?.os)}`);
  } catch {
    return undefined;
  }
}

/** Says in a sentence why no package has a program that runs here. */
export function whyNotPackaged(name = `${process.platform}-${process.arch}`): string {
  const platform = PLATFORMS[name];
  if (platform === undefined) return `npm has no program for ${name}, only for ${Object.keys(PLATFORMS).join(", ")}`;
  if (platform.loader !== undefined && !existsSync(platform.loader))
    return `@palmette/${name} needs glibc, whose loader ${platform.loader} is not there (Alpine, for one, has musl)`;
  const other = Object.keys(PLATFORMS).find((other) => packagedProgram(other) !== undefined);
  if (other !== undefined)
    return `node_modules is from another machine: it has @palmette/${other}, and this is ${name}; install again here`;
  return `@palmette/${name}, which has it, is not installed: npm leaves it out with --omit=optional; install again without`;
}
