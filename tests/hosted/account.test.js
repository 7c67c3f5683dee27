// @ts-check
/**
 * What belongs to all pictures together: variants, keys, and how many pictures there are.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import { ConflictError, NotFoundError, toFile } from "cloudflare";
import { ACCOUNT, delivers, fails, host, isNotDelivered, lake, transformed, withVariant } from "./hosting.js";

/** @typedef {import("cloudflare/resources/images/v1/variants").VariantCreateParams["options"]} Options */

/** @type {Options} */
const SQUARE = { fit: "cover", width: 40, height: 40, metadata: "none" };
/** @type {Options} */
const WIDE = { fit: "pad", width: 60, height: 30, metadata: "none" };

test("variants are made, changed and removed, and delivered as they are", async (t) => {
  const { images } = await host(t);
  const { variants } = images.v1;
  const image = await images.v1.create({ ...ACCOUNT, file: await toFile(lake, "lake.jpg") });
  const square = { id: "square", options: SQUARE, neverRequireSignedURLs: true };
  const made = await variants.create({ ...ACCOUNT, ...square });
  assert.deepEqual(made, { variant: square });
  assert.deepEqual(await variants.get("square", ACCOUNT), made);
  assert.deepEqual(Object.keys((await variants.list(ACCOUNT)).variants ?? {}), ["public", "square"]);
  const urls = (await images.v1.get(image.id ?? "", ACCOUNT)).variants;
  assert.deepEqual(
    urls,
    ["public", "square"].map((variant) => withVariant(image, variant)),
  );

  const flags = ["--width", "40", "--height", "40", "--fit", "cover"];
  await delivers(urls?.[1], await transformed(t, flags));
  await delivers(urls?.[1], await transformed(t, flags, "webp"), "image/webp,*/*");
  await delivers(urls?.[1], await transformed(t, flags, "avif"), "image/avif,image/webp,*/*");
  const changed = await variants.edit("square", { ...ACCOUNT, options: WIDE, neverRequireSignedURLs: false });
  assert.deepEqual(changed, { variant: { id: "square", options: WIDE, neverRequireSignedURLs: false } });
  await delivers(urls?.[1], await transformed(t, ["--width", "60", "--height", "30", "--fit", "pad"]));

  const taken = variants.create({ ...ACCOUNT, ...square });
  await fails(taken, ConflictError, { status: 409, code: 5409, says: /a variant `square` already/ });
  assert.deepEqual(await variants.delete("square", ACCOUNT), {});
  await isNotDelivered(urls?.[1] ?? "", 9431);
  const missing = { status: 404, code: 5404, says: /no variant `square`/ };
  await fails(variants.get("square", ACCOUNT), NotFoundError, missing);
  await fails(variants.delete("square", ACCOUNT), NotFoundError, missing);
});

test("keys are listed, made, renewed and removed, and sign URLs", async (t) => {
  const { images } = await host(t);
  const { keys } = images.v1;
  const image = await images.v1.create({ ...ACCOUNT, file: await toFile(lake, "a.jpg"), requireSignedURLs: true });
  const shown = await transformed(t, ["--width", "1366", "--height", "768"]);
  const url = image.variants?.[0] ?? "";
  await isNotDelivered(url, 9425);

  const named = async (/** @type {Promise<{ keys?: { name?: string, value?: string }[] }>} */ answer) =>
    Object.fromEntries(((await answer).keys ?? []).map(({ name, value }) => [name, value ?? ""]));
  const first = await named(keys.list(ACCOUNT));
  assert.deepEqual(Object.keys(first), ["default"]);
  const both = await named(keys.update("second", ACCOUNT));
  assert.deepEqual([Object.keys(both), both.default], [["default", "second"], first.default]);
  const exp = `exp=${Math.floor(Date.now() / 1000) + 60}`;
  const signed = [
    await sign(both.default, url),
    await sign(both.second, url),
    await sign(both.second, `${url}?${exp}`),
  ];
  for (const each of signed) await delivers(each, shown);
  await isNotDelivered(await sign(both.default, `${url}?exp=1000000000`), 9425);
  await isNotDelivered(await sign("no key of this account", url), 9425);

  const renewed = await named(keys.update("default", ACCOUNT));
  assert.notEqual(renewed.default, both.default);
  await isNotDelivered(signed[0] ?? "", 9425);
  await delivers(await sign(renewed.default, url), shown);
  assert.deepEqual(await named(keys.delete("second", ACCOUNT)), { default: renewed.default });
  await isNotDelivered(signed[1] ?? "", 9425);
  const missing = { status: 404, code: 5404, says: /no key `second`/ };
  await fails(keys.delete("second", ACCOUNT), NotFoundError, missing);

  const anew = await named(keys.delete("default", ACCOUNT));
  assert.deepEqual(Object.keys(anew), ["default"], "there is always a key");
  assert.notEqual(anew.default, renewed.default);
  await delivers(await sign(anew.default, url), shown);
});

test("the number of pictures counts no drafts", async (t) => {
  const { images } = await host(t);
  const current = async () => (await images.v1.stats.get(ACCOUNT)).count;
  assert.deepEqual(await current(), { current: 0 });
  const { id = "" } = await images.v1.create({ ...ACCOUNT, file: await toFile(lake, "a.jpg") });
  await images.v2.directUploads.create(ACCOUNT);
  assert.deepEqual(await current(), { current: 1 });
  await images.v1.delete(id, ACCOUNT);
  assert.deepEqual(await current(), { current: 0 });
});

/**
 * Signs a URL as Cloudflare's documentation says, by another implementation: path and query, with the text of the key.
 *
 * @param {string | undefined} key
 * @param {string} url
 */
async function sign(key, url) {
  const signed = new URL(url);
  const openssl = promisify(execFile)("openssl", ["dgst", "-sha256", "-hmac", key ?? ""]);
  openssl.child.stdin?.end(signed.pathname + signed.search);
  const { stdout } = await openssl;
  signed.searchParams.set("sig", stdout.trim().split(" ").pop() ?? "");
  return signed.href;
}
