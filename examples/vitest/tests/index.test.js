/** The Worker, and through its binding the picture that it answers with, pixel by pixel. */
import { env, exports } from "cloudflare:workers";
import { expect, it } from "vitest";

const GOLD = [255, 215, 0, 255];

/** A GIF of two pixels: black, then white. */
const gif = Uint8Array.from(atob("R0lGODlhAgABAIAAAAAAAP///ywAAAAAAgABAAACAkQKADs="), (char) => char.charCodeAt(0));

it("mirrors a picture and puts a golden frame around it", async () => {
  const answer = await exports.default.fetch(new Request("http://worker/", { method: "POST", body: gif }));
  expect(answer.headers.get("content-type")).toBe("image/png");

  const bare = await env.IMAGES.input(answer.body).output({ format: "rgba" });
  const data = new Uint8Array(await bare.response().arrayBuffer());
  expect(data.length).toBe(22 * 21 * 4);
  const pixel = (x, y) => [...data.slice((y * 22 + x) * 4, (y * 22 + x + 1) * 4)];
  expect(pixel(0, 0)).toEqual(GOLD);
  expect(pixel(9, 10)).toEqual(GOLD);
  expect(pixel(10, 10)).toEqual([255, 255, 255, 255]);
  expect(pixel(11, 10)).toEqual([0, 0, 0, 255]);
  expect(pixel(12, 10)).toEqual(GOLD);
});
