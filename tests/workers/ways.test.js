// The same cases through every way that leads from an Images binding to Palmette.

import { join } from "node:path";
import { after, before } from "node:test";
import * as miniflare4 from "miniflare";
import * as miniflare5 from "miniflare-5";
import { createImages } from "palmette";
import { cases } from "./cases/index.js";
import { run } from "./kit/run.js";
import { ask, external } from "./node/miniflare.js";
import { startServers } from "./node/servers.js";
import { way } from "./node/way.js";
import { workerdTest } from "./node/workerd.js";

/** @type {import("./node/servers.js").Servers} */
let servers;
before(async () => {
  servers = await startServers();
});
after(() => servers?.stop());

/** @param {string} name @param {string} url */
const plugged = (name, url) => ({
  name,
  type: "images",
  plugin: { package: "palmette/miniflare", name: "palmette" },
  options: { url },
});

/** @param {readonly string[]} lacks */
const throughPlugin = (lacks) => ({
  bindings: { LACKS: lacks },
  unsafeBindings: [plugged("IMAGES", servers.palmette), plugged("TIGHT", servers.tight)],
});

way("workerd test, the binding before the server itself", ["an adapter", "direct uploads", "several results"], () =>
  workerdTest(join(import.meta.dirname, "config.capnp"), {
    palmette: servers.palmette,
    tight: servers.tight,
  }),
);

// Its workerd is from before the features that it lacks.
way("miniflare 4, the plugin", ["text", "response headers", "direct uploads", "several results"], (lacks) =>
  ask(miniflare4, "workers/binding.js", throughPlugin(lacks)),
);

way("miniflare 5, the plugin", ["several results"], (lacks) =>
  ask(/** @type {any} */ (miniflare5), "workers/binding.js", throughPlugin(lacks)),
);

way("workerd, createImages over a service binding", [], () =>
  ask(miniflare4, "workers/create-images.js", {
    serviceBindings: { PALMETTE: external(servers.palmette), PALMETTE_TIGHT: external(servers.tight) },
  }),
);

way("Node, createImages over HTTP", [], (lacks) =>
  run(cases, {
    images: createImages(servers.palmette),
    tight: createImages(servers.tight),
    lacks,
  }),
);
