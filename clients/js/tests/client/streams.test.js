// @ts-check
/**
 * What streams promise: nothing is collected, nobody reads faster than the server takes, and a failure or a loss of interest
 * at one end is told to the other.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { test } from "node:test";
import { createImages, ImagesError } from "palmette";
import { listen, NOBODY, Recorder, urlOf } from "./recorder.js";

const MEGABYTE = 1 << 20;
const format = /** @type {const} */ ({ format: "image/png" });

/** A source of so many chunks of 64 KiB that counts what was asked of it, and remembers why it was cancelled. */
class Counted {
  chunks = 0;
  /** @type {unknown} */
  cancelled = undefined;
  stream;

  /** @param {number} total */
  constructor(total) {
    this.stream = new ReadableStream(
      {
        pull: (controller) => {
          if (this.chunks === total) {
            controller.close();
          } else {
            this.chunks += 1;
            controller.enqueue(new Uint8Array(65_536));
          }
        },
        cancel: (reason) => {
          this.cancelled = reason ?? "no reason";
        },
      },
      { highWaterMark: 0 },
    );
  }
}

/**
 * Waits until something holds.
 *
 * @param {() => boolean} holds
 */
async function until(holds) {
  while (!holds()) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/**
 * Waits until a number has not changed for half a second.
 *
 * @param {() => number} read
 */
async function settled(read) {
  for (let last = -1; last !== read(); ) {
    last = read();
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  return read();
}

test("nothing is read before the output is asked for", async () => {
  const source = new Counted(1);
  const images = createImages("http://127.0.0.1:9901");
  images.input("a").draw(images.input(source.stream).transform({ width: 5 }));
  assert.equal(await settled(() => source.chunks), 0);
  assert.equal(source.stream.locked, false);
});

test("a source is read as fast as the server takes it, and never held whole", async (t) => {
  const source = new Counted(4096);
  let [received, ahead] = [0, 0];
  const gate = new EventTarget();
  const server = createServer(async (request, response) => {
    await once(gate, "open");
    for await (const chunk of request) {
      received += chunk.length;
      ahead = Math.max(ahead, source.chunks * 65_536 - received);
    }
    response.setHeader("content-type", "image/png").end("picture");
  });
  await listen(t, server);

  const output = createImages(urlOf(server)).input(source.stream).output(format);
  await until(() => source.chunks > 0);
  // The server reads nothing yet: what was asked for lies in the buffers of the sockets.
  const waiting = (await settled(() => source.chunks)) * 65_536;
  assert.ok(waiting > 0 && waiting < 64 * MEGABYTE, `${waiting} bytes were read while the server read none`);

  gate.dispatchEvent(new Event("open"));
  await (await output).response().text();
  assert.equal(source.chunks, 4096);
  assert.ok(received > 256 * MEGABYTE);
  assert.ok(ahead < 64 * MEGABYTE, `the source was ${ahead} bytes ahead of the server`);
});

test("the picture is handed on while it arrives, and no faster than it is read", async (t) => {
  let sent = 0;
  const server = createServer(async (request, response) => {
    request.resume();
    response.setHeader("content-type", "image/png");
    const closed = once(response, "close");
    for (; sent < 1024 * MEGABYTE && !response.destroyed; sent += 65_536) {
      if (!response.write(Buffer.alloc(65_536))) {
        await Promise.race([once(response, "drain"), closed]);
      }
    }
    response.end();
  });
  await listen(t, server);
  for (const options of [{}, { encoding: /** @type {const} */ ("base64") }]) {
    sent = 0;
    const result = await createImages(urlOf(server)).input("a").output(format);
    const reader = result.image(options).getReader();
    assert.ok((await reader.read()).value?.length);
    assert.ok((await settled(() => sent)) < 64 * MEGABYTE);
    await reader.cancel();
  }
});

for (const encoding of /** @type {const} */ ([undefined, "base64"])) {
  test(`a cancelled ${encoding ?? "picture"} closes the answer`, async (t) => {
    let closed = false;
    const recorder = await Recorder.start(t, (_, response) => {
      response.setHeader("content-type", "image/png").write("the start");
      response.once("close", () => {
        closed = true;
      });
    });
    const result = await createImages(recorder.url).input("a").output(format);
    const reader = result.image(encoding === undefined ? {} : { encoding }).getReader();
    await reader.read();
    await reader.cancel();
    await until(() => closed);
  });
}

test("an answer that breaks off fails where it is read", async (t) => {
  const recorder = await Recorder.start(t, (_, response) => {
    response.setHeader("content-type", "image/png").write("the start", () => response.destroy());
  });
  const result = await createImages(recorder.url).input("a").output(format);
  await assert.rejects(result.response().text());
});

test("a failing source cancels the others", async (t) => {
  const recorder = await Recorder.start(t);
  const [before, after] = [new Counted(2), new Counted(2)];
  const images = createImages(recorder.url);
  const failing = new ReadableStream({ pull: (controller) => controller.error(new Error("the disk is gone")) });
  const output = images.input(before.stream).draw(failing).draw(after.stream).output(format);
  await assert.rejects(output, {
    code: 9432,
    message: /picture 1 failed while it was sent: the disk is gone/,
  });
  await until(() => after.cancelled !== undefined);
  assert.deepEqual([before.chunks, after.chunks], [2, 0]);
  assert.equal(before.cancelled, undefined);
});

test("a failing source is told where the form is collected, too", async (t) => {
  const recorder = await Recorder.start(t);
  const images = createImages(recorder.url, { streaming: false });
  const failing = new ReadableStream({ pull: (controller) => controller.error(new Error("the disk is gone")) });
  await assert.rejects(images.info(failing), { code: 9432, message: /^IMAGES_INFO_ERROR 9432: the picture failed/ });
  assert.equal(recorder.requests.length, 0);
});

test("a failing source is told where the runtime ends the body and gets an answer", async () => {
  /** @type {AbortSignal | null | undefined} */
  let signal;
  const images = createImages({
    async fetch(_, init) {
      signal = init.signal;
      const reader = /** @type {ReadableStream<Uint8Array>} */ (init.body).getReader();
      for (let more = true; more; ) {
        more = await reader.read().then(
          ({ done }) => !done,
          () => false,
        );
      }
      return new Response("picture", { headers: { "content-type": "image/png" } });
    },
  });
  const failing = new ReadableStream({ pull: (controller) => controller.error("no error, but a string") });
  await assert.rejects(images.input(failing).output(format), (error) => {
    assert.ok(error instanceof ImagesError);
    assert.deepEqual([error.code, error.cause], [9432, "no error, but a string"]);
    assert.match(error.message, /: no error, but a string$/);
    return true;
  });
  // workerd, which does just that, breaks the request off when it is told so, a turn later.
  await new Promise((resolve) => setTimeout(resolve, 0));
  assert.equal(signal?.reason, "no error, but a string");
});

test("a stream that somebody else reads is refused before anything is sent", async (t) => {
  const recorder = await Recorder.start(t);
  const images = createImages(recorder.url);
  const { stream } = new Counted(1);
  const twice = images.input(stream).draw(stream).output(format);
  await assert.rejects(twice, { code: 9432, message: /picture 1 failed while it was sent: .*locked/ });
  assert.equal(recorder.requests.length, 0);
});

test("a stream that gives no bytes is refused", async (t) => {
  const recorder = await Recorder.start(t);
  const numbers = /** @type {ReadableStream<any>} */ (ReadableStream.from([5]));
  const message = /failed while it was sent: the stream gave 5 where bytes were expected$/;
  await assert.rejects(createImages(recorder.url).info(numbers), { code: 9432, message });
});

test("a server that is not there leaves its own error, and cancels the source", async () => {
  const source = new Counted(1);
  await assert.rejects(createImages(NOBODY).info(source.stream), (error) => {
    assert.ok(error instanceof TypeError);
    assert.equal(/** @type {any} */ (error.cause).code, "ECONNREFUSED");
    return true;
  });
  await until(() => source.cancelled !== undefined);
});

test("a connection that breaks ends the call while a source has nothing to give", async (t) => {
  const server = createServer((request) => request.once("data", () => request.destroy()));
  await listen(t, server);
  let cancelled = false;
  const silent = new ReadableStream({
    pull: () => new Promise(() => {}),
    cancel() {
      cancelled = true;
    },
  });
  await assert.rejects(createImages(urlOf(server)).info(silent), TypeError);
  await until(() => cancelled);
});

test("an answer before the end of the form is the answer", async (t) => {
  const server = createServer((request, response) => {
    request.once("data", () => {
      response.writeHead(413, { "cf-images-binding": "err=9402" }).end("ERROR 9402: too large");
    });
  });
  await listen(t, server);
  const source = new Counted(1e9);
  await assert.rejects(createImages(urlOf(server)).input(source.stream).output(format), {
    code: 9402,
    message: "IMAGES_TRANSFORM_ERROR 9402: too large",
  });
  await until(() => source.cancelled !== undefined);
});

/**
 * A client of a runtime that reads the form until a source has nothing to give, then does something with it and answers.
 *
 * @param {(reader: ReadableStreamDefaultReader<Uint8Array>) => unknown} act
 * @param {() => Response} answer
 */
function imagesThatStop(act, answer) {
  return createImages({
    async fetch(_, { body }) {
      const reader = /** @type {ReadableStream<Uint8Array>} */ (body).getReader();
      const chunks = [await reader.read(), await reader.read()];
      assert.ok(chunks.every(({ value }) => value !== undefined && value.length > 0));
      await act(reader);
      return answer();
    },
  });
}

/** A source of one chunk and then nothing, not even an end. */
class Silent {
  /** @type {unknown} */
  cancelled = undefined;
  stream;

  /** @param {string} text */
  constructor(text) {
    this.stream = new ReadableStream({
      start: (controller) => {
        controller.enqueue(new Uint8Array(0));
        controller.enqueue(new TextEncoder().encode(text));
      },
      cancel: (reason) => {
        this.cancelled = reason;
      },
    });
  }
}

const refusal = () =>
  new Response("ERROR 9402: too large", { status: 413, headers: { "cf-images-binding": "err=9402" } });

test("a runtime that cancels the form cancels the sources, whatever the answer", async () => {
  const [source, later] = [new Silent("picture"), new Silent("overlay")];
  const good = () => new Response("picture", { headers: { "content-type": "image/png" } });
  const images = imagesThatStop((reader) => reader.cancel("answered"), good);
  await images.input(source.stream).draw(later.stream).output(format);
  assert.deepEqual([source.cancelled, later.cancelled], ["answered", "answered"]);
});

test("a source that was cut short by a refusal is no failure of the source", async () => {
  const source = new Silent("YWJjZ");
  const images = imagesThatStop(async (reader) => {
    const pending = reader.read();
    // Until the source is asked.
    await new Promise((resolve) => setTimeout(resolve));
    await reader.cancel("answered");
    await pending;
  }, refusal);
  const output = images.input(source.stream, { encoding: "base64" }).output(format);
  await assert.rejects(output, { code: 9402 });
});

test("a form that is read after it was refused never looks whole", async () => {
  /** @type {ReadableStreamDefaultReader<Uint8Array> | undefined} */
  let form;
  const source = new Silent("picture");
  const images = imagesThatStop((reader) => {
    form = reader;
  }, refusal);
  await assert.rejects(images.input(source.stream).output(format), { code: 9402 });
  assert.ok(source.cancelled instanceof ImagesError);
  await assert.rejects(async () => await form?.read(), /the form was cancelled while it was sent/);
});
