// @ts-check
/** What becomes of miniflare's options. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { rewrite } from "../../dist/run/rewrite.js";

const REDIRECT = { plugin: { package: "/plugin.mjs", name: "palmette" }, options: { url: "http://127.0.0.1:1" } };
const OTHER = { name: "OTHER", type: "x", plugin: { package: "other", name: "other" }, options: {} };
const OURS = {
  name: "IMAGES",
  type: "images",
  plugin: { package: "palmette/miniflare", name: "palmette" },
  options: {},
};
const REMOTE = "http://127.0.0.1:2";

/** @type {[name: string, given: unknown, expected: unknown, found: string[]][]} */
const CASES = [
  [
    "4: one Worker",
    { name: "app", script: "", images: { binding: "IMAGES" }, unsafeBindings: [OTHER] },
    { name: "app", script: "", unsafeBindings: [OTHER, { name: "IMAGES", type: "images", ...REDIRECT }] },
    ["app IMAGES palmette"],
  ],
  [
    "4: several Workers, one without a name",
    { port: 1, workers: [{ images: { binding: "PICTURES" } }, { name: "b" }] },
    { port: 1, workers: [{ unsafeBindings: [{ name: "PICTURES", type: "images", ...REDIRECT }] }, { name: "b" }] },
    [" PICTURES palmette"],
  ],
  [
    "4: a remote binding",
    { name: "app", images: { binding: "IMAGES", remoteProxyConnectionString: REMOTE } },
    "as it is",
    ["app IMAGES remote"],
  ],
  [
    "4: the plugin of the npm package, and the stand-in that it moved aside",
    { name: "app", images: { binding: "IMAGES_STAND_IN" }, unsafeBindings: [OURS] },
    "as it is",
    ["app IMAGES configured"],
  ],
  [
    "5: one Worker",
    { workers: [{ config: { name: "app", env: { IMAGES: { type: "images" }, KV: { type: "kv" } } }, dev: { x: 1 } }] },
    {
      workers: [
        {
          config: { name: "app", env: { IMAGES: { type: "unsafe:images", dev: REDIRECT }, KV: { type: "kv" } } },
          dev: { x: 1 },
        },
      ],
    },
    ["app IMAGES palmette"],
  ],
  [
    "5: a remote binding",
    {
      workers: [
        {
          config: { name: "app", env: { IMAGES: { type: "images", dev: { remote: true } } } },
          dev: { remoteProxyConnectionString: REMOTE },
        },
      ],
    },
    "as it is",
    ["app IMAGES remote"],
  ],
  [
    "5: a remote binding without a connection, which miniflare answers by its stand-in",
    { workers: [{ config: { name: "app", env: { IMAGES: { type: "images", dev: { remote: true } } } } }] },
    { workers: [{ config: { name: "app", env: { IMAGES: { type: "unsafe:images", dev: REDIRECT } } } }] },
    ["app IMAGES palmette"],
  ],
  [
    "5: the plugin of the npm package, and the stand-in that it moved aside",
    {
      workers: [
        {
          config: {
            name: "app",
            env: {
              IMAGES: { type: "unsafe:images", dev: { plugin: OURS.plugin, options: {} } },
              IMAGES_STAND_IN: { type: "images" },
            },
          },
        },
      ],
    },
    "as it is",
    ["app IMAGES configured"],
  ],
  ["no Images binding", { workers: [{ config: { name: "app" } }, { config: { name: "b", env: {} } }] }, "as it is", []],
  ["no options", undefined, "as it is", []],
];

for (const [name, given, expected, found] of CASES) {
  test(name, () => {
    const before = structuredClone(given);
    const result = rewrite(given, REDIRECT);
    assert.deepEqual(result.options, expected === "as it is" ? before : expected);
    assert.deepEqual(
      result.found.map(({ worker, binding, fate }) => `${worker} ${binding} ${fate}`),
      found,
    );
    assert.deepEqual(given, before, "what is given stays as it is");
  });
}
