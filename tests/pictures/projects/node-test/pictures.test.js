import { readFileSync } from "node:fs";
import { test } from "node:test";
import { assertMatchesPicture } from "palmette/test";
import { pictureOf } from "./cases.js";

const cases = JSON.parse(readFileSync(new URL("cases.json", import.meta.url), "utf8"));

for (const { title, name, options, ...picture } of cases) {
  test(title, () => assertMatchesPicture(pictureOf(picture), name, options));
}
