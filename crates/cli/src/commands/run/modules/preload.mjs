// Made of clients/js/src/run/preload.ts by `npm run generate -w palmette`; do not edit.

// src/run/preload.ts
import { readFileSync as readFileSync3 } from "node:fs";
import { fileURLToPath as fileURLToPath2 } from "node:url";

// src/edge/claim.ts
var MARK = /* @__PURE__ */ Symbol.for("palmette.edge");
function claim() {
  return Object.hasOwn(globalThis, MARK) ? false : Reflect.defineProperty(globalThis, MARK, { value: true });
}

// src/edge/node.ts
import { Server as NetServer } from "node:net";

// src/edge/resize.ts
var PREFIX = "/cdn-cgi/image/";
var FORM_PATH = "/cdn-cgi/image";
var DECISIVE = [
  ...["accept", "if-none-match", "user-agent", "via"],
  ...["sec-ch-dpr", "sec-ch-viewport-width", "sec-ch-ua-mobile", "rtt", "downlink", "ect", "save-data"]
];
var ABOUT_THE_ANSWER = [
  ...["if-none-match", "if-modified-since", "if-match", "if-unmodified-since", "if-range", "range"],
  ...["connection", "content-length", "content-type", "transfer-encoding", "upgrade"]
];
var CREDENTIALS = [
  ...["authorization", "cookie", "x-amz-content-sha256", "x-amz-date", "x-ms-date", "x-ms-version", "x-sa-date"],
  ...["cf-access-client-id", "cf-access-client-secret"]
];
function isImageUrl(method, path) {
  return (method === "GET" || method === "HEAD") && path.startsWith(PREFIX);
}
function isAsked(image) {
  return typeof image === "object" && image !== null && Object.keys(image).length > 0;
}
async function answerUrl(server, url, request, get) {
  const answer = await resize(server, ["url", url.href], request.headers, url.href, get, get);
  return request.method === "HEAD" ? new Response(null, answer) : answer;
}
async function answerFetch(server, image, request, get, getDrawn) {
  const answer = await resize(server, ["options", JSON.stringify(image)], request.headers, request.url, get, getDrawn);
  return request.method === "HEAD" ? new Response(null, answer) : answer;
}
async function resize(server, wanted, headers, base, get, getDrawn) {
  const ask2 = (parts2) => post(server, headers, [wanted, ...parts2]);
  const read = await ask2([]);
  if (!read.ok) return read;
  const { source, draw, sharesCredentials, via } = await read.json();
  const forSource = headersFor(headers, via, sharesCredentials);
  const original = await fetched(() => get(source === null ? base : new URL(source, base).href, forSource));
  if ("cause" in original) return await ask2([["failed", JSON.stringify(original)]]);
  const parts = [["source_headers", keptHeaders(original.headers)]];
  for (const [picture, url] of draw.entries()) {
    const drawn = await fetched(() => getDrawn(url, new Headers({ via })));
    if ("cause" in drawn) return await ask2([["failed", JSON.stringify({ picture, ...drawn })]]);
    parts.push(["draw_image", drawn.picture]);
  }
  return await ask2([...parts, ["image", original.picture]]);
}
async function fetched(get) {
  try {
    const answer = await get();
    if (!answer.ok) return { cause: { status: answer.status } };
    return { picture: new Blob([await answer.arrayBuffer()]), headers: answer.headers };
  } catch (error) {
    const { message, cause } = error;
    return { cause: { reason: cause instanceof Error ? cause.message : message } };
  }
}
function headersFor(given, via, sharesCredentials) {
  const headers = new Headers(given);
  for (const name of sharesCredentials ? ABOUT_THE_ANSWER : [...ABOUT_THE_ANSWER, ...CREDENTIALS]) headers.delete(name);
  headers.append("via", via);
  headers.set("accept-encoding", "identity");
  return headers;
}
function keptHeaders(headers) {
  const names = ["etag", "last-modified", "cache-control"];
  return JSON.stringify(Object.fromEntries(names.map((name) => [name, headers.get(name)])));
}
async function post({ url, headers: own }, given, parts) {
  const body = new FormData();
  for (const [name, part] of parts) typeof part === "string" ? body.append(name, part) : body.append(name, part, name);
  const headers = new Headers();
  for (const name of DECISIVE) {
    const value = given.get(name);
    if (value !== null) headers.set(name, value);
  }
  for (const [name, value] of Object.entries(own)) headers.set(name, value);
  try {
    return await fetch(url + FORM_PATH, { method: "POST", headers, body, redirect: "manual" });
  } catch (error) {
    const message = `no answer from a palmette server at ${url} (${error.message}); is one running?`;
    return new Response(`ERROR 9523: ${message}`, { status: 502, headers: { "cf-resized": "err=9523" } });
  }
}

// src/edge/node.ts
var INTERNAL = ["mf-custom-fetch-service", "mf-custom-node-service"];
var OUTBOUND = "$outbound";
var OF_THE_WAY = /^(connection|content-length|host|keep-alive|transfer-encoding|mf-.*)$/;
var OF_HTTP_1 = ["connection", "keep-alive", "transfer-encoding"];
var MAX_REDIRECTS = 5;
function interceptServers(locate) {
  const { emit } = NetServer.prototype;
  NetServer.prototype.emit = function(event, ...args) {
    const server = event === "request" ? locate() : void 0;
    if (server !== void 0) {
      const [request, response] = args;
      const answer = request?.headers === void 0 ? void 0 : handlerFor(server, request);
      if (answer !== void 0) {
        answer(server, request, response).catch((error) => response.destroy(error));
        return true;
      }
    }
    return Reflect.apply(emit, this, [event, ...args]);
  };
}
function handlerFor(server, { method, url, headers }) {
  const isOutbound = String(headers["mf-custom-fetch-service"]).endsWith(OUTBOUND);
  if (isOutbound && headers["mf-original-url"] === new URL(server.url + FORM_PATH).href) return pass;
  const isInternal = INTERNAL.some((name) => name in headers);
  return !isInternal && isImageUrl(method, url ?? "") ? serve : void 0;
}
async function pass({ url }, request, response) {
  const headers = Object.entries(request.headersDistinct).filter(([name]) => !OF_THE_WAY.test(name)).flatMap(([name, values = []]) => values.map((value) => [name, value]));
  const body = Buffer.concat(await request.toArray());
  await send(await fetch(url + FORM_PATH, { method: "POST", headers, body, redirect: "manual" }), request, response);
}
async function serve(server, request, response) {
  const { socket } = request;
  const scheme = socket.encrypted ? "https" : "http";
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== void 0 && !name.startsWith(":")) headers.set(name, String(value));
  }
  const host = request.headers.host ?? String(request.headers[":authority"] ?? "localhost");
  const url = new URL(`${scheme}://${host}${request.url}`);
  const asked = new Request(url, { method: request.method ?? "GET", headers });
  const { localAddress, localPort } = socket;
  const answer = await answerUrl(server, url, asked, async (source, forSource) => {
    let target = new URL(source);
    for (let redirects = 0; target.host === url.host && localPort !== void 0; redirects++) {
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
async function send(answer, request, response) {
  response.statusCode = answer.status;
  for (const [name, value] of answer.headers) {
    if (request.httpVersionMajor === 1 || !OF_HTTP_1.includes(name)) response.setHeader(name, value);
  }
  response.end(Buffer.from(await answer.arrayBuffer()));
}
async function ask(url, headers, to) {
  const { request } = await (url.protocol === "https:" ? import("node:https") : import("node:http"));
  const { Readable } = await import("node:stream");
  const options = {
    ...to,
    path: url.pathname + url.search,
    headers: { ...Object.fromEntries(headers), host: url.host },
    servername: url.hostname,
    rejectUnauthorized: false
  };
  return new Promise((resolve, reject) => {
    request(options, (answer) => {
      const found = new Headers();
      for (const [name, value] of Object.entries(answer.headers)) {
        if (value !== void 0) found.set(name, String(value));
      }
      const body = answer.statusCode === 204 || answer.statusCode === 304 ? null : Readable.toWeb(answer);
      resolve(new Response(body, { status: answer.statusCode ?? 502, headers: found }));
    }).on("error", reject).end();
  });
}
function interceptFetch(locate) {
  const { fetch: original } = globalThis;
  const intercepting = (input, init) => {
    const image = init?.cf?.image;
    const isGet = /^(get|head)$/i.test(init?.method ?? "GET");
    const server = locate();
    if (!isGet || !isAsked(image) || server === void 0) return original(input, init);
    const request = new Request(input, init);
    const getSource = (_, headers) => original(new Request(request, { method: "GET", headers }));
    return answerFetch(server, image, request, getSource, (url, headers) => original(url, { headers }));
  };
  globalThis.fetch = intercepting;
}
function withoutHost(headers) {
  const others = new Headers(headers);
  others.delete("host");
  return others;
}

// src/edge/workers.ts
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
var WORKERS = {
  "entry.worker.js": "interceptEntry",
  "outbound.worker.js": "interceptOutbound",
  // What an older miniflare has in its place.
  "strip-cf-connecting-ip.worker.js": "interceptOutbound"
};
var LAST_LINE = /\/\/# sourceURL=file:\S*\/dist\/src\/workers\/core\/([\w-]+\.worker\.js)$/;
var DEFAULT_EXPORT = /\bexport\s*\{[^}]*?([\w$]+) as default\b[^}]*\}/;
function extendWorkers(script, locate) {
  const { prototype } = TextEncoder;
  const { encode } = prototype;
  const extended = (source) => {
    if (typeof source !== "string" || !source.endsWith(".worker.js")) return source;
    const [line, file] = LAST_LINE.exec(source) ?? [];
    const hook = file === void 0 ? void 0 : WORKERS[file];
    const handlers = hook && DEFAULT_EXPORT.exec(source)?.[1];
    const server = handlers && locate();
    if (!line || !server) return source;
    const settings2 = JSON.stringify(server);
    return `${source.slice(0, -line.length)}
${script}
palmetteEdge.${hook}(${handlers}, ${settings2});
${line}`;
  };
  prototype.encode = function(...texts) {
    return Reflect.apply(encode, this, texts.map(extended));
  };
}
function missing(main) {
  const has = (name) => {
    try {
      return DEFAULT_EXPORT.test(readFileSync(join(dirname(main), "workers", "core", name), "utf8"));
    } catch {
      return false;
    }
  };
  const found = new Set(
    Object.keys(WORKERS).filter(has).map((name) => WORKERS[name])
  );
  return [
    ...found.has("interceptEntry") ? [] : ["/cdn-cgi/image/ URLs of the development server"],
    ...found.has("interceptOutbound") ? [] : ["fetch with cf.image"]
  ];
}

// src/run/hook.ts
import { readFileSync as readFileSync2 } from "node:fs";
import Module from "node:module";
import { dirname as dirname2, join as join2 } from "node:path";
import { fileURLToPath } from "node:url";
var CALL = /* @__PURE__ */ Symbol.for("palmette.run.loaded");
function watch(onLoad) {
  const loaded = (module, file) => {
    const version = versionOf(file);
    if (version !== void 0) onLoad({ version, file, module });
  };
  patchCompile(loaded);
  Object.defineProperty(globalThis, CALL, { value: loaded, configurable: true });
  appendCall();
}
function patchCompile(loaded) {
  const prototype = Module.prototype;
  const compile = prototype._compile;
  prototype._compile = function(content, file, ...rest) {
    const result = Reflect.apply(compile, this, [content, file, ...rest]);
    loaded(this, file);
    return result;
  };
}
function appendCall() {
  Module.registerHooks?.({
    load(url, context, nextLoad) {
      const result = nextLoad(url, context);
      if (result.format !== "commonjs" || result.source == null || !url.startsWith("file:")) return result;
      if (versionOf(fileURLToPath(url)) === void 0) return result;
      const source = typeof result.source === "string" ? result.source : new TextDecoder().decode(result.source);
      const call = `globalThis[Symbol.for(${JSON.stringify(Symbol.keyFor(CALL))})]?.(module, __filename);`;
      return { ...result, source: `${source}
${call}` };
    }
  });
}
function versionOf(file) {
  if (!/[\\/]dist[\\/]src[\\/]index\.js$/.test(file)) return void 0;
  try {
    const { name, version } = JSON.parse(readFileSync2(join2(dirname2(file), "..", "..", "package.json"), "utf8"));
    return name === "miniflare" && typeof version === "string" ? version : void 0;
  } catch {
    return void 0;
  }
}

// src/run/report.ts
import { appendFileSync } from "node:fs";
function reporter(file) {
  return (event) => {
    try {
      appendFileSync(file, `${JSON.stringify(event)}
`);
    } catch {
    }
  };
}

// src/run/rewrite.ts
function rewrite(options, redirect) {
  const found = [];
  const worker = (each) => rewriteWorker(each, redirect, found);
  if (!isFields(options)) return { options, found };
  const { workers } = options;
  const rewritten = Array.isArray(workers) ? { ...options, workers: workers.map(worker) } : worker(options);
  return { options: rewritten, found };
}
function rewriteWorker(worker, redirect, found) {
  if (!isFields(worker)) return worker;
  return isFields(worker.config) ? rewriteV5(worker, worker.config, redirect, found) : rewriteV4(worker, redirect, found);
}
function rewriteV5(worker, config, redirect, found) {
  const { env } = config;
  if (!isFields(env)) return worker;
  const name = text(config.name);
  const entries = Object.entries(env).map(([binding, value]) => {
    const note = (fate) => found.push({ worker: name, binding, fate });
    if (!isFields(value)) return [binding, value];
    const dev = isFields(value.dev) ? value.dev : {};
    if (value.type === "unsafe:images" && isOurs(dev.plugin, redirect)) note("configured");
    if (value.type !== "images" || isStandIn(binding, (base) => base in env)) return [binding, value];
    if (dev.remote && isFields(worker.dev) && worker.dev.remoteProxyConnectionString) {
      note("remote");
      return [binding, value];
    }
    note("palmette");
    return [binding, { type: "unsafe:images", dev: redirect }];
  });
  return { ...worker, config: { ...config, env: Object.fromEntries(entries) } };
}
function rewriteV4(worker, redirect, found) {
  const { images, ...others } = worker;
  const unsafe = Array.isArray(worker.unsafeBindings) ? worker.unsafeBindings.filter(isFields) : [];
  const note = (binding2, fate) => found.push({ worker: text(worker.name), binding: binding2, fate });
  for (const { name, plugin } of unsafe) if (isOurs(plugin, redirect)) note(text(name), "configured");
  if (!isFields(images) || typeof images.binding !== "string") return worker;
  const { binding } = images;
  const isTaken = (name) => unsafe.some((other) => other.name === name);
  if (isTaken(binding) || isStandIn(binding, isTaken)) return worker;
  if (images.remoteProxyConnectionString !== void 0) {
    note(binding, "remote");
    return worker;
  }
  note(binding, "palmette");
  return { ...others, unsafeBindings: [...unsafe, { name: binding, type: "images", ...redirect }] };
}
function isOurs(plugin, redirect) {
  return isFields(plugin) && plugin.name === redirect.plugin.name;
}
function isStandIn(binding, isThere) {
  const [, base] = /^(.+)_STAND_IN$/.exec(binding) ?? [];
  return base !== void 0 && isThere(base);
}
function isFields(value) {
  return typeof value === "object" && value !== null;
}
function text(value) {
  return typeof value === "string" ? value : "";
}

// src/run/settings.ts
var VARIABLE = "PALMETTE_RUN";
function readSettings(environment = process.env) {
  const text2 = environment[VARIABLE];
  return text2 === void 0 ? void 0 : JSON.parse(text2);
}

// src/run/wrap.ts
var MARK2 = /* @__PURE__ */ Symbol.for("palmette.run.wrapped");
function wrap(exports, rewrite2) {
  const { Miniflare: Original, loadExternalPlugins } = exports;
  if (typeof Original !== "function" || typeof Original.prototype?.setOptions !== "function") {
    throw new TypeError("has no class Miniflare with a method setOptions");
  }
  if (typeof loadExternalPlugins !== "function") throw new TypeError("takes no plugins");
  if (Object.hasOwn(Original, MARK2)) return exports;
  class Miniflare extends Original {
    static [MARK2] = true;
    constructor(options) {
      super(rewrite2(options));
    }
    setOptions(options) {
      return super.setOptions(rewrite2(options));
    }
  }
  const descriptors = Object.getOwnPropertyDescriptors(exports);
  const replaced = { value: Miniflare, enumerable: true, configurable: true, writable: true };
  return Object.create(Object.getPrototypeOf(exports), { ...descriptors, Miniflare: replaced });
}

// src/run/preload.ts
var KNOWN_VERSIONS = /^[45]\./;
var settings = readSettings();
if (settings !== void 0) {
  const { url, headers } = settings;
  const report = reporter(settings.report);
  const redirect = {
    plugin: { package: fileURLToPath2(new URL("plugin.mjs", import.meta.url)), name: "palmette" },
    options: { url, headers }
  };
  report({ event: "node", version: process.version });
  const locate = () => ({ url, headers });
  claim();
  extendWorkers(readFileSync3(new URL("edge.js", import.meta.url), "utf8"), locate);
  interceptServers(locate);
  let isApp = false;
  watch(({ version, file, module }) => {
    if (!isApp) interceptFetch(locate);
    isApp = true;
    for (const what of missing(file)) {
      report({ event: "warning", text: `miniflare ${version} has no place for ${what}: these do not reach Palmette` });
    }
    try {
      module.exports = wrap(module.exports, (given) => {
        const { options, found } = rewrite(given, redirect);
        for (const binding of found) report({ event: "binding", ...binding });
        return options;
      });
      report({ event: "miniflare", version });
      if (!KNOWN_VERSIONS.test(version)) {
        report({ event: "warning", text: `miniflare ${version} is unknown to this palmette, which knows 4 and 5` });
      }
    } catch (error) {
      const { message } = error;
      const text2 = `miniflare ${version} ${message}; its Images bindings stay with its stand-in (wrangler 4.86 and later work)`;
      report({ event: "warning", text: text2 });
    }
  });
}
