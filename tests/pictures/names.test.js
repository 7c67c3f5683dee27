// @ts-check
/** Names of pictures as file names, on every file system. */
import assert from "node:assert/strict";
import { test } from "node:test";
// Not an entry of the package: users see the names of their files.
import { safeName } from "../../clients/js/dist/pictures/names.js";

test("letters, digits, _ and - stay, and anything else is a -", () => {
  assert.equal(safeName("Straße_1-größe"), "Straße_1-größe");
  assert.equal(safeName("../../etc/passwd"), "etc-passwd");
  assert.equal(safeName("v1.2: 50 %"), "v1-2-50");
  assert.equal(safeName("e\u0301"), "\u00e9", "one spelling of one letter");
});

test("no name is one that Windows keeps, or too long for a file system", () => {
  assert.equal(safeName("con"), "con-");
  const long = (/** @type {string} */ end) => safeName("ä".repeat(300) + end);
  assert.ok(Buffer.byteLength(`${long("1")}.diff.png`) < 255);
  assert.notEqual(long("1"), long("2"));
});

test("a name with nothing to keep is refused", () => {
  assert.throws(() => safeName("../"), /"\.\.\/" is no name for a file/);
  // @ts-expect-error
  assert.throws(() => safeName(1), /a string, not number/);
});
