// @ts-check
/**
 * Base64 in both directions, cut into chunks at every place.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createImages } from "palmette";

/** Bytes of every value, in no order, of a length that leaves a rest. */
const BYTES = Uint8Array.from({ length: 1000 }, (_, index) => (index * 167 + (index >> 8)) & 255);
const TEXT = Buffer.from(BYTES).toString("base64");

/**
 * Sends a base64 source through the client and returns the bytes that arrived.
 *
 * @param {Iterable<string>} chunks
 */
async function decoded(chunks) {
  /** @type {Buffer | undefined} */
  let body;
  const images = createImages({
    async fetch(_, init) {
      body = Buffer.from(await new Response(init.body).arrayBuffer());
      return new Response('{"format":"image/svg+xml"}');
    },
  });
  const encoder = new TextEncoder();
  await images.info(ReadableStream.from(chunks).pipeThrough(mapped((text) => encoder.encode(text))), {
    encoding: "base64",
  });
  assert.ok(body);
  const start = body.indexOf("\r\n\r\n") + 4;
  return body.subarray(start, body.lastIndexOf("\r\n--"));
}

/**
 * Gets a picture of these chunks from the client, as base64.
 *
 * @param {Uint8Array[]} chunks
 */
async function encoded(chunks) {
  const body = ReadableStream.from(chunks);
  const headers = { "content-type": "image/png" };
  const images = createImages({ fetch: async () => new Response(body, { headers }) });
  const result = await images.input("a").output({ format: "image/png" });
  return await new Response(result.image({ encoding: "base64" })).text();
}

/**
 * @template A, B
 * @param {(value: A) => B} map
 * @returns {TransformStream<A, B>}
 */
function mapped(map) {
  return new TransformStream({ transform: (value, controller) => controller.enqueue(map(value)) });
}

/**
 * Cuts into pieces of these lengths, over and over.
 *
 * @template {string | Uint8Array} T
 * @param {T} whole
 * @param {number[]} lengths
 */
function cut(whole, lengths) {
  const pieces = [];
  for (let from = 0, turn = 0; from < whole.length; turn += 1) {
    const to = from + (lengths[turn % lengths.length] ?? 1);
    pieces.push(/** @type {T} */ (whole.slice(from, to)));
    from = to;
  }
  return pieces;
}

for (const lengths of [[1], [2], [3], [4], [5], [7, 1, 2], [64, 1], [1000], [2000]]) {
  test(`in pieces of ${lengths.join(", ")}`, async () => {
    assert.deepEqual(await decoded(cut(TEXT, lengths)), Buffer.from(BYTES));
    assert.equal(await encoded(cut(BYTES, lengths)), TEXT);
  });
}

test("with every length of the last group", async () => {
  for (const length of [0, 1, 2, 3, 4, 5, 6]) {
    const bytes = BYTES.slice(0, length);
    const text = Buffer.from(bytes).toString("base64");
    assert.deepEqual(await decoded([text]), Buffer.from(bytes));
    assert.equal(await encoded([bytes]), text);
  }
});

test("spaces and line breaks are skipped", async () => {
  assert.equal((await decoded(["YW\nJj\r\n", " \t", "ZA=", "\n=\n"])).toString(), "abcd");
});

test("a long text is decoded and encoded whole", async () => {
  const bytes = Buffer.alloc(3_000_001, BYTES);
  const text = bytes.toString("base64");
  assert.ok((await decoded(cut(text, [65_536, 1001]))).equals(bytes));
  assert.ok((await encoded(cut(bytes, [65_536, 1001]))) === text);
});

for (const [text, message] of [
  ["YWJ", "base64 ends after 3 of 4 characters of its last group"],
  ["YWJjZ", "base64 ends after 1 of 4 characters of its last group"],
  ["YQ=", "base64 ends after 3 of 4 characters of its last group"],
  ["YQ==YQ==", '"Y" is not allowed at this place in base64'],
  ["YQ===", '"=" is not allowed at this place in base64'],
  ["Y===", '"=" is not allowed at this place in base64'],
  ["=", '"=" is not allowed at this place in base64'],
  ["YQ=a", '"a" is not allowed at this place in base64'],
  ["_-__", '"_" is not allowed at this place in base64'],
  ["data:", '":" is not allowed at this place in base64'],
  ["\u0000", '"\\u0000" is not allowed at this place in base64'],
]) {
  test(`${JSON.stringify(text)} is refused`, async () => {
    await assert.rejects(decoded([...(text ?? "")]), {
      code: 9432,
      message: `IMAGES_INFO_ERROR 9432: the picture failed while it was sent: ${message}`,
    });
  });
}
