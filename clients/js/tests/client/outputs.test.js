// @ts-check
/**
 * Several results of one request, against answers that are written here: cut into chunks anywhere, torn anywhere, and of kinds
 * that no good server gives. That a server answers so is tested in `server.test.js`.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { describe, test } from "node:test";
import { createImages, ImagesError } from "palmette";
import { listen, Recorder, urlOf } from "./recorder.js";

/** @typedef {import("palmette").ImageRendition} ImageRendition */

const PNG = /** @type {const} */ ({ format: "image/png" });
const MIXED = { "content-type": "multipart/mixed; boundary=edge" };

/**
 * @param {string} body
 * @param {Record<string, string>} headers
 */
function part(body, headers = { "content-type": "image/png", "image-width": "4", "image-height": "3" }) {
  const lines = Object.entries({ ...headers, "content-length": String(Buffer.byteLength(body)) });
  return `--edge\r\n${lines.map(([name, value]) => `${name}: ${value}`).join("\r\n")}\r\n\r\n${body}\r\n`;
}

const REFUSED = part("ERROR 9413: too large", { "content-type": "text/plain", "cf-images-binding": "err=9413" });
const ANSWER = `${part("first")}${REFUSED}${part("--edge\r\nthird\r\n\r\n")}--edge--\r\n`;

/**
 * A client that gets this answer, in chunks.
 *
 * @param {readonly string[]} chunks
 * @param {Record<string, string>} headers
 */
function imagesThatGet(chunks, headers = MIXED) {
  return createImages({
    async fetch(_, { body }) {
      await new Response(body).arrayBuffer();
      const bytes = chunks.map((chunk) => new TextEncoder().encode(chunk));
      return new Response(ReadableStream.from(bytes), { headers });
    },
  });
}

/**
 * @param {readonly string[]} chunks
 * @param {number} count
 */
const outputs = (chunks, count, headers = MIXED) =>
  imagesThatGet(chunks, headers).input("a").outputs(Array(count).fill(PNG));

/** @param {ImageRendition} result */
async function told(result) {
  if (result.error) return [result.error.code, result.error.message];
  const { width, height } = result;
  return [result.contentType(), width, height, await new Response(result.image()).text()];
}

const EXPECTED = [
  ["image/png", 4, 3, "first"],
  [9413, "IMAGES_TRANSFORM_ERROR 9413: too large"],
  ["image/png", 4, 3, "--edge\r\nthird\r\n\r\n"],
];

/** @param {AsyncIterable<ImageRendition>} results */
async function read(results) {
  const all = [];
  for await (const result of results) all.push(await told(result));
  return all;
}

test("the form has the outputs in place of the fields of one", async (t) => {
  const recorder = await Recorder.start(t, (_, response) => response.writeHead(200, MIXED).end("--edge--\r\n"));
  const picture = createImages(recorder.url).input("a").transform({ rotate: 90 });
  const results = picture.outputs([
    { transforms: [{ width: 5 }, { blur: 1 }], format: "image/webp", quality: 80 },
    { ...PNG, background: "red", anim: false },
    // @ts-expect-error unknown, and for the server to refuse
    { ...PNG, widht: 5 },
  ]);
  const { body } = await recorder.next();
  await assert.rejects(Promise.resolve(results), { code: 9523, message: /: the answer has 0 of 3 results$/ });
  const fields = body.toString().split(/-{28}\d{24}(?:--)?\r\n/);
  assert.deepEqual(fields.slice(2), [
    'content-disposition: form-data; name="transforms"\r\n\r\n[{"imageIndex":0,"rotate":90}]\r\n',
    'content-disposition: form-data; name="outputs"\r\n\r\n' +
      '[{"transforms":[{"width":5},{"blur":1}],"output_format":"image/webp","output_quality":80},' +
      '{"output_format":"image/png","background":"red","anim":false},{"output_format":"image/png","widht":5}]\r\n',
    "",
  ]);
});

describe("results come in order, however the answer is cut", () => {
  for (const size of [1, 2, 3, 7, 50, ANSWER.length]) {
    test(`into chunks of ${size}`, async () => {
      const chunks = ANSWER.match(new RegExp(`[^]{1,${size}}`, "g")) ?? [];
      assert.deepEqual(await read(outputs(chunks, 3)), EXPECTED);
      assert.deepEqual(await Promise.all((await outputs(chunks, 3)).map(told)), EXPECTED);
    });
  }

  test("with a boundary in quotes, and other words", async () => {
    const headers = { "content-type": 'Multipart/Mixed; charset=utf-8; boundary="edge"' };
    assert.deepEqual(await read(outputs([ANSWER], 3, headers)), EXPECTED);
  });
});

test("a result that failed throws its own error wherever it is used, and the others are there", async () => {
  const [first, failed, third] = await outputs([ANSWER], 3);
  assert(first && failed && third && failed.error);
  for (const use of [
    () => failed.image(),
    () => failed.response(),
    () => failed.contentType(),
    () => failed.width,
    () => failed.height,
  ]) {
    assert.throws(use, (error) => error === failed.error && error instanceof ImagesError && error.code === 9413);
  }
  assert.equal(first.error, undefined);
  const response = third.response({ headers: { "x-a": "b" } });
  assert.deepEqual([...response.headers].flat(), ["content-type", "image/png", "x-a", "b"]);
  assert.equal(await response.text(), "--edge\r\nthird\r\n\r\n");
  assert.equal(await new Response(first.image({ encoding: "base64" })).text(), btoa("first"));
  await assert.rejects(async () => await first.response().text(), TypeError);
});

describe("an answer that is torn, or none of several results, is an error", () => {
  test("torn anywhere", async () => {
    for (let length = 0; length < ANSWER.length - "--\r\n".length; length += 1) {
      const error = await read(outputs([ANSWER.slice(0, length)], 3)).then(
        () => undefined,
        (error) => error,
      );
      assert(error instanceof ImagesError && error.code === 9523, `${length}: ${error}`);
      assert.match(error.message, /^IMAGES_TRANSFORM_ERROR 9523: the answer breaks off in part [1-4]$/);
      await assert.rejects(Promise.resolve(outputs([ANSWER.slice(0, length)], 3)), { code: 9523 });
    }
  });

  test("torn in a picture that somebody reads", async () => {
    for await (const result of outputs([`${part("x").slice(0, -3)}`.replace("h: 1", "h: 9")], 1)) {
      await assert.rejects(new Response(result.image()).text(), { code: 9523 });
      break;
    }
  });

  const long = `--edge\r\nx: ${"y".repeat(9000)}`;
  for (const [name, answer, count, message] of /** @type {[string, string, number, RegExp][]} */ ([
    ["too few", `${part("a")}--edge--`, 2, /the answer has 1 of 2 results$/],
    ["too many", `${part("a")}${part("b")}--edge--`, 1, /the answer has more than 1 results$/],
    ["no boundary", "<html>and so on and on", 1, /no boundary after the beginning$/],
    ["a wrong length", part("abc and more").replace("h: 12", "h: 1"), 1, /no boundary after part 1$/],
    ["no length", part("abc").replace("content-length: 3\r\n", ""), 1, /content-length of a part is ""$/],
    ["a length that is none", part("abc").replace("h: 3", "h: -3"), 1, /content-length of a part is "-3"$/],
    ["a header that is none", "--edge\r\nno colon here\r\n\r\n", 1, /a part has a header "no colon here"$/],
    ["a head without end", long, 1, /the headers of a part are larger than 8192 bytes$/],
  ])) {
    test(name, async () => {
      await assert.rejects(read(outputs([answer], count)), { code: 9523, message });
    });
  }

  test("of another type", async () => {
    const message = 'IMAGES_TRANSFORM_ERROR 9523: the answer has no parts: its content-type is "image/png"';
    await assert.rejects(read(outputs(["picture"], 1, { "content-type": "image/png" })), { code: 9523, message });
  });

  test("without a size", async () => {
    const [result] = await outputs([`${part("a", { "content-type": "image/png" })}--edge--`], 1);
    assert.throws(() => result?.width, /9523: the server sent a picture whose width is null$/);
    assert.equal(result?.contentType(), "image/png");
  });

  test("a refusal of all", async (t) => {
    const headers = { "cf-images-binding": "err=9401" };
    const recorder = await Recorder.start(t, (_, response) => response.writeHead(400, headers).end("ERROR 9401: no"));
    const refused = { code: 9401, message: "IMAGES_TRANSFORM_ERROR 9401: no" };
    const images = createImages(recorder.url);
    await assert.rejects(read(images.input("a").outputs([PNG])), refused);
    await assert.rejects(images.input("a").outputs([PNG]).finally(), refused);
    assert.equal(
      await images
        .input("a")
        .outputs([PNG])
        .catch((error) => error.code),
      9401,
    );
  });
});

test("results are read once, and a transformer is used once", async () => {
  const results = outputs([ANSWER], 3);
  assert.equal((await results).length, 3);
  assert.equal(await results, await results);
  assert.throws(() => results[Symbol.asyncIterator](), /^TypeError: the results of outputs\(\) can be read once$/);
  const picture = imagesThatGet([ANSWER]).input("a");
  await picture.outputs(Array(3).fill(PNG));
  await assert.rejects(picture.output(PNG), { code: 9525 });
  await assert.rejects(Promise.resolve(picture.outputs([PNG])), { code: 9525 });
  const wrong = /** @type {any} */ (PNG);
  assert.throws(
    () => picture.outputs(wrong),
    /^TypeError: outputs\(\) takes a list of outputs, not \[object Object\]$/,
  );
});

/** A server that sends pictures of 32 MiB each, and tells how many bytes it could send, and whether the client has gone. */
async function large(/** @type {import("node:test").TestContext} */ t, count = 4, length = 32 << 20) {
  const state = { sent: 0, closed: false };
  const server = createServer(async (request, response) => {
    request.resume();
    response.writeHead(200, MIXED);
    const closed = once(response, "close");
    closed.then(() => {
      state.closed = true;
    });
    for (let at = 0; at < count; at += 1) {
      response.write(
        `--edge\r\ncontent-type: image/png\r\nimage-width: ${at + 1}\r\nimage-height: 1\r\ncontent-length: ${length}\r\n\r\n`,
      );
      for (let left = length; left > 0 && !response.destroyed; left -= 65_536, state.sent += 65_536) {
        if (!response.write(Buffer.alloc(65_536, at + 1))) await Promise.race([once(response, "drain"), closed]);
      }
      response.write("\r\n");
    }
    response.end("--edge--\r\n");
  });
  await listen(t, server);
  return { state, results: createImages(urlOf(server)).input("a").outputs(Array(count).fill(PNG)) };
}

/** @param {() => number} value Waits until it stays the same for half a second. */
async function settled(value) {
  for (let last = -1; last !== value(); ) {
    last = value();
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  return value();
}

test("an answer is read no faster than its pictures, which hold each other back", async (t) => {
  const { state, results } = await large(t);
  const iterator = results[Symbol.asyncIterator]();
  const first = (await iterator.next()).value;
  const reader = first.image().getReader();
  await reader.read();
  // The next one is asked for while nobody reads this one.
  let [came, bytes] = [false, 0];
  const second = iterator.next().then((result) => {
    came = true;
    return result;
  });
  assert.ok((await settled(() => state.sent)) < 24 << 20, `${state.sent} bytes were taken`);
  assert.equal(came, false);
  for (let next = await reader.read(); !next.done; next = await reader.read()) bytes += next.value.length;
  assert.ok(bytes > (32 << 20) - 65_536 * 4);
  assert.equal((await second).value.width, 2);
  // One whose bytes nobody took is skipped, and one that was taken is read by whoever took it.
  const third = (await iterator.next()).value;
  assert.equal(third.width, 3);
  await third.image().cancel();
  const fourth = (await iterator.next()).value;
  const text = new Uint8Array(await new Response(fourth.image()).arrayBuffer());
  assert.deepEqual([fourth.width, text.length, text.every((byte) => byte === 4)], [4, 32 << 20, true]);
  assert.throws(
    () => third.image(),
    /^TypeError: the bytes of this picture are gone, since the next one was asked for$/,
  );
  assert.equal((await iterator.next()).done, true);
});

test("whoever stops reading closes the answer, once the picture that was taken is read", async (t) => {
  for (const takes of [false, true]) {
    const { state, results } = await large(t);
    /** @type {Response | undefined} */
    let response;
    for await (const result of results) {
      if (takes) response = result.response();
      break;
    }
    if (takes) {
      assert.equal((await response?.arrayBuffer())?.byteLength, 32 << 20);
    }
    while (!state.closed) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.ok(state.sent < 96 << 20, `${state.sent} bytes were taken`);
  }
});
