// @ts-check
/**
 * A project of a user's: a folder outside of this repository with development tools in it, and a machine that knows no Rust and no Palmette.
 */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";

const ROOT = dirname(dirname(dirname(dirname(import.meta.dirname))));

/** Tools tell nobody that they run. */
const QUIET = {
  ASTRO_TELEMETRY_DISABLED: "1",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  NO_COLOR: "1",
  WRANGLER_SEND_METRICS: "false",
};

/** A project. Its folder is there until {@link Project.remove}. */
export class Project {
  folder = mkdtempSync(join(tmpdir(), "palmette-project-"));
  app = join(this.folder, "app");
  #env = {
    ...environment(),
    ...QUIET,
    PATH: tools(join(this.folder, "tools")),
    XDG_CACHE_HOME: join(this.folder, "cache"),
  };

  constructor() {
    mkdirSync(this.app);
  }

  /**
   * Gets packages, in the versions of this repository's lock file: npm has them and all that they need in its cache.
   *
   * @param {string[]} names
   */
  async installTools(...names) {
    const { packages } = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8"));
    const devDependencies = Object.fromEntries(names.map((name) => [name, packages[`node_modules/${name}`].version]));
    const manifest = { name: "app", private: true, devDependencies };
    const fromRegistry = Object.entries(packages).filter(
      ([path, { link }]) => path.startsWith("node_modules/") && !link,
    );
    const lock = { name: "app", lockfileVersion: 3, packages: { "": manifest, ...Object.fromEntries(fromRegistry) } };
    this.write("package.json", JSON.stringify(manifest));
    this.write("package-lock.json", JSON.stringify(lock));
    await this.run("npm", "install", "--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund");
  }

  /**
   * Installs tarballs. Nothing comes from the registry: packages for other platforms could, and are optional.
   *
   * @param {string[]} tarballs
   */
  async install(...tarballs) {
    await this.run("npm", "install", "--save-dev", "--offline", "--no-audit", "--no-fund", ...tarballs);
  }

  /**
   * Runs a program in the project and returns its output as it is.
   *
   * @param {string} program
   * @param {string[]} args
   */
  async run(program, ...args) {
    const options = /** @type {const} */ ({ cwd: this.app, env: this.#env, encoding: "buffer", maxBuffer: 1 << 26 });
    return (await promisify(execFile)(program, args, options)).stdout;
  }

  /**
   * Runs a module and returns its output.
   *
   * @param {string} text
   */
  async script(text) {
    this.write("script.mjs", text);
    return String(await this.run("node", "script.mjs"));
  }

  /**
   * Starts a program in a process group of its own, as a shell does. Returns what `line` captures of its output, once that is there,
   * and what ends all of it as Ctrl-C does.
   *
   * @param {RegExp} line
   * @param {string} program
   * @param {string[]} args
   */
  async start(line, program, ...args) {
    return await this.startIn("", line, program, ...args);
  }

  /**
   * Does the same in a folder of the project.
   *
   * @param {string} folder
   * @param {RegExp} line
   * @param {string} program
   * @param {string[]} args
   */
  async startIn(folder, line, program, ...args) {
    const child = spawn(program, args, {
      cwd: join(this.app, folder),
      env: this.#env,
      detached: true,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const closed = once(child, "close");
    const interrupt = async () => {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGINT");
      await closed;
    };
    let output = "";
    /** @type {string} */
    const captured = await new Promise((resolve, reject) => {
      // Read to the end: a tool that cannot write what it has to say fails.
      child.stdout.setEncoding("utf8").on("data", (text) => {
        output += text;
        const [, found] = line.exec(output) ?? [];
        if (found !== undefined) resolve(found);
      });
      child.stdout.on("end", () => reject(new Error(`${program} ${args.join(" ")} ended: ${output}`)));
    });
    return { captured, interrupt };
  }

  /**
   * @param {string} file
   * @param {string | Uint8Array} content
   */
  write(file, content) {
    const path = join(this.app, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }

  /**
   * Copies one of `apps` beside this file into a folder of the project.
   *
   * @param {string} name
   */
  add(name) {
    cpSync(join(import.meta.dirname, "apps", name), join(this.app, name), { recursive: true });
  }

  /** Bytes of all files in node_modules. */
  get bytes() {
    return filesOf(join(this.app, "node_modules")).reduce((sum, file) => sum + lstatSync(file).size, 0);
  }

  /**
   * Where packages of this name are.
   *
   * @param {string} name
   */
  copiesOf(name) {
    const end = join("node_modules", name, "package.json");
    return filesOf(join(this.app, "node_modules")).filter((file) => file.endsWith(end));
  }

  remove() {
    rmSync(this.folder, { recursive: true });
  }
}

/**
 * The environment without what names a program or a server of ours, and without what the npm that runs this test says to its scripts:
 * it would take the project for a workspace of this repository. Where npm looks for packages and settings stays.
 */
function environment() {
  const kept = ["npm_config_cache", "npm_config_globalconfig", "npm_config_registry", "npm_config_userconfig"];
  const isKept = (/** @type {string} */ name) =>
    kept.includes(name) || !/^(npm_|PALMETTE_|NODE_(OPTIONS|PATH|TEST_CONTEXT)$)/i.test(name);
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => isKept(name)));
}

/**
 * Makes a folder for `PATH` that has Node, npm and a shell, and nothing else.
 *
 * @param {string} folder
 */
function tools(folder) {
  mkdirSync(folder);
  symlinkSync(process.execPath, join(folder, "node"));
  for (const name of ["npm", "npx", "sh"]) symlinkSync(onPath(name), join(folder, name));
  return folder;
}

/** @param {string} name */
function onPath(name) {
  const { PATH = "" } = process.env;
  for (const folder of PATH.split(delimiter)) {
    try {
      return realpathSync(join(folder, name));
    } catch {}
  }
  throw new Error(`there is no ${name} on PATH`);
}

/**
 * @param {string} folder
 * @returns {string[]}
 */
function filesOf(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name));
}
