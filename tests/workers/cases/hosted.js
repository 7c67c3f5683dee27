// `hosted`: pictures that the server keeps. Every call of it, what comes of it, and every code that a Worker can get from it.

import { collect, concat, stream, text } from "../kit/bytes.js";
import { define } from "../kit/case.js";
import { demand, equal, failure, sameBytes } from "../kit/check.js";
import { pattern, plain } from "../kit/picture.js";
import { png } from "../kit/png.js";

/** A picture, as a file. */
const FILE = png(pattern(20, 10));

/** All cases run at once and more than once, so each has names of its own. */
const own = (/** @type {string} */ name) => `${name}-${crypto.randomUUID()}`;

/** @param {Uint8Array<ArrayBuffer>} bytes */
const base64 = (bytes) => text(btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")));

/**
 * @param {string} name
 * @param {(hosted: HostedImagesBinding) => Promise<void>} run
 * @param {string} [needs]
 */
const keeps = (name, run, needs = "an adapter") =>
  define(`hosted: ${name}`, { needs }, async (images) => run(images.hosted));

/**
 * A call that the server refuses.
 *
 * @param {number} code
 * @param {RegExp} says
 * @param {string} name
 * @param {(hosted: HostedImagesBinding) => Promise<unknown>} call
 * @param {string} [needs]
 */
const refuses = (code, says, name, call, needs = "an adapter") =>
  keeps(
    `${name} is error ${code}`,
    async (hosted) => {
      const error = await failure(call(hosted));
      const head = `IMAGES_HOSTED_ERROR ${code}: `;
      demand(error.message.includes(head), `the message must have "${head}", got "${error.message}"`);
      demand(says.test(error.message), `the message must match ${says}, got "${error.message}"`);
      equal(error.name, "ImagesError", "the name");
      equal(/** @type {{ code?: unknown }} */ (error).code, code, "the code");
    },
    needs,
  );

/**
 * @param {string} name
 * @param {string} needs
 * @param {(hosted: HostedImagesBinding) => Promise<unknown>} call
 */
const isNotThere = (name, needs, call) =>
  define(`hosted.${name} says that no pictures are kept`, { needs }, async (_, { tight }) => {
    const { message } = await failure(Promise.resolve().then(() => call(tight.hosted)));
    demand(/keeps no pictures/.test(message), `the message must say so, got "${message}"`);
  });

export const hosted = [
  keeps("upload keeps a stream under its name, and a handle finds it", async (hosted) => {
    const id = own("a/b 100%");
    const about = { filename: "pattern.png", metadata: { place: "Van", depths: [451, 161] }, creator: own("ann") };
    const kept = await hosted.upload(stream(FILE, 100), { id, ...about });
    const { variants, uploaded = "", ...others } = kept;
    equal(
      others,
      { id, filename: about.filename, requireSignedURLs: false, meta: about.metadata, creator: about.creator },
      "what is told",
    );
    demand(Math.abs(Date.parse(uploaded) - Date.now()) < 600_000, `it was uploaded just now, not at ${uploaded}`);
    const path = id.split("/").map(encodeURIComponent).join("/");
    demand(variants.length === 1 && variants[0]?.endsWith(`/${path}/public`), `it is shown at ${variants}`);
    const handle = hosted.image(id);
    equal(await handle.details(), kept, "its details");
    sameBytes(await collect(/** @type {ReadableStream} */ (await handle.bytes())), FILE, "its bytes");
    equal([await handle.delete(), await handle.delete()], [true, false], "it goes once");
    equal([await handle.details(), await handle.bytes()], [null, null], "then it is gone");
  }),
  keeps("upload takes a buffer, and base64, and makes a name", async (hosted) => {
    const buffer = await hosted.upload(FILE.buffer);
    demand(/^[0-9a-f-]{36}$/.test(buffer.id), `it is called ${buffer.id}`);
    const decoded = await hosted.upload(stream(base64(FILE), 7), { encoding: "base64" });
    for (const { id } of [buffer, decoded]) {
      sameBytes(await collect(/** @type {ReadableStream} */ (await hosted.image(id).bytes())), FILE, "its bytes");
    }
  }),
  keeps("update changes what is given, and access gives a new id", async (hosted) => {
    const { id } = await hosted.upload(stream(FILE), { metadata: { a: 1, b: 2 }, creator: "ann" });
    const changed = await hosted.image(id).update({ metadata: { c: true } });
    equal([changed.id, changed.meta, changed.creator], [id, { c: true }, "ann"], "metadata is replaced");
    equal((await hosted.image(id).update({ creator: "bob" })).creator, "bob", "the creator");
    const closed = await hosted.image(id).update({ requireSignedURLs: true });
    equal([closed.requireSignedURLs, closed.id === id], [true, false], "it has another id");
    equal(await hosted.image(id).details(), null, "the old id");
    equal((await hosted.image(closed.id).details())?.meta, { c: true }, "the new id");
  }),
  keeps("list has an order, pages, creators and filters", async (hosted) => {
    const creator = own("lister");
    const names = [own("1"), own("2"), own("3")];
    for (const [at, id] of names.entries()) {
      await hosted.upload(stream(FILE), {
        id,
        creator,
        metadata: { n: at + 1, in: { name: `${at + 1}` }, odd: at !== 1 },
      });
    }
    const ids = async (/** @type {ImageListOptions} */ options) => {
      const { images } = await hosted.list({ creator, ...options });
      return images.map(({ id }) => names.indexOf(id) + 1).join("");
    };
    equal([await ids({}), await ids({ sortOrder: "desc" })], ["123", "321"], "the order");
    const first = await hosted.list({ creator, limit: 2 });
    equal([first.images.length, first.listComplete], [2, false], "a page");
    const second = await hosted.list({ creator, limit: 2, cursor: first.cursor });
    equal([second.images.map(({ id }) => id), second.listComplete], [[names[2]], true], "the next page");
    for (const [metadata, expected] of /** @type {const} */ ([
      [{ n: 2 }, "2"],
      [{ n: { gte: 2, lt: 3 } }, "2"],
      [{ "in.name": { in: ["1", "3"] } }, "13"],
      [{ odd: true, n: { gt: 1 } }, "3"],
    ])) {
      equal(await ids({ filter: /** @type {any} */ ({ metadata }) }), expected, JSON.stringify(metadata));
    }
  }),
  keeps(
    "createDirectUpload makes a draft, which no list has",
    async (hosted) => {
      const creator = own("drafter");
      const { id, uploadURL } = await hosted.createDirectUpload({ creator, metadata: { a: 1 }, expiresIn: 300 });
      demand(uploadURL.endsWith(`/${id}`), `the upload goes to ${uploadURL}`);
      const details = await hosted.image(id).details();
      equal([details?.draft, details?.meta, details?.creator], [true, { a: 1 }, creator], "the draft");
      equal(await hosted.image(id).bytes(), null, "its bytes");
      equal((await hosted.list({ creator })).images, [], "the list");
    },
    "direct uploads",
  ),
  keeps("signedUrl signs a URL, with an end or for ever", async (hosted) => {
    const { id, variants } = await hosted.upload(stream(FILE), { requireSignedURLs: true });
    const forEver = new URL(await hosted.image(id).signedUrl({ variant: "public" }));
    demand(/^[0-9a-f]{64}$/.test(forEver.searchParams.get("sig") ?? ""), `${forEver} is signed`);
    equal(forEver.origin + forEver.pathname, variants[0], "the URL");
    const ending = new URL(await hosted.image(id).signedUrl({ variant: "public", expiresIn: 60, keyName: "default" }));
    const exp = Number(ending.searchParams.get("exp"));
    demand(Math.abs(exp - Date.now() / 1000 - 60) < 60, `${ending} ends in a minute`);
  }),

  refuses(5455, /must be JPEG, PNG, WebP, GIF/, "an upload of what is no picture", (hosted) =>
    hosted.upload(stream(text("hello"))),
  ),
  refuses(9516, /header chunk is missing/, "an upload of a broken picture", (hosted) =>
    hosted.upload(stream(FILE.slice(0, 20))),
  ),
  refuses(9402, /larger than 10000000 bytes/, "an upload of 10 MB and a byte", (hosted) =>
    hosted.upload(stream(concat([FILE, new Uint8Array(10_000_001 - FILE.length)]))),
  ),
  refuses(5409, /already/, "an upload under a name that is taken", async (hosted) => {
    const id = own("taken");
    await hosted.upload(stream(FILE), { id });
    await hosted.upload(stream(png(plain(1, 1, [0, 0, 0]))), { id });
  }),
  refuses(5400, /must not be a UUID/, "an upload under a UUID", (hosted) =>
    hosted.upload(stream(FILE), { id: crypto.randomUUID() }),
  ),
  refuses(5400, /cannot require signed URLs/, "an upload that is named and private", (hosted) =>
    hosted.upload(stream(FILE), { id: own("private"), requireSignedURLs: true }),
  ),
  refuses(5400, /1024/, "an upload with much metadata", (hosted) =>
    hosted.upload(stream(FILE), { metadata: { a: "x".repeat(1024) } }),
  ),
  refuses(5404, /no picture `none`/, "an update of a picture that is not there", (hosted) =>
    hosted.image("none").update({ creator: "ann" }),
  ),
  refuses(5404, /no picture `none`/, "a URL of a picture that is not there", (hosted) =>
    hosted.image("none").signedUrl({ variant: "public" }),
  ),
  refuses(5404, /no key `third`/, "a URL that is signed with a key that is not there", async (hosted) => {
    const { id } = await hosted.upload(stream(FILE));
    await hosted.image(id).signedUrl({ variant: "public", keyName: "third" });
  }),
  refuses(5400, /`none` is not the name of a variant/, "a URL of a variant that is not there", async (hosted) => {
    const { id } = await hosted.upload(stream(FILE));
    await hosted.image(id).signedUrl({ variant: "none" });
  }),
  refuses(5400, /letters, digits/, "a filter by a field that cannot be", (hosted) =>
    hosted.list({ filter: { metadata: { "a-b": 1 } } }),
  ),
  refuses(5400, /no token/, "a list from a cursor of another list", (hosted) => hosted.list({ cursor: "none" })),
  refuses(
    5400,
    /120 to 21600 s/,
    "an upload link for a minute",
    (hosted) => hosted.createDirectUpload({ expiresIn: 60 }),
    "direct uploads",
  ),

  isNotThere("upload", "an adapter", (hosted) => hosted.upload(stream(FILE))),
  isNotThere("list", "an adapter", (hosted) => hosted.list()),
  isNotThere("image().details", "an adapter", (hosted) => hosted.image("any").details()),
  isNotThere("image().bytes", "an adapter", (hosted) => hosted.image("any").bytes()),
  isNotThere("createDirectUpload", "direct uploads", (hosted) => hosted.createDirectUpload()),
];
