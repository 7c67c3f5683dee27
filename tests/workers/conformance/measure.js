// Runs the probe Worker of `examples/probe` in miniflare, collects what it hands out as its README says, and has
// `palmette conformance` compare it.

import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { promisify } from "node:util";
import * as miniflare4 from "miniflare";
import * as miniflare5 from "miniflare-5";
import { findBinary, startServer } from "palmette/server";
import { version } from "../node/versions.js";

const run = promisify(execFile);

const TOP = join(import.meta.dirname, "..", "..", "..");

const EXAMPLE = join(TOP, "examples", "probe");

/** The page with the scores. */
export const PAGE = join(TOP, "docs", "conformance.md");

/** An answer may be some megabytes of JSON. */
const MAX_OUTPUT_BYTES = 64 << 20;

/**
 * @typedef {object} Way
 * @property {string} name
 * @property {any} miniflare The miniflare that the Worker runs in.
 * @property {(url: string) => object} bind Options of miniflare 4 that make `env.IMAGES`, given the URL of a server.
 * @property {boolean} [hasZone] Whether the server answers image URLs, too.
 */

/** What answers the probes. @type {Record<string, Way>} */
export const WAYS = {
  palmette: {
    name: "Palmette",
    miniflare: miniflare5,
    bind: (url) => {
      const plugin = { package: "palmette/miniflare", name: "palmette" };
      return { unsafeBindings: [{ name: "IMAGES", type: "images", plugin, options: { url } }] };
    },
    hasZone: true,
  },
  standIn4: {
    name: `miniflare ${version("miniflare")}`,
    miniflare: miniflare4,
    bind: () => ({ images: { binding: "IMAGES" } }),
  },
  standIn5: {
    name: `miniflare ${version("miniflare-5")}`,
    miniflare: miniflare5,
    bind: () => ({ images: { binding: "IMAGES" } }),
  },
};

/**
 * Collects the answers of one way into a folder.
 *
 * @param {Way} way
 * @param {string} folder
 */
export async function collect({ miniflare, bind, hasZone }, folder) {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  // The font and the sources of image URLs are fetched from the Worker.
  const args = ["--engine", "cpu", "--models", "none", "--fetch-allow", origin, "--url-allow", origin];
  const server = await startServer({ url: "http://127.0.0.1:0", args });
  try {
    const options = {
      port,
      compatibilityDate: "2026-04-01",
      modules: await modules(),
      bindings: { ZONE: hasZone ? server.url : "" },
      ...bind(server.url),
    };
    const convert = "convertV4MiniflareOptions" in miniflare ? miniflare.convertV4MiniflareOptions : undefined;
    const worker = new miniflare.Miniflare(typeof convert === "function" ? convert(options) : options);
    try {
      await worker.ready;
      await run(join(EXAMPLE, "collect"), [origin, folder]);
    } finally {
      await worker.dispose();
    }
  } finally {
    await server.stop();
  }
}

/**
 * Compares a folder, and returns what was printed and the exit status.
 *
 * @param {string} folder
 * @param {readonly string[]} flags
 */
export async function conformance(folder, flags = []) {
  const args = ["conformance", folder, "--models", "none", ...flags];
  return run(findBinary(), args, { maxBuffer: MAX_OUTPUT_BYTES }).then(
    ({ stdout }) => ({ stdout, status: 0 }),
    (error) => {
      if (error.code !== 1) throw error;
      return { stdout: /** @type {string} */ (error.stdout), status: 1 };
    },
  );
}

/** The Worker as it is deployed, but that nothing bundles it: the list, which is JSON, becomes a module here. */
async function modules() {
  const files = await readdir(join(EXAMPLE, "src"));
  files.sort((one, other) => Number(other === "index.js") - Number(one === "index.js"));
  return Promise.all(
    files.map(async (path) => {
      const contents = await readFile(join(EXAMPLE, "src", path), "utf8");
      return { type: "ESModule", path, contents: path.endsWith(".json") ? `export default ${contents}` : contents };
    }),
  );
}

/** @returns {Promise<number>} */
async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  await new Promise((resolve) => server.close(resolve));
  return port;
}
