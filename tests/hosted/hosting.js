// @ts-check
/**
 * Servers that host pictures, Cloudflare's SDK that is led to them, and pictures as they should come out.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import Cloudflare from "cloudflare";
import { findBinary, startServer } from "palmette/server";

const PICTURES = join(import.meta.dirname, "../../examples/pictures");

/** The account that requests name; a server answers for any unless it is told otherwise. */
export const ACCOUNT = { account_id: "023e105f4ecef8ad9ca31a8372d0c353" };

/** A photo, 1200×800, and where it is. */
export const LAKE = join(PICTURES, "lake.jpg");
export const lake = await readFile(LAKE);

/**
 * Makes a folder that goes with the test.
 *
 * @param {import("node:test").TestContext} t
 */
export async function folderOf(t) {
  const folder = await mkdtemp(join(tmpdir(), "palmette-hosted-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/**
 * Starts a server with a store; both go with the test.
 *
 * @param {import("node:test").TestContext} t
 * @param {{ folder?: string, flags?: string[], token?: string }} [options] `folder`: where the store is, if others use it, too
 */
export async function host(t, { folder, flags = [], token = "any" } = {}) {
  const store = join(folder ?? (await folderOf(t)), "store");
  const args = ["--engine", "cpu", "--hosted", store, ...flags];
  const server = await startServer({ url: "http://127.0.0.1:0", args, timeoutMs: 60_000 });
  t.after(() => server.stop());
  // Without retries, of which the SDK makes two after 409 and 500.
  const client = new Cloudflare({ baseURL: `${server.url}/client/v4`, apiToken: token, maxRetries: 0 });
  return { url: server.url, images: client.images };
}

/**
 * Makes what a URL must deliver: the photo, as the program changes it.
 *
 * @param {import("node:test").TestContext} t
 * @param {string[]} flags
 * @param {string} [extension] Of the format
 */
export async function transformed(t, flags, extension = "jpg") {
  const output = join(await folderOf(t), `expected.${extension}`);
  await promisify(execFile)(findBinary(), ["transform", LAKE, ...flags, "--output", output]);
  return await readFile(output);
}

/**
 * Holds that a URL delivers these bytes.
 *
 * @param {string | undefined} url
 * @param {Uint8Array} expected
 * @param {string} [accept]
 */
export async function delivers(url, expected, accept = "*/*") {
  const answer = await fetch(url ?? "", { headers: { accept } });
  assert.equal(answer.status, 200, `${url}: ${await answer.clone().text()}`);
  assert.deepEqual(Buffer.from(await answer.arrayBuffer()), expected, `${url}`);
}

/**
 * Holds that a delivery URL is refused.
 *
 * @param {string} url
 * @param {number} code
 */
export async function isNotDelivered(url, code) {
  const answer = await fetch(url);
  assert.equal(answer.headers.get("cf-resized"), `err=${code}`, url);
}

/** @typedef {new (...args: any[]) => import("cloudflare").APIError} ErrorKind A class of the SDK for errors of a status */

/**
 * Holds that a call fails with a class of the SDK, and with the code and the words of the server.
 *
 * @param {Promise<unknown>} call
 * @param {ErrorKind} kind
 * @param {{ status: number, code: number, says: RegExp }} expected
 */
export async function fails(call, kind, { status, code, says }) {
  await assert.rejects(call, (/** @type {import("cloudflare").APIError} */ error) => {
    assert.equal(error.constructor, kind, error.message);
    assert.equal(error.status, status, error.message);
    assert.deepEqual(
      error.errors.map(({ code }) => code),
      [code],
      error.message,
    );
    assert.match(error.errors[0]?.message ?? "", says);
    return true;
  });
}

/**
 * The URL of a picture by which another variant shows it.
 *
 * @param {{ variants?: string[] }} image
 * @param {string} variant
 */
export function withVariant({ variants: [known = ""] = [] }, variant) {
  return known.replace(/[^/]+$/, variant);
}
