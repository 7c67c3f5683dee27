// @ts-check
/**
 * What the client makes of answers: results, and one error class with the codes and messages of the real client.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createImages, ImagesError } from "palmette";
import { Recorder } from "./recorder.js";

/**
 * Starts a server that gives one answer to everything, and a client of it.
 *
 * @param {import("node:test").TestContext} t
 * @param {number} status
 * @param {Record<string, string>} headers
 * @param {string} body
 */
async function imagesThatGet(t, status, headers, body) {
  const recorder = await Recorder.start(t, (_, response) => response.writeHead(status, headers).end(body));
  return createImages(recorder.url);
}

/**
 * @param {unknown} error
 * @param {number} code
 * @param {string} message
 */
function assertError(error, code, message) {
  assert.ok(error instanceof ImagesError, String(error));
  assert.ok(error instanceof Error);
  assert.deepEqual([error.name, error.code, error.message], ["ImagesError", code, message]);
  return true;
}

describe("an answer becomes an error", () => {
  const marked = { "cf-images-binding": "err=9412" };
  /** @type {[string, number, Record<string, string>, string, number, string][]} */
  const rows = [
    ["with a mark", 415, marked, "ERROR 9412: no picture", 9412, "IMAGES_*_ERROR 9412: no picture"],
    ["with a mark and a line break", 400, marked, "ERROR 9412: no\n", 9412, "IMAGES_*_ERROR 9412: no"],
    ["with a mark and a good status", 200, marked, "ERROR 9412: no", 9412, "IMAGES_*_ERROR 9412: no"],
    [
      "with a mark among others",
      503,
      { "cf-images-binding": "v=1 err=9522" },
      "ERROR 9522: full",
      9522,
      "IMAGES_*_ERROR 9522: full",
    ],
    ["without a mark", 500, {}, "boom", 9523, "Unexpected error response 500: boom"],
    [
      "with a mark that has no number",
      404,
      { "cf-images-binding": "err=" },
      "",
      9523,
      "Unexpected error response 404:",
    ],
    ["that redirects", 302, { location: "/elsewhere" }, "", 9523, "Unexpected error response 302:"],
    ["that has nothing new", 304, {}, "", 9523, "Unexpected error response 304:"],
  ];
  for (const [name, status, headers, body, code, message] of rows) {
    test(name, async (t) => {
      const images = await imagesThatGet(t, status, headers, body);
      await assert.rejects(images.input("a").output({ format: "image/png" }), (error) =>
        assertError(error, code, message.replace("*", "TRANSFORM")),
      );
      await assert.rejects(images.info("a"), (error) => assertError(error, code, message.replace("*", "INFO")));
    });
  }
});

test("info gives the binding's fields and no others", async (t) => {
  const body = '{"format":"image/png","file_size":3,"width":1,"height":2,"more":7}';
  const images = await imagesThatGet(t, 200, {}, body);
  assert.deepEqual(await images.info("a"), { fileSize: 3, width: 1, height: 2, format: "image/png" });
});

test("info of a vector picture has a format only", async (t) => {
  const images = await imagesThatGet(t, 200, {}, '{"format":"image/svg+xml"}');
  assert.deepEqual(await images.info("a"), { format: "image/svg+xml" });
});

test("info that is no JSON is an error", async (t) => {
  const images = await imagesThatGet(t, 200, {}, "{");
  await assert.rejects(images.info("a"), (error) => {
    assert.ok(error instanceof ImagesError && error.cause instanceof SyntaxError);
    return assertError(error, 9523, `IMAGES_INFO_ERROR 9523: the answer is not JSON: ${error.cause.message}`);
  });
});

describe("a result", () => {
  const png = { "content-type": "image/png", "x-other": "1" };

  test("is a response with its content type only", async (t) => {
    const images = await imagesThatGet(t, 200, png, "picture");
    const result = await images.input("a").output({ format: "image/png" });
    assert.equal(result.contentType(), "image/png");
    const response = result.response();
    assert.equal(response.status, 200);
    assert.deepEqual([...response.headers], [["content-type", "image/png"]]);
    assert.equal(await response.text(), "picture");
  });

  test("is a response with one's own headers", async (t) => {
    const images = await imagesThatGet(t, 200, png, "picture");
    for (const headers of [{ "X-A": "b", "Content-Type": "text/plain" }, [["x-a", "b"]], new Headers({ "x-a": "b" })]) {
      const result = await images.input("a").output({ format: "image/png" });
      const response = result.response({ headers: /** @type {Headers} */ (headers) });
      assert.deepEqual(
        [...response.headers],
        [
          ["content-type", "image/png"],
          ["x-a", "b"],
        ],
      );
    }
  });

  test("is a stream of bytes or of base64", async (t) => {
    const images = await imagesThatGet(t, 200, png, "picture");
    const plain = await images.input("a").output({ format: "image/png" });
    assert.equal(await new Response(plain.image()).text(), "picture");
    const coded = await images.input("a").output({ format: "image/png" });
    assert.equal(await new Response(coded.image({ encoding: "base64" })).text(), "cGljdHVyZQ==");
  });

  test("can be taken once", async (t) => {
    const images = await imagesThatGet(t, 200, png, "picture");
    const result = await images.input("a").output({ format: "image/png" });
    await result.response().text();
    await assert.rejects(async () => await result.response().text(), TypeError);
    assert.equal(result.contentType(), "image/png");
  });

  test("without a content type can only be read", async (t) => {
    const images = await imagesThatGet(t, 200, {}, "picture");
    const result = await images.input("a").output({ format: "image/png" });
    const message = "IMAGES_TRANSFORM_ERROR 9523: the server sent a picture without a content-type";
    assert.throws(
      () => result.contentType(),
      (error) => assertError(error, 9523, message),
    );
    assert.throws(
      () => result.response(),
      (error) => assertError(error, 9523, message),
    );
    assert.equal(await new Response(result.image()).text(), "picture");
  });

  test("without a body is an error when it is taken", async (t) => {
    const images = await imagesThatGet(t, 204, png, "");
    const result = await images.input("a").output({ format: "image/png" });
    const message = "IMAGES_TRANSFORM_ERROR 9523: the server sent no picture";
    assert.throws(
      () => result.image(),
      (error) => assertError(error, 9523, message),
    );
  });
});

describe("a transformer is used once", () => {
  const format = /** @type {const} */ ({ format: "image/png" });
  const text = "this transformer was output or drawn before, which is possible once";
  /** @param {unknown} error */
  const consumed = (error) => assertError(error, 9525, `IMAGES_TRANSFORM_ERROR 9525: ${text}`);

  test("output twice", async (t) => {
    const images = await imagesThatGet(t, 200, { "content-type": "image/png" }, "picture");
    const picture = images.input("a");
    await picture.output(format);
    await assert.rejects(picture.output(format), consumed);
  });

  test("output twice at once", async (t) => {
    const images = await imagesThatGet(t, 200, { "content-type": "image/png" }, "picture");
    const picture = images.text("a", { font: { url: "https://example.com/a.ttf" } });
    const [first, second] = await Promise.allSettled([picture.output(format), picture.output(format)]);
    assert.equal(first.status, "fulfilled");
    assert.ok(second.status === "rejected" && consumed(second.reason));
  });

  test("drawn after output, drawn twice, output after drawn", async (t) => {
    const images = await imagesThatGet(t, 200, { "content-type": "image/png" }, "picture");
    const sent = images.input("a");
    await sent.output(format);
    assert.throws(() => images.input("b").draw(sent), consumed);
    const drawn = images.input("a");
    const canvas = images.input("b").draw(drawn);
    assert.throws(() => canvas.draw(drawn), consumed);
    await assert.rejects(drawn.output(format), consumed);
  });

  test("drawn on itself", async () => {
    const images = createImages("http://127.0.0.1:9901");
    const picture = images.input("a");
    picture.draw(picture);
    await assert.rejects(picture.output(format), consumed);
  });

  test("used up by an output that failed", async (t) => {
    const images = await imagesThatGet(t, 500, {}, "");
    const picture = images.input("a");
    await assert.rejects(picture.output(format), ImagesError);
    await assert.rejects(picture.output(format), consumed);
  });
});

describe("arguments of the wrong kind are refused at once", () => {
  const images = createImages("http://127.0.0.1:9901");
  const allowed = "a ReadableStream, an async iterable, a Blob, an ArrayBuffer, a view of one or a string";

  for (const [value, shown] of [
    [null, "null"],
    [undefined, "undefined"],
    [5, "5"],
    [{}, "Object"],
    [new Response("a"), "Response"],
    [[1], "Array"],
  ]) {
    test(`a source that is ${shown}`, async () => {
      const source = /** @type {any} */ (value);
      assert.throws(() => images.input(source), new TypeError(`input() takes ${allowed}, not ${shown}`));
      await assert.rejects(images.info(source), new TypeError(`info() takes ${allowed}, not ${shown}`));
      assert.throws(() => images.input("a").draw(source), TypeError);
    });
  }

  test("a transformer of another make", () => {
    const foreign = { transform() {}, draw() {}, output() {} };
    const message = "draw() takes what input() takes, or a transformer of this client, not [object Object]";
    assert.throws(() => images.input("a").draw(/** @type {any} */ (foreign)), new TypeError(message));
  });

  test("an encoding that is not base64", async () => {
    const options = /** @type {any} */ ({ encoding: "hex" });
    const message = 'the encoding of input() must be "base64", not "hex"';
    assert.throws(() => images.input("a", options), new TypeError(message));
    await assert.rejects(images.info("a", options), TypeError);
  });

  test("an encoding of the result that is not base64", async (t) => {
    const other = await imagesThatGet(t, 200, { "content-type": "image/png" }, "picture");
    const result = await other.input("a").output({ format: "image/png" });
    const message = 'the encoding of image() must be "base64", not "hex"';
    assert.throws(() => result.image(/** @type {any} */ ({ encoding: "hex" })), new TypeError(message));
  });

  test("an option of the client that is unknown, or of another kind", () => {
    /** @type {[object, string][]} */
    const wrong = [
      [{ header: { a: "b" } }, "there is no option header; there are headers, token, fetch and streaming"],
      [{ timeoutMs: undefined }, "there is no option timeoutMs; there are headers, token, fetch and streaming"],
      [{ fetch: "fetch" }, "the option fetch must be a function, not fetch"],
      [{ token: "" }, "the option token must be a text of visible ASCII characters without spaces"],
      [{ token: "open sesame" }, "the option token must be a text of visible ASCII characters without spaces"],
      [{ token: 5 }, "the option token must be a text of visible ASCII characters without spaces"],
      [{ streaming: "no" }, "the option streaming must be true or false, not no"],
    ];
    for (const [options, message] of wrong) {
      assert.throws(() => createImages("http://127.0.0.1:9901", options), new TypeError(message));
    }
    createImages(
      "http://127.0.0.1:9901",
      /** @type {any} */ ({ headers: undefined, token: undefined, fetch: undefined, streaming: undefined }),
    );
  });

  test("a server that is none", () => {
    assert.throws(() => createImages("ftp://example.com"), /the URL of the server must be one of http or https/);
    assert.throws(() => createImages("example.com"), TypeError);
    for (const target of [null, undefined, {}, 5]) {
      assert.throws(
        () => createImages(/** @type {any} */ (target)),
        /a URL or an object with a fetch method is needed/,
      );
    }
    const both = () => createImages({ fetch: async () => new Response() }, { fetch });
    assert.throws(both, new TypeError("the option fetch goes with a URL, and a fetcher was given"));
  });
});
