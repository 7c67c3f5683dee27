// @ts-check
/**
 * A bucket in a folder, for workerd without a Cloudflare account: a Worker that answers the calls of an R2 binding (`put`, `get`,
 * `head`, `list`, `delete`) from workerd's disk service. It does what is written here and refuses every option that is not;
 * multipart uploads, ranges and checksums are left to R2.
 *
 * An object is two files: `objects/KEY` is what was put, `metadata/KEY` what is known about it. The second is written last and
 * removed first, so that an object is there if its metadata is.
 */
import { WorkerEntrypoint } from "cloudflare:workers";

/**
 * @typedef {object} Metadata
 * @property {number} size In bytes.
 * @property {string} etag MD5 of the bytes in hexadecimal digits, as that of R2.
 * @property {string} uploaded As ISO 8601.
 * @property {R2HTTPMetadata} httpMetadata
 */

/** How many objects a list has at most, as that of R2. */
const LISTED = 1000;

/** Keys that are being written on the condition that nothing is there yet. */
const claimed = new Set();

/** @extends {WorkerEntrypoint<{ DISK: Fetcher }>} */
export default class DiskBucket extends WorkerEntrypoint {
  /**
   * @param {string} key
   * @param {ReadableStream | ArrayBuffer | ArrayBufferView | string | Blob} value
   * @param {{ httpMetadata?: R2HTTPMetadata, onlyIf?: { etagDoesNotMatch: "*" } }} [options] The one condition there is: that
   *   the key is not in use.
   * @returns What is known about the object, or `null` if the condition does not hold.
   */
  async put(key, value, options = {}) {
    const { httpMetadata = {}, onlyIf, ...rest } = options;
    refuse("put", rest);
    if (onlyIf === undefined) return this.#write(key, value, httpMetadata);
    const { etagDoesNotMatch, ...conditions } = onlyIf;
    refuse("onlyIf", conditions);
    if (etagDoesNotMatch !== "*") throw new TypeError(`onlyIf.etagDoesNotMatch is ${etagDoesNotMatch}, not *`);
    if (claimed.has(key)) return null;
    claimed.add(key);
    try {
      return (await this.head(key)) === null ? await this.#write(key, value, httpMetadata) : null;
    } finally {
      claimed.delete(key);
    }
  }

  /**
   * @param {string} key
   * @param {object} [options] There are none.
   * @returns What is known about the object and its bytes as `body`, or `null`.
   */
  async get(key, options = {}) {
    refuse("get", options);
    const object = await this.head(key);
    if (object === null) return null;
    const { body } = await this.#disk("GET", "objects", key);
    return { ...object, body };
  }

  /**
   * @param {string} key
   * @returns What is known about the object, or `null`.
   */
  async head(key) {
    const answer = await this.#disk("GET", "metadata", key);
    return answer.status === 404 ? null : describe(key, await answer.json());
  }

  /**
   * @param {{ prefix?: string, cursor?: string, limit?: number }} [options]
   * @returns Objects in the order of their keys, and whether there are more after `cursor`, the last key.
   */
  async list(options = {}) {
    const { prefix = "", cursor, limit = LISTED, ...rest } = options;
    refuse("list", rest);
    const answer = await this.#disk("GET", "metadata");
    /** @type {{ name: string }[]} */
    const files = answer.status === 404 ? [] : await answer.json();
    const keys = files.map(({ name }) => decodeURIComponent(name)).sort();
    const wanted = keys.filter((key) => key.startsWith(prefix) && (cursor === undefined || key > cursor));
    const page = wanted.slice(0, Math.min(limit, LISTED));
    const objects = (await Promise.all(page.map((key) => this.head(key)))).filter((object) => object !== null);
    const truncated = page.length < wanted.length;
    return { objects, delimitedPrefixes: [], truncated, ...(truncated && { cursor: page.at(-1) }) };
  }

  /** @param {string | string[]} keys */
  async delete(keys) {
    for (const key of [keys].flat()) {
      await this.#disk("DELETE", "metadata", key);
      await this.#disk("DELETE", "objects", key);
    }
  }

  /**
   * @param {string} key
   * @param {ReadableStream | ArrayBuffer | ArrayBufferView | string | Blob} value
   * @param {R2HTTPMetadata} httpMetadata
   */
  async #write(key, value, httpMetadata) {
    const bytes = await new Response(/** @type {BodyInit} */ (value)).arrayBuffer();
    const digest = new Uint8Array(await crypto.subtle.digest("MD5", bytes));
    /** @type {Metadata} */
    const metadata = {
      size: bytes.byteLength,
      etag: digest.toHex(),
      uploaded: new Date().toISOString(),
      httpMetadata,
    };
    await this.#disk("PUT", "objects", key, bytes);
    await this.#disk("PUT", "metadata", key, JSON.stringify(metadata));
    return describe(key, metadata);
  }

  /**
   * @param {"GET" | "PUT" | "DELETE"} method
   * @param {"objects" | "metadata"} folder
   * @param {string} [key] Without one, the list of the folder.
   * @param {BodyInit} [body]
   */
  async #disk(method, folder, key, body) {
    // The service decodes the address once, and files beginning with a dot are hidden: keys are encoded twice, and such a dot too.
    const file = key === undefined ? "" : encodeURIComponent(encodeURIComponent(key).replace(/^\./, "%2E"));
    const answer = await this.env.DISK.fetch(`http://disk/${folder}/${file}`, { method, body });
    if (!answer.ok && answer.status !== 404) throw new Error(`${method} ${key}: the disk answers ${answer.status}`);
    return answer;
  }
}

/**
 * @param {string} key
 * @param {Metadata} metadata
 */
function describe(key, { size, etag, uploaded, httpMetadata }) {
  return { key, size, etag, httpEtag: `"${etag}"`, uploaded: new Date(uploaded), httpMetadata };
}

/**
 * @param {string} where
 * @param {object} options
 * @throws {TypeError} If there is one with a value.
 */
function refuse(where, options) {
  const [unknown] = Object.entries(options).find(([, value]) => value !== undefined) ?? [];
  if (unknown !== undefined) throw new TypeError(`${where}: the option ${unknown} is not supported here`);
}
