// @ts-check
/**
 * Two servers that share a store: what one is told, the other knows at once, and what both are asked for at once happens once.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ConflictError, NotFoundError, toFile } from "cloudflare";
import { ACCOUNT, delivers, folderOf, host, lake, transformed, withVariant } from "./hosting.js";

/** Pictures that both servers are sent, at once. */
const PICTURES = 20;

test("two servers are one", async (t) => {
  const folder = await folderOf(t);
  const [one, other] = [await host(t, { folder }), await host(t, { folder })];
  const file = await toFile(lake, "lake.jpg");

  /** @type {import("cloudflare/resources/images/v1/variants").VariantCreateParams["options"]} */
  const options = { fit: "cover", width: 30, height: 30, metadata: "none" };
  await one.images.v1.variants.create({ ...ACCOUNT, id: "small", options });
  const { id = "" } = await one.images.v1.create({ ...ACCOUNT, file });
  const seen = await other.images.v1.get(id, ACCOUNT);
  assert.ok(
    seen.variants?.every((url) => url.startsWith(`${other.url}/`)),
    `${seen.variants}`,
  );
  const flags = ["--height", "30", "--fit", "cover", "--width"];
  await delivers(withVariant(seen, "small"), await transformed(t, [...flags, "30"]));
  await one.images.v1.variants.edit("small", { ...ACCOUNT, options: { ...options, width: 50 } });
  await delivers(withVariant(seen, "small"), await transformed(t, [...flags, "50"]));
  const link = await other.images.v2.directUploads.create(ACCOUNT);
  const form = new FormData();
  form.append("file", file);
  const uploadURL = link.uploadURL?.replace(other.url, one.url) ?? "";
  assert.equal((await fetch(uploadURL, { method: "POST", body: form })).status, 200, "a link holds at each");
  await other.images.v1.delete(id, ACCOUNT);
  await assert.rejects(one.images.v1.get(id, ACCOUNT), NotFoundError);
});

test("of two uploads by one id, at two servers at once, one is kept", async (t) => {
  const folder = await folderOf(t);
  const servers = [await host(t, { folder }), await host(t, { folder })];
  const ids = Array.from({ length: PICTURES }, (_, number) => `picture/${number}`);
  const uploads = ids.flatMap((id) =>
    servers.map(async ({ images }, at) => {
      const file = await toFile(Buffer.concat([lake, Buffer.from(`${at}`)]), "lake.jpg");
      return { id, at, image: await images.v1.create({ ...ACCOUNT, id, file, metadata: { at } }) };
    }),
  );
  const outcomes = await Promise.allSettled(uploads);
  const kept = outcomes.filter((outcome) => outcome.status === "fulfilled").map(({ value }) => value);
  assert.deepEqual(kept.map(({ id }) => id).sort(), [...ids].sort());
  for (const outcome of outcomes) {
    if (outcome.status === "rejected") assert.ok(outcome.reason instanceof ConflictError, `${outcome.reason}`);
  }
  for (const { id, at } of kept) {
    for (const { images } of servers) {
      assert.deepEqual((await images.v1.get(id, ACCOUNT)).meta, { at: `${at}` });
      const bytes = Buffer.from(await (await images.v1.blobs.get(id, ACCOUNT)).arrayBuffer());
      assert.equal(bytes.subarray(-1).toString(), `${at}`, "the bytes are those of the upload that was told so");
    }
  }
});
