// Made of clients/js/src/edge/worker.ts by `npm run generate -w palmette`; do not edit.
"use strict";
var palmetteEdge = (() => {
  var __defProp = Object.defineProperty;
  var __getOwnPropDesc = Object.getOwnPropertyDescriptor;
  var __getOwnPropNames = Object.getOwnPropertyNames;
  var __hasOwnProp = Object.prototype.hasOwnProperty;
  var __export = (target, all) => {
    for (var name in all)
      __defProp(target, name, { get: all[name], enumerable: true });
  };
  var __copyProps = (to, from, except, desc) => {
    if (from && typeof from === "object" || typeof from === "function") {
      for (let key of __getOwnPropNames(from))
        if (!__hasOwnProp.call(to, key) && key !== except)
          __defProp(to, key, { get: () => from[key], enumerable: !(desc = __getOwnPropDesc(from, key)) || desc.enumerable });
    }
    return to;
  };
  var __toCommonJS = (mod) => __copyProps(__defProp({}, "__esModule", { value: true }), mod);

  // src/edge/worker.ts
  var worker_exports = {};
  __export(worker_exports, {
    interceptEntry: () => interceptEntry,
    interceptOutbound: () => interceptOutbound
  });

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
    const ask = (parts2) => post(server, headers, [wanted, ...parts2]);
    const read = await ask([]);
    if (!read.ok) return read;
    const { source, draw, sharesCredentials, via } = await read.json();
    const forSource = headersFor(headers, via, sharesCredentials);
    const original = await fetched(() => get(source === null ? base : new URL(source, base).href, forSource));
    if ("cause" in original) return await ask([["failed", JSON.stringify(original)]]);
    const parts = [["source_headers", keptHeaders(original.headers)]];
    for (const [picture, url] of draw.entries()) {
      const drawn = await fetched(() => getDrawn(url, new Headers({ via })));
      if ("cause" in drawn) return await ask([["failed", JSON.stringify({ picture, ...drawn })]]);
      parts.push(["draw_image", drawn.picture]);
    }
    return await ask([...parts, ["image", original.picture]]);
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

  // src/edge/worker.ts
  var ORIGINAL_URL = "MF-Original-URL";
  var INTERNAL = /^mf-/i;
  function interceptEntry(entry, server) {
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
  function interceptOutbound(outbound, server) {
    const { fetch: original } = outbound;
    outbound.fetch = (request, env, context) => {
      const { image, ...cf } = request.cf ?? {};
      const isGet = request.method === "GET" || request.method === "HEAD";
      if (!isGet || !isAsked(image)) return original.call(outbound, request, env, context);
      const get = (of, headers, init = {}) => original.call(outbound, new Request(of, { method: "GET", headers, ...init }), env, context);
      const getSource = (_, headers) => get(request, headers, { cf });
      return answerFetch(server, image, request, getSource, get);
    };
  }
  function withoutInternal(headers) {
    return new Headers([...headers].filter(([name]) => !INTERNAL.test(name)));
  }
  return __toCommonJS(worker_exports);
})();
