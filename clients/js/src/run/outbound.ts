/**
 * Lets requests to the server of Palmette pass by a function that stands for the network of Workers (`outboundService`), such as a mock: it
 * gets what Workers fetch, and should not have to know what is behind them.
 */

/** Headers that belong to the connection on which a request came. */
const OF_THE_CONNECTION = ["connection", "content-length", "host", "keep-alive", "transfer-encoding"];

/** Gets what a Worker fetches. */
type Fetcher = (request: Request, ...rest: unknown[]) => unknown;

/** An object of options; of its fields these are looked at. */
type Fields = {
  readonly [name in "dev" | "handler" | "outboundService" | "type" | "workers"]?: unknown;
};

/**
 * Returns options in which such functions get no requests to the server.
 *
 * @param url where the server is
 */
export function letPass(options: unknown, url: string): unknown {
  if (!isFields(options)) return options;
  const { workers } = options;
  const worker = (each: unknown) => (isFields(each) ? ofWorker(each, url) : each);
  return Array.isArray(workers) ? { ...options, workers: workers.map(worker) } : worker(options);
}

/** The options of a Worker, of miniflare 4 or 5. */
function ofWorker(worker: Fields, url: string): Fields {
  const { dev, outboundService } = worker;
  if (typeof outboundService === "function") {
    return { ...worker, outboundService: passing(outboundService as Fetcher, url) };
  }
  if (!isFields(dev) || !isFields(dev.outboundService)) return worker;
  const { type, handler } = dev.outboundService;
  if (type !== "fetcher" || typeof handler !== "function") return worker;
  const service = { ...dev.outboundService, handler: passing(handler as Fetcher, url) };
  return { ...worker, dev: { ...dev, outboundService: service } };
}

function passing(fetcher: Fetcher, url: string): Fetcher {
  return async (request, ...rest) => {
    if (!request.url.startsWith(`${url}/`)) return fetcher(request, ...rest);
    // It is a request of miniflare's own `fetch`, which that of Node does not take.
    const headers = [...request.headers].filter(([name]) => !OF_THE_CONNECTION.includes(name));
    const body = await request.arrayBuffer();
    return fetch(request.url, { method: request.method, headers, body, redirect: "manual" });
  };
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}
