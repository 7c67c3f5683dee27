// Serves a folder as Cloudflare serves the static assets of a Worker: files by name, pages without their `.html`, and what no
// file answers by the Worker. `palmette workerd-config` puts this Worker before the one that has assets.
//
// env.FOLDER     the folder, as a disk service of workerd, which knows no types and lists folders
// env.WORKER     the Worker behind, if there is one
// env.SETTINGS   html_handling and not_found_handling as in wrangler's configuration;
//                assets_first and worker_first: patterns of paths that never go further, and that go to the Worker at once;
//                before_worker: which requests not_found_handling answers although there is a Worker: all, navigations, none

/** Where a request goes from outside: to a file or to the Worker. */
export default {
  async fetch(request, env) {
    const { assets_first, worker_first, before_worker } = env.SETTINGS;
    const { pathname } = new URL(request.url);
    if (!env.WORKER || matches(assets_first, pathname)) {
      return Files.fetch(request, env);
    }
    if (matches(worker_first, pathname)) {
      return env.WORKER.fetch(request);
    }
    const isNavigation = request.headers.get("sec-fetch-mode") === "navigate";
    const falls = before_worker === "all" || (before_worker === "navigations" && isNavigation);
    const answer = (await find(decode(pathname), env)) ?? (falls && (await findOther(decode(pathname), env)));
    return answer ? Files.fetch(request, env) : env.WORKER.fetch(request);
  },
};

/** Files alone: what the binding of the assets leads to. */
export const Files = {
  async fetch(request, env) {
    const { pathname, search } = new URL(request.url);
    const path = decode(pathname);
    const answer = (await find(path, env)) ?? (await findOther(path, env));
    if (!answer) {
      return new Response(null, { status: 404 });
    }
    if (request.method !== "GET" && request.method !== "HEAD") {
      return new Response(null, { status: 405, headers: { allow: "GET, HEAD" } });
    }
    const location = encode(answer.redirect ?? path);
    if (answer.redirect || location !== pathname) {
      return new Response(null, { status: 307, headers: { location: location + search } });
    }
    const file = await env.FOLDER.fetch(`http://folder${encode(answer.file)}`, { method: request.method });
    const headers = new Headers({
      "cache-control": "public, max-age=0, must-revalidate",
      "last-modified": file.headers.get("last-modified"),
    });
    const type = contentType(answer.file);
    if (type) headers.set("content-type", type);
    if (answer.status === 200 && request.headers.get("if-modified-since") === headers.get("last-modified")) {
      return new Response(null, { status: 304, headers });
    }
    headers.set("content-length", file.headers.get("content-length"));
    return new Response(file.body, { status: answer.status, headers });
  },
};

/**
 * Finds what answers a path: a file, or a redirect to the one address that a page has, which ends in `/` for an `index.html`
 * and without `.html` for any other page. Null if nothing does.
 */
async function find(path, env) {
  if (env.SETTINGS.html_handling === "none") {
    return (await exists(path, env)) ? { file: path, status: 200 } : null;
  }
  const isExact = await exists(path, env);
  const isPage = path.endsWith(".html");
  const stem = path.replace(/\.html$/, "");
  const folder = stem.replace(/\/index$|\/$/, "");

  // Each is a page and the address that it may be asked for at instead.
  const moves = [];
  if (path.endsWith("/")) {
    if (await exists(`${path}index.html`, env)) {
      return { file: `${path}index.html`, status: 200 };
    }
    moves.push([`${folder}.html`, folder]);
  } else if (stem.endsWith("/index") && (isPage || !isExact)) {
    moves.push([`${stem}.html`, `${folder}/`], [`${folder}.html`, folder]);
  } else if (isPage) {
    moves.push([path, stem], [`${stem}/index.html`, `${stem}/`]);
  }
  for (const [file, redirect] of moves) {
    if (await isAt(file, redirect, env)) {
      return { redirect };
    }
  }
  for (const file of [path, `${path}.html`]) {
    if (await exists(file, env)) {
      return { file, status: 200 };
    }
  }
  return (await isAt(`${path}/index.html`, `${path}/`, env)) ? { redirect: `${path}/` } : null;
}

/** Finds what answers a path that nothing is at, as `not_found_handling` says. */
async function findOther(path, env) {
  switch (env.SETTINGS.not_found_handling) {
    case "single-page-application":
      return (await exists("/index.html", env)) ? { file: "/index.html", status: 200 } : null;
    case "404-page": {
      let folder = path;
      while (folder) {
        folder = folder.slice(0, folder.lastIndexOf("/"));
        if (await exists(`${folder}/404.html`, env)) {
          return { file: `${folder}/404.html`, status: 404 };
        }
      }
      return null;
    }
    default:
      return null;
  }
}

/** Tells whether a page exists and is what an address, with which no file shares its name, answers with. */
async function isAt(page, address, env) {
  if (!(await exists(page, env)) || (await exists(address, env))) {
    return false;
  }
  return page === (address.endsWith("/") ? `${address}index.html` : `${address}.html`);
}

/** Files of the folder that say how it is served and are never served themselves. */
const HIDDEN = ["/.assetsignore", "/_headers", "/_redirects"];

/** Tells whether there is a file of that name; a folder is none. */
async function exists(path, env) {
  const [start, ...names] = path.split("/");
  if (start || HIDDEN.includes(path) || names.some((name) => ["", ".", ".."].includes(name) || /[\\\0]/.test(name))) {
    return false;
  }
  const answer = await env.FOLDER.fetch(`http://folder${encode(path)}`, { method: "HEAD" });
  return answer.ok && answer.headers.get("content-type") !== "application/json";
}

function matches(patterns, path) {
  const quote = (text) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
  return patterns.some((pattern) => new RegExp(`^${pattern.split("*").map(quote).join(".*")}$`).test(path));
}

function decode(path) {
  const name = (text) => {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  };
  return path.split("/").map(name).join("/").replace(/\/+/g, "/");
}

function encode(path) {
  return path.split("/").map(encodeURIComponent).join("/");
}

function contentType(file) {
  const name = file.slice(file.lastIndexOf("/") + 1);
  return TYPES[name.slice(name.lastIndexOf(".") + 1).toLowerCase()];
}

/** Types by extension; a file of any other is sent without one. */
const TYPES = {
  avif: "image/avif",
  bmp: "image/bmp",
  css: "text/css; charset=utf-8",
  csv: "text/csv; charset=utf-8",
  eot: "application/vnd.ms-fontobject",
  flac: "audio/flac",
  gif: "image/gif",
  gz: "application/gzip",
  htm: "text/html; charset=utf-8",
  html: "text/html; charset=utf-8",
  ico: "image/vnd.microsoft.icon",
  ics: "text/calendar; charset=utf-8",
  jpeg: "image/jpeg",
  jpg: "image/jpeg",
  js: "text/javascript; charset=utf-8",
  json: "application/json",
  jsonld: "application/ld+json",
  m4a: "audio/mp4",
  map: "application/json",
  md: "text/markdown; charset=utf-8",
  mjs: "text/javascript; charset=utf-8",
  mov: "video/quicktime",
  mp3: "audio/mpeg",
  mp4: "video/mp4",
  ogg: "audio/ogg",
  otf: "font/otf",
  pdf: "application/pdf",
  png: "image/png",
  rss: "application/rss+xml",
  svg: "image/svg+xml",
  tar: "application/x-tar",
  ttf: "font/ttf",
  txt: "text/plain; charset=utf-8",
  wasm: "application/wasm",
  wav: "audio/wav",
  webm: "video/webm",
  webmanifest: "application/manifest+json",
  webp: "image/webp",
  woff: "font/woff",
  woff2: "font/woff2",
  xml: "application/xml",
  zip: "application/zip",
};
