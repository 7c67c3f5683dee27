// The example that draws texts, in workerd without anything else: the font comes from the Worker's own assets. The command of
// docs/texts.md makes the same card, and it is the picture of the README.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { findBinary, startServer } from "palmette/server";
import { assertPicturesAt, post } from "../../examples/og-card/tests/pixels.js";
import { serve, workerdConfig } from "./node/serve.js";

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const EXAMPLE = join(ROOT, "examples/og-card");
const LAKE = join(ROOT, "examples/pictures/lake.jpg");
const TITLE = "Real pictures\nfrom env.IMAGES";

test("workerd makes the card and the watermark, and the command line the same card", async (t) => {
  await run(process.execPath, ["copy-assets.js"], { cwd: EXAMPLE });
  // The server may ask what is not public only if it is told so.
  const args = ["--fetch-allow", "http://127.0.0.1:*"];
  /** @type {Uint8Array[]} */
  const cards = [];
  for (let time = 0; time < 2; time++) {
    const palmette = await startServer({ url: "http://127.0.0.1:0", args });
    t.after(() => palmette.stop());
    const config = await workerdConfig(EXAMPLE, ["--palmette", new URL(palmette.url).host]);
    t.after(() => rm(join(EXAMPLE, "build"), { recursive: true, force: true }));
    const { urls, stop } = await serve(config);
    t.after(stop);
    if (time === 0) await assertPicturesAt(urls.http);
    cards.push(await post(`${urls.http}/card?title=${encodeURIComponent(TITLE)}`, await readFile(LAKE)));
  }
  assert.deepEqual(cards[1], cards[0], "another server, another card");

  const command = commandOf(await readFile(join(ROOT, "docs/texts.md"), "utf8"));
  assert.deepEqual(await output(command, "png"), cards[0], "the command makes another card");
  const shown = new Uint8Array(await readFile(join(ROOT, "docs/card.jpg")));
  assert.deepEqual(await output(command, "jpeg --quality 60"), shown, "docs/card.jpg is another card");
});

/**
 * @param {string} command
 * @param {string} format And its flags.
 * @returns {Promise<Uint8Array>} What the command writes.
 */
async function output(command, format) {
  const { stdout } = await run("bash", ["-c", command.replace(" -o card.png", ` -o - --format ${format}`)], {
    cwd: ROOT,
    env: { ...process.env, PALMETTE: findBinary() },
    encoding: "buffer",
    maxBuffer: 100_000_000,
  });
  return new Uint8Array(stdout);
}

/**
 * @param {string} page
 * @returns {string} The command that makes the card, for the program that `PALMETTE` names.
 */
function commandOf(page) {
  const command = /^palmette (transform [^`]*? -o card\.png[^`]*)```/m.exec(page)?.[1];
  assert(command !== undefined, "the page has no command that makes the card");
  return `"$PALMETTE" ${command}`;
}
