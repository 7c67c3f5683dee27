// The cases as a whole: what they must not leave out.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { cases } from "./cases/index.js";

/** Only a fault of the server leads to 9523, and nobody knows how to cause one; the others are those of image URLs and hosted pictures alone. */
const UNREACHABLE = [
  ...["9403", "9404", "9406", "9407", "9408", "9416", "9420", "9421", "9425"],
  ...["9427", "9429", "9431"],
  ...["9504", "9505", "9509", "9510", "9519", "9523"],
];

test("every code of the protocol that a client of the binding can see has a case", async () => {
  const source = await readFile(join(import.meta.dirname, "../../crates/protocol/src/code.rs"), "utf8");
  const codes = [...source.matchAll(/Self::\w+ => (9\d{3}),/g)].map(([, code]) => code);
  assert(codes.length >= 11, "the list of codes was not found");
  const reached = new Set(cases.flatMap(({ name }) => name.match(/\b9\d{3}\b/g) ?? []));
  assert.deepEqual(
    codes.filter((code) => !reached.has(code)),
    UNREACHABLE,
  );
});

test("every case has a name of its own", () => {
  assert.equal(new Set(cases.map(({ name }) => name)).size, cases.length);
});
