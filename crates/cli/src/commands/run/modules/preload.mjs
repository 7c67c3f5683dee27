// Made of clients/js/src/run/preload.ts by `npm run generate -w palmette`; do not edit.

// src/run/preload.ts
import { fileURLToPath as fileURLToPath2 } from "node:url";

// src/run/hook.ts
import { readFileSync } from "node:fs";
import Module from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
var CALL = /* @__PURE__ */ Symbol.for("palmette.run.loaded");
function watch(onLoad) {
  const loaded = (module, file) => {
    const version = versionOf(file);
    if (version !== void 0) onLoad({ version, module });
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
    const { name, version } = JSON.parse(readFileSync(join(dirname(file), "..", "..", "package.json"), "utf8"));
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
var MARK = /* @__PURE__ */ Symbol.for("palmette.run.wrapped");
function wrap(exports, rewrite2) {
  const { Miniflare: Original, loadExternalPlugins } = exports;
  if (typeof Original !== "function" || typeof Original.prototype?.setOptions !== "function") {
    throw new TypeError("has no class Miniflare with a method setOptions");
  }
  if (typeof loadExternalPlugins !== "function") throw new TypeError("takes no plugins");
  if (Object.hasOwn(Original, MARK)) return exports;
  class Miniflare extends Original {
    static [MARK] = true;
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
  watch(({ version, module }) => {
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
