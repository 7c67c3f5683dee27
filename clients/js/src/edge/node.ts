/**
 * Intercepts requests in Node: those that come to a development server which is a Node process itself (Vite, Astro, Next, Nuxt),
 * those of app code that such a server runs (`fetch` with `cf.image`), and what `worker.ts` sends to the server, where a function stands for the
 * network of a Worker.
 *
 * Every Node process of a command loads this, most of which serve nothing, so what takes long to load is loaded when it is needed.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { Server as NetServer } from "node:net";
import type { TLSSocket } from "node:tls";
import { answerFetch, answerUrl, FORM_PATH, isAsked, isImageUrl, type Locate, type Server } from "./resize.js";

/** A header of what miniflare's runtime asks of miniflare: paths in there are those of Workers. */
const INTERNAL = ["mf-custom-fetch-service", "mf-custom-node-service"];

/** What the first of these headers ends with, where the function stands for the network of a Worker (`outboundService`, `fetchMock`). */
const OUTBOUND = "$outbound";

/** Headers that belong to the connection on which a request came, or to miniflare. */
const OF_THE_WAY = /^(connection|content-length|host|keep-alive|transfer-encoding|mf-.*)$/;

/** Headers that HTTP/2 has no use for. */
const OF_HTTP_1 = ["connection", "keep-alive", "transfer-encoding"];

/** Redirects of one source. */
const MAX_REDIRECTS = 5;

/**
 * Answers the image URLs of every HTTP server of this process, and lets forms for the server of Palmette pass by a function that gets what
 * Workers fetch, such as a mock, which should not have to know of them. HTTP, HTTPS and HTTP/2 servers are all `net.Server`s, which tell of
 * a request by the event of that name.
 */
export function interceptServers(locate: Locate): void {
  const { emit } = NetServer.prototype;
  NetServer.prototype.emit = function (this: NetServer, event: string | symbol, ...args: unknown[]) {
    const server = event === "request" ? locate() : undefined;
    if (server !== undefined) {
      const [request, response] = args as [IncomingMessage, ServerResponse];
      // Servers of other protocols may have an event of this name.
      const answer = request?.headers === undefined ? undefined : handlerFor(server, request);
      if (answer !== undefined) {
        answer(server, request, response).catch((error: Error) => response.destroy(error));
        return true;
      }
    }
    return Reflect.apply(emit, this, [event, ...args]);
  };
}

function handlerFor(server: Server, { method, url, headers }: IncomingMessage): typeof serve | undefined {
  const isOutbound = String(headers["mf-custom-fetch-service"]).endsWith(OUTBOUND);
  if (isOutbound && headers["mf-original-url"] === new URL(server.url + FORM_PATH).href) return pass;
  const isInternal = INTERNAL.some((name) => name in headers);
  return !isInternal && isImageUrl(method, url ?? "") ? serve : undefined;
}

/** Hands a form over to the server. */
async function pass({ url }: Server, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const headers = Object.entries(request.headersDistinct)
    .filter(([name]) => !OF_THE_WAY.test(name))
    .flatMap(([name, values = []]) => values.map((value): [string, string] => [name, value]));
  const body = Buffer.concat(await request.toArray());
  await send(await fetch(url + FORM_PATH, { method: "POST", headers, body, redirect: "manual" }), request, response);
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
  await send(answer, request, response);
}

async function send(answer: Response, request: IncomingMessage, response: ServerResponse): Promise<void> {
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
export function interceptFetch(locate: Locate): void {
  const { fetch: original } = globalThis;
  const intercepting: typeof fetch = (input, init) => {
    const image = (init as { cf?: { image?: unknown } } | undefined)?.cf?.image;
    const isGet = /^(get|head)$/i.test(init?.method ?? "GET");
    const server = locate();
    if (!isGet || !isAsked(image) || server === undefined) return original(input, init);
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
