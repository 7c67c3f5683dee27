// @ts-check
/**
 * The same bytes as the real client: every recorded request is made again through the API and compared, except for the
 * digits of the boundary. Where a source failed, the real client ends the body as if it were whole; this one breaks it off.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createImages, ImagesError } from "palmette";
import { capture, firstPart, names, withoutDigits } from "./captures.js";
import { Recorder } from "./recorder.js";

/** @typedef {import("palmette").Images} Images */

const PICTURE = firstPart("none");
const FONT = { url: "https://example.com/font.ttf" };

/** @param {string | Uint8Array<ArrayBuffer>} bytes */
const stream = (bytes) => new Blob([bytes]).stream();

/**
 * What the Worker wrote.
 *
 * @type {Record<string, (images: Images) => Promise<unknown>>}
 */
const WHOLE = {
  none: (images) => images.input(stream(PICTURE)).output({ format: "image/png" }),
  plain: (images) =>
    images.input(stream(PICTURE)).transform({ rotate: 90, width: 100 }).output({ format: "image/avif" }),
  full_options: (images) =>
    images
      .input(stream("IMG0"))
      .transform({
        width: 320,
        height: 240.5,
        fit: "pad",
        gravity: { x: 0.5, y: 0.25, mode: "box-center" },
        background: "rgba(255,0,0,0.5)",
        blur: 5,
        brightness: 1.1,
        contrast: 0.9,
        gamma: 1.2,
        saturation: 0,
        sharpen: 3,
        flip: "hv",
        rotate: 270,
        trim: { top: 1, left: 2, width: 30, height: 40 },
        border: { color: "#ffffff", width: 3 },
        segment: "foreground",
        zoom: 0.5,
        // @ts-expect-error unknown, and sent as it is
        nul: null,
        undef: undefined,
      })
      .transform({
        trim: "border",
        border: { top: 1, left: 2, bottom: 3, right: 4, color: "red" },
        gravity: "face",
        // @ts-expect-error not a number: JSON has null for it
        blur: null,
      })
      .output({ format: "image/webp" }),
  draw_ab: (images) => images.input(stream(PICTURE)).draw(stream(PICTURE), { top: 1 }).output({ format: "image/png" }),
  nested: (images) =>
    images
      .input(stream("png"))
      .transform({ rotate: 90 })
      .draw(images.input(stream("png1")).transform({ rotate: 180 }), { opacity: 0.5, repeat: true, top: 10, left: 20 })
      .draw(
        images
          .input(stream("png2"))
          .draw(stream("png3"), { repeat: "x", bottom: 1, right: 2, composite: "in" })
          .transform({ rotate: 270 }),
      )
      .draw(stream("png4"))
      .output({ format: "image/avif" }),
  mixed: (images) =>
    images
      .input(stream("base"))
      .draw(stream("img1"))
      .draw(images.text("TXT2", { font: FONT, size: 72, color: "red" }).draw(stream("img3"), { top: 1 }), { left: 5 })
      .draw(
        images
          .input(stream("img4"))
          .draw(images.text("TXT5", { font: FONT }))
          .transform({ width: 9 }),
      )
      .draw(images.text("TXT6", { font: FONT }).transform({ rotate: 180 }))
      .draw(stream("img7"))
      .output({ format: "image/png" }),
  text: (images) =>
    images
      .text('Hello <World> "é😀"\nline2', { font: FONT, size: 48, color: "#FF0000" })
      .output({ format: "image/png" }),
  text_min: (images) => images.text("Min", { font: FONT }).output({ format: "image/png" }),
  text_base_draw: (images) =>
    images
      .text("TXT0", { font: FONT })
      .draw(stream("img1"))
      .draw(images.text("TXT2", { font: FONT }))
      .output({ format: "image/png" }),
  output_all: (images) =>
    images.input(stream("IMG0")).output({ format: "image/jpeg", quality: 80, background: "#ff00ff", anim: false }),
  output_anim: (images) => images.input(stream("IMG0")).output({ format: "image/webp", quality: 33.5, anim: true }),
  output_rgba: (images) => images.input(stream("IMG0")).output({ format: "rgba" }),
  // @ts-expect-error without a format
  output_noformat: (images) => images.input(stream("IMG0")).output({}),
  quality_str: (images) => images.input(stream(PICTURE)).output({ format: "image/png", quality: "high" }),
  // @ts-expect-error a colour is a string
  bg_num: (images) => images.input(stream(PICTURE)).output({ format: "image/png", background: 5 }),
  base64_in: (images) =>
    images.input(stream("ZGVjb2RlZCBieXRlcw=="), { encoding: "base64" }).output({ format: "image/png" }),
  // @ts-expect-error unknown, and not sent
  extra: (images) => images.input(stream("MODE_EXTRA")).output({ format: "image/png", foo: 1 }),
  info: (images) => images.info(stream(PICTURE)),
};

/**
 * Streams that failed.
 *
 * @type {Record<string, (images: Images) => Promise<unknown>>}
 */
const BROKEN = {
  streamerr: (images) => images.input(failing()).output({ format: "image/png" }),
  streamerr2: (images) => images.input(failing("B".repeat(100_000))).output({ format: "image/png" }),
  drawerr: (images) => images.input(stream(PICTURE)).draw(failing()).output({ format: "image/png" }),
};

/** @param {string[]} chunks */
function failing(...chunks) {
  const iterator = chunks.values();
  return new ReadableStream({
    pull(controller) {
      const { done, value } = iterator.next();
      if (done) {
        controller.error(new Error("the disk is gone"));
      } else {
        controller.enqueue(new TextEncoder().encode(value));
      }
    },
  });
}

/** @type {import("node:http").RequestListener} */
function answer(request, response) {
  const json = request.url === "/info";
  response.setHeader("content-type", json ? "application/json" : "image/png");
  response.end(json ? '{"format":"image/png","file_size":74,"width":2,"height":2}' : "picture");
}

test("every recorded request is made again", () => {
  assert.deepEqual([...Object.keys(WHOLE), ...Object.keys(BROKEN)].sort(), [...names].sort());
});

for (const streaming of [true, false]) {
  describe(streaming ? "streamed" : "collected", () => {
    for (const [name, run] of Object.entries(WHOLE)) {
      test(`${name} has the bytes of the real client`, async (t) => {
        const recorder = await Recorder.start(t, answer);
        await run(createImages(recorder.url, { streaming }));
        const sent = await recorder.next();
        const real = capture(name);
        assert.equal(sent.line, real.line);
        assert.match(sent.headers["content-type"] ?? "", /^multipart\/form-data; boundary=-{26}\d{24}$/);
        assert.equal(
          withoutDigits(Buffer.from(sent.headers["content-type"] ?? "")),
          withoutDigits(Buffer.from(real.contentType)),
        );
        assert.ok(sent.body.includes(`--${sent.headers["content-type"]?.split("boundary=")[1]}--\r\n`));
        assert.equal(withoutDigits(sent.body), withoutDigits(real.body));
        assert.equal(sent.headers["transfer-encoding"], streaming ? "chunked" : undefined);
      });
    }
  });
}

for (const [name, run] of Object.entries(BROKEN)) {
  test(`${name} breaks the request off`, async (t) => {
    const recorder = await Recorder.start(t, answer);
    const place = name === "drawerr" ? "picture 1" : "the canvas";
    await assert.rejects(run(createImages(recorder.url)), (error) => {
      assert.ok(error instanceof ImagesError);
      assert.equal(error.code, 9432);
      const message = `IMAGES_TRANSFORM_ERROR 9432: ${place} failed while it was sent: the disk is gone`;
      assert.equal(error.message, message);
      assert.equal(/** @type {Error} */ (error.cause).message, "the disk is gone");
      return true;
    });
    const sent = await recorder.next();
    assert.equal(sent.whole, false);
    // Each client cuts at its own place: the shorter one opens the longer one.
    const [ours, real] = [withoutDigits(sent.body), withoutDigits(capture(name).body)];
    const length = Math.min(ours.length, real.length);
    assert.equal(ours.slice(0, length), real.slice(0, length));
    assert.doesNotMatch(ours, /\d{24}--/);
  });
}

test("a boundary is drawn for every request", async (t) => {
  const recorder = await Recorder.start(t, answer);
  const images = createImages(recorder.url);
  await WHOLE.none?.(images);
  await WHOLE.none?.(images);
  const [first, second] = recorder.requests.map(({ headers }) => headers["content-type"]);
  assert.notEqual(first, second);
});

test("a path before the verbs stays, and so does a query", async (t) => {
  const recorder = await Recorder.start(t, answer);
  for (const [path, line] of [
    ["", "POST /transform HTTP/1.1"],
    ["/", "POST /transform HTTP/1.1"],
    ["/images", "POST /images/transform HTTP/1.1"],
    ["/a/b/?key=c", "POST /a/b/transform?key=c HTTP/1.1"],
  ]) {
    await WHOLE.none?.(createImages(new URL(recorder.url + path)));
    assert.equal((await recorder.next()).line, line);
  }
});

test("headers are sent with every request, and the content type stays the form's", async (t) => {
  const recorder = await Recorder.start(t, answer);
  const images = createImages(recorder.url, { headers: { authorization: "Bearer key", "content-type": "text/plain" } });
  await images.info(PICTURE);
  await images.input(PICTURE).output({ format: "image/png" });
  for (const { headers } of recorder.requests) {
    assert.equal(headers.authorization, "Bearer key");
    assert.match(headers["content-type"] ?? "", /^multipart/);
  }
  assert.equal(recorder.requests.length, 2);
});

test("a token is sent as the authorization, in place of one among the headers", async (t) => {
  const recorder = await Recorder.start(t, answer);
  const images = createImages(recorder.url, {
    token: "open-sesame",
    headers: { authorization: "Bearer other", "x-a": "b" },
  });
  await images.info(PICTURE);
  const { headers } = await recorder.next();
  assert.deepEqual([headers.authorization, headers["x-a"]], ["Bearer open-sesame", "b"]);
});

test("a fetcher and a fetch get the request that a server gets", async () => {
  /** @type {[string, RequestInit][]} */
  const calls = [];
  /** @type {(url: string, init: RequestInit) => Promise<Response>} */
  const fetch = async (url, init) => {
    calls.push([url, { ...init, body: await new Response(init.body).text() }]);
    return new Response("picture", { headers: { "content-type": "image/png" } });
  };
  const fetcher = {
    /** @type {typeof fetch} */
    fetch(url, init) {
      assert.equal(this, fetcher);
      return fetch(url, init);
    },
  };
  for (const images of [createImages(fetcher), createImages("https://example.com/p", { fetch })]) {
    await images.input("IMG0").output({ format: "rgba" });
  }
  assert.deepEqual(
    calls.map(([url]) => url),
    ["http://palmette/transform", "https://example.com/p/transform"],
  );
  for (const [, { method, headers, body }] of calls) {
    assert.equal(method, "POST");
    assert.match(new Headers(headers).get("content-type") ?? "", /^multipart/);
    assert.equal(withoutDigits(Buffer.from(String(body))), withoutDigits(capture("output_rgba").body));
  }
});

test("every kind of source sends its bytes", async (t) => {
  const recorder = await Recorder.start(t, answer);
  const images = createImages(recorder.url);
  const bytes = new TextEncoder().encode("..IMG0..").subarray(2, 6);
  /** @type {import("palmette").ImageSource[]} */
  const sources = [
    stream(bytes),
    new Blob([bytes]),
    bytes,
    bytes.slice().buffer,
    new DataView(bytes.buffer, 2, 4),
    Buffer.from("IMG0"),
    "IMG0",
    (async function* () {
      yield bytes.subarray(0, 1);
      yield new Uint8Array(0);
      yield bytes.subarray(1);
    })(),
  ];
  for (const source of sources) {
    await images.input(source).output({ format: "rgba" });
    assert.equal(withoutDigits((await recorder.next()).body), withoutDigits(capture("output_rgba").body));
  }
});

test("options are sent as they are when the request is made", async (t) => {
  const recorder = await Recorder.start(t, answer);
  const images = createImages(recorder.url);
  const options = { width: 1 };
  const overlay = images.input("b");
  const picture = images.input("a").transform(options).draw(overlay);
  options.width = 2;
  overlay.transform({ rotate: 90 });
  await picture.output({ format: "image/png" });
  const { body } = await recorder.next();
  const list = '[{"imageIndex":0,"width":2},{"imageIndex":1,"rotate":90},{"drawImageIndex":1,"targetImageIndex":0}]';
  assert.ok(body.includes(list), body.toString());
});
