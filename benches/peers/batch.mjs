// sharp as a peer that makes many pictures: one after the other, with one thread and without its cache.
//
//     node batch.mjs INSTALLED FROM TO WIDTH FORMAT EXTENSION QUALITY
//
// Run from `cargo xtask bench batch`, which installs sharp into the folder INSTALLED.

import { readdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { parse, resolve } from "node:path";

const [installed, from, to, width, format, extension, quality] = process.argv.slice(2);
const sharp = createRequire(resolve(installed, "package.json"))("sharp");
sharp.cache(false);
sharp.concurrency(1);

for (const name of await readdir(from)) {
  const picture = sharp(resolve(from, name)).rotate().resize(Number(width), null, { fit: "inside" });
  await picture.toFormat(format, { quality: Number(quality) }).toFile(resolve(to, `${parse(name).name}.${extension}`));
}
