/**
 * What Cloudflare's network does for pictures around a Worker: it answers `fetch(url, { cf: { image } })`, and URLs of the form
 * `/cdn-cgi/image/OPTIONS/SOURCE`. Here a Palmette server computes, and the network of the app gets the sources, since they are answers
 * of a Worker, or of a development server.
 *
 * The server alone reads options. So it is asked twice: what is to be fetched, and then, with that, for the picture. Whatever goes
 * wrong is told to it, and its answer is the one of the real service: a status, `cf-resized: err=N`, a text.
 *
 * Runs in workerd and in Node. How requests are intercepted is said in `worker.ts` and `node.ts`.
 */

/** Where image URLs begin. */
const PREFIX = "/cdn-cgi/image/";

/** The path of a Palmette server that takes sources. */
export const FORM_PATH = "/cdn-cgi/image";

/** Headers of the one who asks that decide a picture, or whether it is sent. */
const DECISIVE = [
  ...["accept", "if-none-match", "user-agent", "via"],
  ...["sec-ch-dpr", "sec-ch-viewport-width", "sec-ch-ua-mobile", "rtt", "downlink", "ect", "save-data"],
];

/** Headers that are about the answer, and mean nothing to its source. */
const ABOUT_THE_ANSWER = [
  ...["if-none-match", "if-modified-since", "if-match", "if-unmodified-since", "if-range", "range"],
  ...["connection", "content-length", "content-type", "transfer-encoding", "upgrade"],
];

/** Headers that a source gets only with `"origin-auth": "share-publicly"`. */
const CREDENTIALS = [
  ...["authorization", "cookie", "x-amz-content-sha256", "x-amz-date", "x-ms-date", "x-ms-version", "x-sa-date"],
  ...["cf-access-client-id", "cf-access-client-secret"],
];

/** A Palmette server. */
export interface Server {
  /** Where it is, without a slash at the end. */
  readonly url: string;
  /** Headers for every request to it. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Says where pictures are made now, if that is known. */
export type Locate = () => Server | undefined;

/** Gets a picture. */
export type Get = (url: string, headers: Headers) => Promise<Response>;

/** What the server answers to a form without a source. */
interface ToFetch {
  /** The source, if a URL names it: a path, or a URL. */
  source: string | null;
  /** The pictures that are drawn. */
  draw: string[];
  sharesCredentials: boolean;
  /** The header by which a source knows for whom it is. */
  via: string;
}

/** Returns whether a request is for an image URL. */
export function isImageUrl(method: string | undefined, path: string): boolean {
  return (method === "GET" || method === "HEAD") && path.startsWith(PREFIX);
}

/** Returns whether what stands in `cf.image` asks for anything. */
export function isAsked(image: unknown): image is object {
  return typeof image === "object" && image !== null && Object.keys(image).length > 0;
}

/**
 * Answers an image URL.
 *
 * @param url the URL that was asked for
 * @param get gets the source, by a whole URL
 */
export async function answerUrl(server: Server, url: URL, request: Request, get: Get): Promise<Response> {
  const answer = await resize(server, ["url", url.href], request.headers, url.href, get, get);
  return request.method === "HEAD" ? new Response(null, answer) : answer;
}

/**
 * Answers `fetch(request, { cf: { image } })`.
 *
 * @param get gets the source, by the URL of the request
 * @param getDrawn gets a picture that is drawn
 */
export async function answerFetch(
  server: Server,
  image: object,
  request: Request,
  get: Get,
  getDrawn: Get,
): Promise<Response> {
  const answer = await resize(server, ["options", JSON.stringify(image)], request.headers, request.url, get, getDrawn);
  return request.method === "HEAD" ? new Response(null, answer) : answer;
}

async function resize(
  server: Server,
  wanted: readonly [part: string, text: string],
  headers: Headers,
  base: string,
  get: Get,
  getDrawn: Get,
): Promise<Response> {
  const ask = (parts: Iterable<readonly [string, string | Blob]>) => post(server, headers, [wanted, ...parts]);
  const read = await ask([]);
  if (!read.ok) return read;
  const { source, draw, sharesCredentials, via } = (await read.json()) as ToFetch;

  const forSource = headersFor(headers, via, sharesCredentials);
  const original = await fetched(() => get(source === null ? base : new URL(source, base).href, forSource));
  if ("cause" in original) return await ask([["failed", JSON.stringify(original)]]);
  const parts: [string, string | Blob][] = [["source_headers", keptHeaders(original.headers)]];
  // In the order of their parts, so one after the other.
  for (const [picture, url] of draw.entries()) {
    const drawn = await fetched(() => getDrawn(url, new Headers({ via })));
    if ("cause" in drawn) return await ask([["failed", JSON.stringify({ picture, ...drawn })]]);
    parts.push(["draw_image", drawn.picture]);
  }
  return await ask([...parts, ["image", original.picture]]);
}

/** A picture, or why there is none, as the server wants to know it. */
type Fetched = { picture: Blob; headers: Headers } | { cause: { status: number } | { reason: string } };

async function fetched(get: () => Promise<Response>): Promise<Fetched> {
  try {
    const answer = await get();
    if (!answer.ok) return { cause: { status: answer.status } };
    return { picture: new Blob([await answer.arrayBuffer()]), headers: answer.headers };
  } catch (error) {
    const { message, cause } = error as Error;
    // Node says `fetch failed`, and why in the cause.
    return { cause: { reason: cause instanceof Error ? cause.message : message } };
  }
}

/** Makes the headers of a request for a source. */
function headersFor(given: Headers, via: string, sharesCredentials: boolean): Headers {
  const headers = new Headers(given);
  for (const name of sharesCredentials ? ABOUT_THE_ANSWER : [...ABOUT_THE_ANSWER, ...CREDENTIALS]) headers.delete(name);
  headers.append("via", via);
  headers.set("accept-encoding", "identity");
  return headers;
}

/** Writes what a source says about keeping it. */
function keptHeaders(headers: Headers): string {
  const names = ["etag", "last-modified", "cache-control"];
  return JSON.stringify(Object.fromEntries(names.map((name) => [name, headers.get(name)])));
}

/** Sends a form to the server. */
async function post(
  { url, headers: own }: Server,
  given: Headers,
  parts: Iterable<readonly [string, string | Blob]>,
): Promise<Response> {
  const body = new FormData();
  for (const [name, part] of parts) typeof part === "string" ? body.append(name, part) : body.append(name, part, name);
  const headers = new Headers();
  for (const name of DECISIVE) {
    const value = given.get(name);
    if (value !== null) headers.set(name, value);
  }
  for (const [name, value] of Object.entries(own)) headers.set(name, value);
  try {
    // A redirect is for the one who asks.
    return await fetch(url + FORM_PATH, { method: "POST", headers, body, redirect: "manual" });
  } catch (error) {
    const message = `no answer from a palmette server at ${url} (${(error as Error).message}); is one running?`;
    return new Response(`ERROR 9523: ${message}`, { status: 502, headers: { "cf-resized": "err=9523" } });
  }
}
