// @ts-check
/**
 * The client inside workerd, which ends a body whose stream fails as if it were whole: the client has to break the request
 * off. Miniflare's workerd is one that does not bear that being done inside of the body's own calls.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Miniflare } from "miniflare";
import { Recorder } from "../client/recorder.js";

const WORKER = fileURLToPath(new URL("worker.js", import.meta.url));
const CLIENT = fileURLToPath(new URL(".", import.meta.resolve("palmette")));

/** The Worker and, beside it, the client as it was built. */
const MODULES = [
  WORKER,
  ...readdirSync(CLIENT)
    .filter((name) => name.endsWith(".js"))
    .map((name) => join(CLIENT, name)),
].map((path) => ({
  type: /** @type {const} */ ("ESModule"),
  path: join("/", path.slice(path.lastIndexOf("/"))),
  contents: readFileSync(path, "utf8"),
}));

test("a source that fails in workerd breaks the request off", { timeout: 60_000 }, async (t) => {
  const recorder = await Recorder.start(t);
  const miniflare = new Miniflare({
    modules: MODULES,
    modulesRoot: "/",
    compatibilityDate: "2022-11-30",
    serviceBindings: { PALMETTE: { external: { address: new URL(recorder.url).host, http: {} } } },
    // The failure of the body is logged as one that nobody caught.
    handleRuntimeStdio: (stdout, stderr) => {
      stdout.resume();
      stderr.resume();
    },
  });
  t.after(() => miniflare.dispose());
  for (const chunks of [0, 1, 5]) {
    const answer = await miniflare.dispatchFetch(`http://worker/${chunks}`);
    const message = "IMAGES_TRANSFORM_ERROR 9432: the canvas failed while it was sent: the disk is gone";
    assert.deepEqual(await answer.json(), [9432, message]);
    // A request whose source fails at once may not even be begun.
    const sent = chunks === 0 ? undefined : await recorder.next();
    assert.ok(!sent?.whole);
  }
  assert.ok(recorder.requests.every(({ whole }) => !whole));
});
