// @ts-check
/**
 * A server that writes down what it gets and answers as it is told: it stands for the wire, on which the client's bytes are
 * looked at, and gives the answers that no good server gives.
 */
import { createServer } from "node:http";

/**
 * @typedef {object} Recorded
 * @property {string} line Method, path and version
 * @property {import("node:http").IncomingHttpHeaders} headers
 * @property {Buffer} body
 * @property {boolean} whole Whether the body came to its end, rather than be broken off
 */

/**
 * A URL of this machine at which nothing listens. A port that was free a moment ago would not do: others take it, and a
 * connection from that port to itself succeeds. Port 1 is one of those that `fetch` refuses by itself.
 */
export const NOBODY = "http://127.0.0.1:2";

/** A server that takes whatever comes, and the requests it got. */
export class Recorder {
  /** @type {Recorded[]} */
  requests = [];
  #server;

  /** @param {import("node:http").RequestListener} answer Answers a request whose body was read */
  constructor(answer) {
    this.#server = createServer(async (request, response) => {
      const recorded = await read(request);
      this.requests.push(recorded);
      if (recorded.whole) {
        answer(request, response);
      }
    });
  }

  /**
   * Starts a recorder that ends with the test.
   *
   * @param {import("node:test").TestContext} t
   * @param {import("node:http").RequestListener} [answer] Default: a picture
   */
  static async start(t, answer = (_, response) => response.setHeader("content-type", "image/png").end("picture")) {
    const recorder = new Recorder(answer);
    await listen(t, recorder.#server);
    recorder.url = urlOf(recorder.#server);
    return recorder;
  }

  /** Where it listens. */
  url = "";

  /** Waits for the request that comes next, or has come already. */
  async next() {
    while (this.requests.length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return /** @type {Recorded} */ (this.requests.shift());
  }
}

/**
 * Starts a server at a free port of this machine; it ends with the test.
 *
 * @param {import("node:test").TestContext} t
 * @param {import("node:net").Server} server
 */
export async function listen(t, server) {
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  t.after(() => {
    if ("closeAllConnections" in server) {
      /** @type {import("node:http").Server} */ (server).closeAllConnections();
    }
    server.close();
  });
}

/** @param {import("node:net").Server} server */
export function urlOf(server) {
  const address = /** @type {import("node:net").AddressInfo} */ (server.address());
  return `http://127.0.0.1:${address.port}`;
}

/**
 * @param {import("node:http").IncomingMessage} request
 * @returns {Promise<Recorded>}
 */
async function read(request) {
  const chunks = [];
  let whole = true;
  try {
    for await (const chunk of request) {
      chunks.push(chunk);
    }
  } catch {
    whole = false;
  }
  const line = `${request.method} ${request.url} HTTP/${request.httpVersion}`;
  return { line, headers: request.headers, body: Buffer.concat(chunks), whole };
}
