// @ts-check
/** Files of either side are the same pictures to Palmette and to Pillow, to the bit: Pillow decodes by libjpeg-turbo. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import {
  greatestDifference,
  listNames,
  makeFolder,
  readOurs,
  readPicture,
  removeFolder,
  runPillow,
  writeOurs,
} from "./exchange.js";

const [ours, theirs] = [makeFolder(), makeFolder()];

after(() => [ours, theirs].forEach(removeFolder));

/**
 * Has both read the files of a folder, and fails where a sample differs.
 *
 * @param {string} folder
 * @returns {{ names: string[], profiles: Record<string, string> }} The names, and the hashes of profiles that Pillow found.
 */
function compare(folder) {
  readOurs(folder);
  const profiles = JSON.parse(runPillow("read", folder));
  const names = listNames(folder);
  for (const name of names) {
    const [palmette, pillow] = ["ours", "pillow"].map((reader) => readPicture(join(folder, `${name}.${reader}`)));
    assert.ok(palmette && pillow);
    assert.equal(greatestDifference(palmette, pillow), 0, name);
  }
  return { names, profiles };
}

test("Pillow reads what we write", () => {
  const profile = writeOurs(ours);
  const { names, profiles } = compare(ours);
  assert.equal(names.length, 5 * 3 * 3, "five samplings, three codings, three kinds");
  const hash = createHash("sha256").update(readFileSync(profile)).digest("hex");
  const expected = names.filter((name) => name.endsWith("-profile")).map((name) => [name, hash]);
  assert.equal(expected.length, 5 * 3);
  assert.deepEqual(profiles, Object.fromEntries(expected));
});

test("we read what Pillow writes", () => {
  runPillow("write", theirs);
  const { names } = compare(theirs);
  assert.equal(names.length, 5 * 6 + 2, "five codings of six kinds of picture, and two qualities");
});
