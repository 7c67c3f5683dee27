// @ts-check
/**
 * Pictures: every way to upload one, and all that can be asked of one that is there.
 */
import assert from "node:assert/strict";
import { createReadStream } from "node:fs";
import { createServer } from "node:http";
import { test } from "node:test";
import { NotFoundError, toFile } from "cloudflare";
import { ACCOUNT, delivers, fails, host, LAKE, lake, transformed } from "./hosting.js";

test("a picture is uploaded, looked at, changed and removed", async (t) => {
  const { url, images } = await host(t);
  const id = "lakes/Van 100% ü";
  const about = { metadata: JSON.stringify({ place: "Van", depth: 451 }), creator: "ann", requireSignedURLs: false };
  const image = await images.v1.create({ ...ACCOUNT, id, file: await toFile(lake, "van.jpg"), ...about });
  const { uploaded, variants = [], ...others } = image;
  assert.deepEqual(others, {
    id,
    filename: "van.jpg",
    requireSignedURLs: false,
    meta: { place: "Van", depth: 451 },
    creator: "ann",
  });
  assert.ok(Math.abs(Date.parse(uploaded ?? "") - Date.now()) < 60_000, `${uploaded}`);
  assert.equal(variants.length, 1);
  assert.match(
    variants[0] ?? "",
    new RegExp(`^${url}/cdn-cgi/imagedelivery/[0-9a-f]+/lakes/Van%20100%25%20%C3%BC/public$`),
  );
  await delivers(variants[0], await transformed(t, ["--width", "1366", "--height", "768"]));
  assert.deepEqual(await images.v1.get(id, ACCOUNT), image);

  const blob = await images.v1.blobs.get(id, ACCOUNT);
  assert.equal(blob.headers.get("content-type"), "image/jpeg");
  assert.deepEqual(Buffer.from(await blob.arrayBuffer()), lake);

  const changed = await images.v1.edit(id, { ...ACCOUNT, metadata: { depth: 1 }, creator: "bob" });
  assert.deepEqual(changed, { ...image, meta: { depth: 1 }, creator: "bob" });
  assert.deepEqual(await images.v1.get(id, ACCOUNT), changed);

  assert.deepEqual(await images.v1.delete(id, ACCOUNT), {});
  const missing = { status: 404, code: 5404, says: /no picture `lakes\/Van 100% ü`/ };
  for (const call of [
    () => images.v1.get(id, ACCOUNT),
    () => images.v1.edit(id, { ...ACCOUNT, creator: "ann" }),
    () => images.v1.delete(id, ACCOUNT),
  ]) {
    await fails(call(), NotFoundError, missing);
  }
  await assert.rejects(images.v1.blobs.get(id, ACCOUNT), NotFoundError);
});

test("a picture whose access changes gets a new id", async (t) => {
  const { images } = await host(t);
  const open = await images.v1.create({ ...ACCOUNT, file: await toFile(lake, "a.jpg") });
  assert.match(open.id ?? "", /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  const closed = await images.v1.edit(open.id ?? "", { ...ACCOUNT, requireSignedURLs: true });
  assert.notEqual(closed.id, open.id);
  assert.deepEqual([open.requireSignedURLs, closed.requireSignedURLs], [false, true]);
  await assert.rejects(images.v1.get(open.id ?? "", ACCOUNT), NotFoundError);
});

test("every kind of file that the SDK takes is uploaded", async (t) => {
  const { images } = await host(t);
  const files = {
    "a File": new File([lake], "file.jpg", { type: "image/jpeg" }),
    "a stream of a file": createReadStream(LAKE),
    "a Response": new Response(lake),
    "bytes with a name": await toFile(lake, "bytes.jpg"),
  };
  const names = [];
  for (const [kind, file] of Object.entries(files)) {
    const { id = "", filename } = await images.v1.create({ ...ACCOUNT, file });
    names.push(filename);
    const bytes = await (await images.v1.blobs.get(id, ACCOUNT)).arrayBuffer();
    assert.deepEqual(Buffer.from(bytes), lake, kind);
  }
  assert.deepEqual(names, ["file.jpg", "lake.jpg", "unknown_file", "bytes.jpg"]);
});

test("an object of metadata comes as a part for each of its fields, whose values are texts", async (t) => {
  const { images } = await host(t);
  const metadata = { place: "Van", size: { depth: 451, deep: true }, tags: ["salt", "soda"] };
  const { id = "", meta } = await images.v1.create({ ...ACCOUNT, file: await toFile(lake, "a.jpg"), metadata });
  assert.deepEqual(meta, { place: "Van", size: { depth: "451", deep: "true" }, tags: ["salt", "soda"] });
  const changed = await images.v1.edit(id, { ...ACCOUNT, metadata });
  assert.deepEqual(changed.meta, metadata, "a change is JSON, which has numbers");
});

test("a picture is fetched from its URL", async (t) => {
  const site = createServer(({ url }, response) => {
    if (url === "/photos/lake.jpg?a=b") response.end(lake);
    else response.writeHead(404).end();
  });
  await new Promise((resolve) => site.listen(0, "127.0.0.1", () => resolve(undefined)));
  t.after(() => site.close());
  const { port } = /** @type {import("node:net").AddressInfo} */ (site.address());
  const origin = `http://127.0.0.1:${port}`;
  const { images } = await host(t, { flags: ["--fetch-allow", origin] });
  const { id = "", filename } = await images.v1.create({ ...ACCOUNT, url: `${origin}/photos/lake.jpg?a=b` });
  assert.equal(filename, "lake.jpg");
  assert.deepEqual(Buffer.from(await (await images.v1.blobs.get(id, ACCOUNT)).arrayBuffer()), lake);
  const missing = images.v1.create({ ...ACCOUNT, url: `${origin}/none.jpg` });
  await fails(missing, NotFoundError, { status: 404, code: 9404, says: /404/ });
});

test("lists have pages, an order, creators and filters", async (t) => {
  const { images } = await host(t);
  for (const [id, n, creator] of /** @type {const} */ ([
    ["a", 1, "ann"],
    ["b", 2, undefined],
    ["c", 3, "ann"],
  ])) {
    const metadata = JSON.stringify({ n, in: { name: id } });
    const file = await toFile(lake, `${id}.jpg`);
    await images.v1.create({ ...ACCOUNT, id, file, metadata, ...(creator && { creator }) });
  }
  const ids = (/** @type {{ images?: { id?: string }[] }} */ { images = [] }) => images.map(({ id }) => id).join("");

  // The SDK takes the pages of v1 for lists of `items`, and the API has `images`.
  const page = async (/** @type {object} */ query) => {
    const { result } = await images.v1.list({ ...ACCOUNT, ...query });
    return ids(/** @type {any} */ (result));
  };
  assert.equal(await page({}), "cba");
  assert.deepEqual([await page({ per_page: 2 }), await page({ per_page: 2, page: 2 })], ["cb", "a"]);
  assert.equal(await page({ creator: "ann" }), "ca");

  const list = async (/** @type {object} */ query) => ids(await images.v2.list({ ...ACCOUNT, ...query }));
  for (const [query, expected] of /** @type {const} */ ([
    [{}, "abc"],
    [{ sort_order: "desc" }, "cba"],
    [{ creator: "ann" }, "ac"],
    [{ creator: "" }, "b"],
    [{ "meta.n[gte:number]": 2, "meta.n[lt:number]": 3 }, "b"],
    [{ "meta.in.name[in]": "a|c" }, "ac"],
    [{ meta: { in: { name: "b" } } }, "b"],
  ])) {
    assert.equal(await list(query), expected, JSON.stringify(query));
  }

  const seen = [];
  let token;
  do {
    const page = await images.v2.list({ ...ACCOUNT, per_page: 1, ...(token && { continuation_token: token }) });
    seen.push(ids(page));
    token = page.continuation_token;
  } while (token);
  assert.deepEqual(seen, ["a", "b", "c"]);
});
