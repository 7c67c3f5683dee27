/** Sends the picture to the Worker, and prints what comes back for the test outside to compare. */
import { exports } from "cloudflare:workers";
import { expect, it } from "vitest";
import { gif } from "../gif.js";

it("answers", async () => {
  const answer = await exports.default.fetch(new Request("http://worker/", { method: "POST", body: gif }));
  expect(answer.status).toBe(200);
  const bytes = new Uint8Array(await answer.arrayBuffer());
  console.log(`picture ${btoa(String.fromCharCode(...bytes))}`);
});
