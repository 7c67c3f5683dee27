// @ts-check
/** The Worker in wrangler's miniflare, on a real server that it starts by itself. */
import { dirname } from "node:path";
import test from "node:test";
import { startDev } from "../../testing/dev.js";
import { assertPicturesAt } from "./pixels.js";

test("npm run dev", async (t) => {
  const url = await startDev(t, dirname(import.meta.dirname), "dev");
  await assertPicturesAt(url.replace(/\/$/, ""));
});
