// @ts-check
/**
 * Every refusal is an error of the class that the SDK has for it, with the code and the words of the server.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import {
  APIError,
  AuthenticationError,
  BadRequestError,
  ConflictError,
  NotFoundError,
  PermissionDeniedError,
  toFile,
  UnprocessableEntityError,
} from "cloudflare";
import { ACCOUNT, fails, folderOf, host, lake } from "./hosting.js";

/** @typedef {[what: string, call: () => Promise<unknown>, kind: import("./hosting.js").ErrorKind, status: number, code: number, says: RegExp]} Refusal */

test("every refusal is an error of its class", async (t) => {
  const { images } = await host(t);
  const file = await toFile(lake, "lake.jpg");
  await images.v1.create({ ...ACCOUNT, id: "taken", file });
  const upload = (/** @type {object} */ params) => images.v1.create({ ...ACCOUNT, ...params });
  const bytes = (/** @type {Uint8Array<ArrayBuffer> | string} */ bytes) => new File([bytes], "a.jpg");
  const large = new Uint8Array(10_000_001);
  large.set(lake);
  /** @type {Refusal[]} */
  const refusals = [
    ["no file", () => upload({ id: "a" }), BadRequestError, 400, 5400, /either a `file` or a `url`/],
    ["a UUID", () => upload({ id: crypto.randomUUID(), file }), BadRequestError, 400, 5400, /must not be a UUID/],
    [
      "an id that is private",
      () => upload({ id: "mine", file, requireSignedURLs: true }),
      BadRequestError,
      400,
      5400,
      /cannot require signed URLs/,
    ],
    [
      "much metadata",
      () => upload({ file, metadata: { a: "x".repeat(1024) } }),
      BadRequestError,
      400,
      5400,
      /1032 bytes as JSON, and may have 1024/,
    ],
    [
      "a private address",
      () => upload({ url: "http://10.0.0.1/a.jpg" }),
      PermissionDeniedError,
      403,
      9406,
      /10\.0\.0\.1/,
    ],
    ["none", () => images.v1.get("none", ACCOUNT), NotFoundError, 404, 5404, /no picture `none`/],
    ["a taken id", () => upload({ id: "taken", file }), ConflictError, 409, 5409, /a picture `taken` already/],
    ["a large file", () => upload({ file: bytes(large) }), APIError, 413, 9402, /larger than 10000000 bytes/],
    ["a text", () => upload({ file: bytes("hello") }), APIError, 415, 5455, /must be JPEG, PNG, WebP, GIF/],
    ["half a header", () => upload({ file: bytes(lake.subarray(0, 40)) }), UnprocessableEntityError, 422, 9516, /./],
    [
      "a page that is too long",
      () => images.v2.list({ ...ACCOUNT, per_page: 10_001 }),
      BadRequestError,
      400,
      5400,
      /1 to 10000 pictures, not 10001/,
    ],
    [
      "a token of another list",
      () => images.v2.list({ ...ACCOUNT, continuation_token: "x" }),
      BadRequestError,
      400,
      5400,
      /`x` is no token/,
    ],
    [
      "an operator that does not exist",
      () => images.v2.list(/** @type {any} */ ({ ...ACCOUNT, "meta.a[like]": 1 })),
      BadRequestError,
      400,
      5400,
      /like/,
    ],
    [
      "a width of 0",
      () =>
        images.v1.variants.create({
          ...ACCOUNT,
          id: "a",
          options: { fit: "cover", width: 0, height: 1, metadata: "none" },
        }),
      BadRequestError,
      400,
      5400,
      /width/,
    ],
  ];
  for (const [what, call, kind, status, code, says] of refusals) {
    await t.test(what, () => fails(call(), kind, { status, code, says }));
  }
  await images.v1.keys.update("second", ACCOUNT);
  const third = images.v1.keys.update("third", ACCOUNT);
  await fails(third, APIError, { status: 413, code: 5413, says: /2 keys already/ });
});

test("a token and an account are asked for", async (t) => {
  const folder = await folderOf(t);
  await writeFile(join(folder, "tokens"), "one-of-those-it-knows\n");
  const flags = ["--token-file", join(folder, "tokens"), "--hosted-account", ACCOUNT.account_id];
  const unknown = await host(t, { folder, flags, token: "another-that-is-wrong" });
  const refused = { status: 401, code: 10_000, says: /token/ };
  await fails(unknown.images.v1.stats.get(ACCOUNT), AuthenticationError, refused);
  const { images } = await host(t, { folder, flags, token: "one-of-those-it-knows" });
  await images.v1.stats.get(ACCOUNT);
  const other = images.v1.stats.get({ account_id: "other" });
  await fails(other, PermissionDeniedError, { status: 403, code: 5403, says: /account `other`/ });
});
