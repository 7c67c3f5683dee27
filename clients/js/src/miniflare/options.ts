/**
 * The options of the miniflare plugin: what a config may say under `dev.options`, checked before anything is started.
 * See `images-plugin.ts` for who reads them.
 */

/** Where a server listens that was told nothing else. */
const DEFAULT_URL = "http://127.0.0.1:9901";

/** What may be written under `dev.options` of a binding. */
export interface PluginOptions {
  /** Where the server is: `http` or `https`, a path in front of `/transform` allowed. Default: `PALMETTE_URL`, then `http://127.0.0.1:9901`. */
  url?: string | undefined;
  /**
   * Headers for every request. Default: none. Whatever is here, the token in the environment variable `PALMETTE_CLIENT_TOKEN` is sent
   * as `authorization`, unless there is such a header already.
   */
  headers?: Record<string, string> | undefined;
  /** Whether to start a server at `url`, which must be this machine, if none answers there. Default: false. */
  start?: boolean | undefined;
}

/** {@link PluginOptions} after checks and defaults. */
export interface Options {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly start: boolean;
}

/**
 * Checks what a config says.
 *
 * @throws if an option is unknown or has a wrong value; the message names the binding, the option and the value.
 */
export function parseOptions(binding: string, raw: unknown): Options {
  try {
    if (raw !== undefined && !isObject(raw)) throw new TypeError(`options ${show(raw)}: must be an object`);
    const { url, headers = {}, start = false, ...unknown } = raw ?? {};
    const [name] = Object.keys(unknown);
    if (name !== undefined) throw new TypeError(`option ${name}: unknown; there are url, headers and start`);
    if (typeof start !== "boolean") throw new TypeError(`option start ${show(start)}: must be true or false`);
    const checked = { url: parseUrl(url), headers: parseHeaders(headers), start };
    if (checked.url.port === "0" && !start)
      throw new TypeError(`url ${checked.url.href}: a server at port 0 needs start`);
    return checked;
  } catch (error) {
    throw new TypeError(`palmette, binding ${binding}: ${(error as Error).message}`);
  }
}

/**
 * Finds the address of the server: `given`, else `PALMETTE_URL`, else `http://127.0.0.1:9901`.
 *
 * @throws if it is not `http` or `https`, or holds a user, a query or a fragment.
 */
export function parseUrl(given?: unknown): URL {
  const { PALMETTE_URL } = process.env;
  if (given !== undefined) return checkUrl(given, "url");
  return PALMETTE_URL ? checkUrl(PALMETTE_URL, "PALMETTE_URL") : new URL(DEFAULT_URL);
}

/** Checks a URL; `origin` says in messages where it is from. */
function checkUrl(given: unknown, origin: string): URL {
  const url = typeof given === "string" && URL.canParse(given) ? new URL(given) : undefined;
  if (url === undefined || !["http:", "https:"].includes(url.protocol)) {
    throw new TypeError(`${origin} ${show(given)}: must be an http or https URL, such as ${DEFAULT_URL}`);
  }
  if (url.username || url.password || url.search || url.hash) {
    throw new TypeError(`${origin} ${show(given)}: must have no user, query or fragment; credentials go into headers`);
  }
  return url;
}

function parseHeaders(headers: unknown): Record<string, string> {
  if (!isObject(headers)) throw new TypeError(`option headers ${show(headers)}: must be an object of texts`);
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value !== "string") throw new TypeError(`header ${name} ${show(value)}: must be a text`);
  }
  const checked = new Headers(headers as Record<string, string>);
  const { PALMETTE_CLIENT_TOKEN } = process.env;
  if (PALMETTE_CLIENT_TOKEN && !checked.has("authorization"))
    checked.set("authorization", `Bearer ${PALMETTE_CLIENT_TOKEN}`);
  return Object.fromEntries(checked);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}
