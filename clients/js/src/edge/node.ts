/**
 * Intercepts requests in Node: those that come to a development server which is a Node process itself (Vite, Astro, Next, Nuxt), and
 * those of app code that such a server runs (`fetch` with `cf.image`).
 *
 * Every Node process of a command loads this, most of which serve nothing, so what takes long to load is loaded when it is needed.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { Server as NetServer } from "node:net";
import type { TLSSocket } from "node:tls";
import { answerFetch, answerUrl, isAsked, isImageUrl, type Server } from "./resize.js";

/** A header of what miniflare's runtime asks of miniflare: paths in there are those of Workers. */
const INTERNAL = ["mf-custom-fetch-service", "mf-custom-node-service"];

/** Headers that HTTP/2 has no use for. */
const OF_HTTP_1 = ["connection", "keep-alive", "transfer-encoding"];

/** Redirects of one source. */
const MAX_REDIRECTS = 5;

/**
 * Answers the image URLs of every HTTP server of this process. HTTP, HTTPS and HTTP/2 servers are all `net.Server`s, which tell of a
 * request by the event of that name.
 */
export function interceptServers(server: Server): void {
  const { emit } = NetServer.prototype;
  NetServer.prototype.emit = function (this: NetServer, event: string | symbol, ...args: unknown[]) {
    if (event === "request") {
      const [request, response] = args as [IncomingMessage, ServerResponse];
      const isInternal = INTERNAL.some((name) => name in request.headers);
      if (!isInternal && isImageUrl(request.method, request.url ?? "")) {
        serve(server, request, response).catch((error: Error) => response.destroy(error));
        return true;
      }
    }
    return Reflect.apply(emit, this, [event, ...args]);
  };
}

async function serve(server: Server, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { socket } = request;
  const scheme = (socket as Partial<TLSSocket>).encrypted ? "https" : "http";
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined && !name.startsWith(":")) headers.set(name, String(value));
  }
  const host = request.headers.host ?? String(request.headers[":authority"] ?? "localhost");
  const url = new URL(`${scheme}://${host}${request.url}`);
  const asked = new Request(url, { method: request.method ?? "GET", headers });
  const { localAddress, localPort } = socket;
  const answer = await answerUrl(server, url, asked, async (source, forSource) => {
    let target = new URL(source);
    for (let redirects = 0; target.host === url.host && localPort !== undefined; redirects++) {
      const found = await ask(target, forSource, { host: localAddress, port: localPort });
      const { status } = found;
      const location = found.headers.get("location");
      if (status < 300 || status >= 400 || location === null || redirects === MAX_REDIRECTS) return found;
      await found.body?.cancel();
      target = new URL(location, target);
    }
    return await fetch(target, { headers: withoutHost(forSource) });
  });
  response.statusCode = answer.status;
  for (const [name, value] of answer.headers) {
    if (request.httpVersionMajor === 1 || !OF_HTTP_1.includes(name)) response.setHeader(name, value);
  }
  response.end(Buffer.from(await answer.arrayBuffer()));
}

/** Asks this very server, wherever its name leads, and whoever signed its certificate. */
async function ask(url: URL, headers: Headers, to: { host: string | undefined; port: number }): Promise<Response> {
  const { request } = await (url.protocol === "https:" ? import("node:https") : import("node:http"));
  const { Readable } = await import("node:stream");
  const options = {
    ...to,
    path: url.pathname + url.search,
    headers: { ...Object.fromEntries(headers), host: url.host },
    servername: url.hostname,
    rejectUnauthorized: false,
  };
  return new Promise((resolve, reject) => {
    request(options, (answer) => {
      const found = new Headers();
      for (const [name, value] of Object.entries(answer.headers)) {
        if (value !== undefined) found.set(name, String(value));
      }
      // A status without a body takes none.
      const body = answer.statusCode === 204 || answer.statusCode === 304 ? null : Readable.toWeb(answer);
      resolve(new Response(body as BodyInit | null, { status: answer.statusCode ?? 502, headers: found }));
    })
      .on("error", reject)
      .end();
  });
}

/** Answers `fetch` with `cf.image`, which Node's own would ignore. */
export function interceptFetch(server: Server): void {
  const { fetch: original } = globalThis;
  const intercepting: typeof fetch = (input, init) => {
    const image = (init as { cf?: { image?: unknown } } | undefined)?.cf?.image;
    const isGet = /^(get|head)$/i.test(init?.method ?? "GET");
    if (!isGet || !isAsked(image)) return original(input, init);
    const request = new Request(input, init);
    const getSource = (_: string, headers: Headers) => original(new Request(request, { method: "GET", headers }));
    return answerFetch(server, image, request, getSource, (url, headers) => original(url, { headers }));
  };
  globalThis.fetch = intercepting;
}

function withoutHost(headers: Headers): Headers {
  const others = new Headers(headers);
  others.delete("host");
  return others;
}
