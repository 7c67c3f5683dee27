/**
 * Intercepts requests in miniflare's own Workers: the one before all others (`entry`) gets what a browser asks for, and the one behind each
 * (`outbound`) what a Worker fetches. `workers.ts` appends this file to their source, compiled to one script.
 */
import { answerFetch, answerUrl, isAsked, isImageUrl, type Server } from "./resize.js";

/** The handlers of a Worker. */
interface Handlers {
  fetch(request: WorkerRequest, env: unknown, context: unknown): Promise<Response>;
}

/** A request as workerd has it. */
type WorkerRequest = Request & { readonly cf?: { readonly image?: unknown } };

/** The URL that was asked for, where miniflare is called by Node and not by a browser. */
const ORIGINAL_URL = "MF-Original-URL";

/** What miniflare's headers begin with. */
const INTERNAL = /^mf-/i;

/** Answers image URLs, whose sources are what the Workers behind answer, or elsewhere. */
export function interceptEntry(entry: Handlers, server: Server): void {
  const { fetch: original } = entry;
  entry.fetch = (request, env, context) => {
    const originalUrl = request.headers.get(ORIGINAL_URL);
    const url = new URL(originalUrl ?? request.url);
    if (!isImageUrl(request.method, url.pathname)) return original.call(entry, request, env, context);
    return answerUrl(server, url, request, (source, headers) => {
      if (new URL(source).host !== url.host) return fetch(source, { headers: withoutInternal(headers) });
      if (originalUrl !== null) headers.set(ORIGINAL_URL, source);
      return original.call(entry, new Request(source, { headers }), env, context);
    });
  };
}

/** Answers what is fetched with `cf.image`. */
export function interceptOutbound(outbound: Handlers, server: Server): void {
  const { fetch: original } = outbound;
  outbound.fetch = (request, env, context) => {
    const { image, ...cf } = request.cf ?? {};
    const isGet = request.method === "GET" || request.method === "HEAD";
    if (!isGet || !isAsked(image)) return original.call(outbound, request, env, context);
    const get = (of: Request | string, headers: Headers, init: object = {}) =>
      original.call(outbound, new Request(of, { method: "GET", headers, ...init }), env, context);
    const getSource = (_: string, headers: Headers) => get(request, headers, { cf });
    return answerFetch(server, image, request, getSource, get);
  };
}

function withoutInternal(headers: Headers): Headers {
  return new Headers([...headers].filter(([name]) => !INTERNAL.test(name)));
}
