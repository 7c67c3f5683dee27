// @ts-check
/** What the app may expect of a bucket, be it R2 or `workerd/disk-bucket.js`: each a name and what is called. */
import assert from "node:assert/strict";

/** @type {Record<string, (bucket: R2Bucket) => Promise<void>>} */
export const calls = {
  async "what is put comes back"(bucket) {
    const put = await bucket.put("put/a", "hello", { httpMetadata: { contentType: "text/plain" } });
    const [got, head] = await Promise.all([bucket.get("put/a"), bucket.head("put/a")]);
    assert.equal(await new Response(got?.body).text(), "hello");
    for (const object of [put, got, head]) {
      assert(object !== null);
      assert.deepEqual([object.key, object.size, object.httpMetadata], ["put/a", 5, { contentType: "text/plain" }]);
      assert.deepEqual([object.etag, object.httpEtag], [MD5_OF_HELLO, `"${MD5_OF_HELLO}"`]);
      assert(Math.abs(object.uploaded.getTime() - Date.now()) < 60_000);
    }
    await bucket.put("put/a", new Uint8Array([1, 2, 3]));
    const replaced = await bucket.get("put/a");
    assert.deepEqual(new Uint8Array(await new Response(replaced?.body).arrayBuffer()), new Uint8Array([1, 2, 3]));
    assert.deepEqual(replaced?.httpMetadata, {});
  },

  async "what is not there is null"(bucket) {
    assert.equal(await bucket.get("no"), null);
    assert.equal(await bucket.head("no"), null);
    await bucket.delete("no");
  },

  async "of many who put what must not be there, one does"(bucket) {
    const onlyIf = { etagDoesNotMatch: "*" };
    const values = Array.from("abcdefgh");
    const puts = await Promise.all(values.map((value) => bucket.put("claim", value, { onlyIf })));
    assert.equal(puts.filter((object) => object !== null).length, 1);
    const winner = values[puts.findIndex((object) => object !== null)];
    assert.equal(await new Response((await bucket.get("claim"))?.body).text(), winner);
    assert.equal(await bucket.put("claim", "late", { onlyIf }), null);
  },

  async "a list has the keys in order, by prefix, page by page"(bucket) {
    for (const key of ["list/c", "list/a", "list/d", "list/b", "other"]) await bucket.put(key, key);
    const keys = (/** @type {R2Objects} */ { objects }) => objects.map(({ key, size }) => `${key} ${size}`);
    const all = await bucket.list({ prefix: "list/" });
    assert.deepEqual([keys(all), all.truncated], [["list/a 6", "list/b 6", "list/c 6", "list/d 6"], false]);
    const first = await bucket.list({ prefix: "list/", limit: 3 });
    assert(first.truncated);
    assert.deepEqual(keys(first), ["list/a 6", "list/b 6", "list/c 6"]);
    const rest = await bucket.list({ prefix: "list/", cursor: first.cursor });
    assert.deepEqual([keys(rest), rest.truncated], [["list/d 6"], false]);
    assert.deepEqual(keys(await bucket.list({ prefix: "nothing" })), []);
  },

  async "a key may be any text"(bucket) {
    const keys = ["odd/a b", "odd/.hidden", "odd/..", ".odd", "odd/%2F", "odd/ä?#&", "odd/x.json"];
    for (const key of keys) {
      await bucket.put(key, key);
      assert.equal(await new Response((await bucket.get(key))?.body).text(), key);
    }
    const listed = (await bucket.list()).objects.map(({ key }) => key);
    assert.deepEqual(
      listed.filter((key) => key.includes("odd")),
      keys.toSorted(),
    );
  },

  async "what is deleted is gone"(bucket) {
    for (const key of ["gone/a", "gone/b", "gone/c"]) await bucket.put(key, key);
    await bucket.delete("gone/a");
    await bucket.delete(["gone/never", "gone/b"]);
    assert.deepEqual(
      (await bucket.list({ prefix: "gone/" })).objects.map(({ key }) => key),
      ["gone/c"],
    );
    assert.equal(await bucket.get("gone/a"), null);
  },
};

const MD5_OF_HELLO = "5d41402abc4b2a76b9719d911017c592";
