// Runs a Worker in miniflare, of either major version.

import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = join(import.meta.dirname, "..");

/**
 * Asks a Worker once, in a miniflare of its own.
 *
 * @param {typeof import("miniflare")} module The miniflare to run it in.
 * @param {string} main The Worker's file, from here.
 * @param {object} bindings Options of miniflare 4 that bind something.
 * @param {RequestInit} [init] What is asked.
 * @returns {Promise<any>} The JSON of the answer.
 */
export async function ask(module, main, bindings, init) {
  const options = {
    // The first day on which an error of a call keeps its code on the way to a Worker.
    compatibilityDate: "2026-04-21",
    modules: await modules(main),
    ...bindings,
  };
  const convert = "convertV4MiniflareOptions" in module ? module.convertV4MiniflareOptions : undefined;
  const miniflare = new module.Miniflare(typeof convert === "function" ? convert(options) : options);
  try {
    const response = await miniflare.dispatchFetch("http://cases.example/", /** @type {object} */ (init));
    if (!response.ok) throw new Error(`${main} answered ${response.status}: ${await response.text()}`);
    return await response.json();
  } finally {
    await miniflare.dispose();
  }
}

/**
 * A service binding to an address.
 *
 * @param {string} url
 */
export function external(url) {
  return { external: { address: new URL(url).host, http: {} } };
}

/**
 * A Worker and everything that it may import; `palmette` is the built package.
 *
 * @param {string} main
 */
async function modules(main) {
  const ours = [main, ...(await Promise.all(["kit", "cases"].map(list))).flat()];
  const library = dirname(fileURLToPath(import.meta.resolve("palmette")));
  const files = (await readdir(library)).filter((file) => file.endsWith(".js") && file !== "server.js");
  return Promise.all([
    ...ours.map((path) => module(path, join(HERE, path))),
    // A bare name is looked for beside the module that imports it.
    module("workers/palmette", join(library, "index.js")),
    ...files.filter((file) => file !== "index.js").map((file) => module(`workers/${file}`, join(library, file))),
  ]);
}

/** @param {string} folder */
async function list(folder) {
  const files = await readdir(join(HERE, folder));
  return files.filter((file) => file.endsWith(".js")).map((file) => `${folder}/${file}`);
}

/**
 * @param {string} path The name it is imported by.
 * @param {string} file
 */
async function module(path, file) {
  return { type: /** @type {const} */ ("ESModule"), path, contents: await readFile(file, "utf8") };
}
