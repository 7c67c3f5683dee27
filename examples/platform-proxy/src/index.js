/** Mirrors a picture and puts a golden frame around it: `node src/index.js IN OUT.png`. */
import { createWriteStream } from "node:fs";
import { open } from "node:fs/promises";
import { Writable } from "node:stream";
import { getPlatformProxy } from "wrangler";

const [source, target] = process.argv.slice(2);
if (source === undefined || target === undefined) {
  console.error("usage: npm start -- IN OUT.png");
  process.exit(64);
}
const { env, dispose } = await getPlatformProxy({ environment: "local" });
const file = await open(source);
const result = await env.IMAGES.input(file.readableWebStream())
  .transform({ flip: "h", border: { color: "gold", width: 10 } })
  .output({ format: "image/png" });
await (await result.response()).body.pipeTo(Writable.toWeb(createWriteStream(target)));
await file.close();
await dispose();
