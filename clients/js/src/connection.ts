/**
 * The way to the server: sends a form, and turns whatever is not a good answer into an error.
 */

import { Code, clientError, ImagesError, reason, type Verb } from "./error.js";
import type { Form } from "./form.js";
import type { ClientOptions, FetcherLike } from "./types.js";

/** The origin of requests to a fetcher, which looks at the path only. */
const FETCHER_ORIGIN = "http://palmette";

/** A request as `fetch` takes it; `duplex` is asked for by the standard where a body is a stream, and missing in some types. */
type Init = RequestInit & { duplex?: "half" };

/** A server, and how it is spoken to. */
export class Connection {
  readonly #base: URL;
  readonly #fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly #headers: Headers;
  readonly #streaming: boolean;

  /**
   * @param target A URL of the server, to whose path `/transform` and `/info` are added; or what sends requests to it
   * @throws {TypeError} if it is neither, or if an option does not fit
   */
  constructor(target: string | URL | FetcherLike, options: ClientOptions) {
    checkOptions(options);
    if (typeof target === "string" || target instanceof URL) {
      this.#base = parseBase(target);
      this.#fetch = options.fetch ?? ((url, init) => fetch(url, init));
    } else if (typeof target?.fetch === "function") {
      if (options.fetch !== undefined) {
        throw new TypeError("the option fetch goes with a URL, and a fetcher was given");
      }
      this.#base = new URL(FETCHER_ORIGIN);
      this.#fetch = (url, init) => target.fetch(url, init);
    } else {
      throw new TypeError(`a URL or an object with a fetch method is needed, not ${String(target)}`);
    }
    this.#headers = new Headers(options.headers);
    if (options.token !== undefined) this.#headers.set("authorization", `Bearer ${options.token}`);
    this.#streaming = options.streaming ?? !inBrowser();
  }

  /**
   * Sends a form and waits for the head of the answer.
   *
   * @returns An answer with status 2xx
   * @throws {ImagesError} if the server refuses, or if a source fails; else what `fetch` throws
   */
  async post(verb: Verb, form: Form): Promise<Response> {
    try {
      const response = await this.#send(verb, form);
      if (form.failure === undefined) {
        return await checked(verb, response);
      }
      // A fetcher that does not look at the signal may have ended the body there, and this is the answer to that.
      await response.body?.cancel();
      throw form.failure.error;
    } catch (error) {
      // Not every runtime cancels a body that nobody reads any more.
      form.cancel(error);
      throw sourceError(verb, form) ?? error;
    }
  }

  /** Sends a request whose answer is for the caller to judge. */
  async request(method: string, path: string, body?: FormData | string): Promise<Response> {
    const headers = new Headers(this.#headers);
    if (typeof body === "string") headers.set("content-type", "application/json");
    return await this.#fetch(this.#url(path), { method, headers, redirect: "manual", ...(body && { body }) });
  }

  /** Returns the URL of a path, which may have a query. */
  #url(path: string): string {
    const url = new URL(this.#base);
    const [pathname, query] = path.split("?");
    url.pathname = url.pathname.replace(/\/+$/, "") + pathname;
    if (query !== undefined) url.search = query;
    return url.href;
  }

  async #send(verb: Verb, form: Form): Promise<Response> {
    const headers = new Headers(this.#headers);
    headers.set("content-type", form.contentType);
    const init: Init = { method: "POST", headers, redirect: "manual", signal: form.signal };
    if (this.#streaming) {
      init.body = form.stream();
      init.duplex = "half";
    } else {
      init.body = await new Response(form.stream()).blob();
    }
    return await this.#fetch(this.#url(`/${verb.toLowerCase()}`), init);
  }
}

/** Passes a good answer on and throws what any other says. */
async function checked(verb: Verb, response: Response): Promise<Response> {
  const code = /err=(\d+)/.exec(response.headers.get("cf-images-binding") ?? "")?.[1];
  if (code !== undefined) {
    throw new ImagesError(Number(code), `IMAGES_${verb}_${await response.text()}`.trim());
  }
  if (!response.ok) {
    const text = `Unexpected error response ${response.status}: ${await response.text()}`;
    throw new ImagesError(Code.Unexpected, text.trim());
  }
  return response;
}

/** Makes the error that tells which source failed, with the source's own error as its cause. */
function sourceError(verb: Verb, form: Form): ImagesError | undefined {
  if (form.failure === undefined) {
    return undefined;
  }
  const { index, error } = form.failure;
  // In the words of the server.
  const place = verb !== "TRANSFORM" ? "the picture" : index === 0 ? "the canvas" : `picture ${index}`;
  const text = `${place} failed while it was sent: ${reason(error)}`;
  return clientError(verb, Code.BrokenForm, text, { cause: error });
}

/** Refuses what the types would have refused: a misspelt option is not one that was not given. */
function checkOptions({ headers, token, fetch, streaming, ...unknown }: ClientOptions): void {
  const [name] = Object.keys(unknown);
  if (name !== undefined) {
    throw new TypeError(`there is no option ${name}; there are headers, token, fetch and streaming`);
  }
  if (token !== undefined && (typeof token !== "string" || !/^[!-~]+$/.test(token))) {
    // Without its value, which may be a secret all the same.
    throw new TypeError("the option token must be a text of visible ASCII characters without spaces");
  }
  if (fetch !== undefined && typeof fetch !== "function") {
    throw new TypeError(`the option fetch must be a function, not ${String(fetch)}`);
  }
  if (streaming !== undefined && typeof streaming !== "boolean") {
    throw new TypeError(`the option streaming must be true or false, not ${String(streaming)}`);
  }
}

function parseBase(target: string | URL): URL {
  const page = (globalThis as { location?: { href: string } }).location?.href;
  const url = new URL(target, page);
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new TypeError(`the URL of the server must be one of http or https, not ${url.href}`);
  }
  return url;
}

/** Whether this runs in a browser: all of them, and nothing else, call themselves Mozilla. */
function inBrowser(): boolean {
  return globalThis.navigator?.userAgent?.startsWith("Mozilla/") ?? false;
}
