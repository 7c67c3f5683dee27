// sharp as a peer: answers lines of JSON on its standard input, one line each; what goes wrong comes back after "! ".
//
// {"do": "enlarge", "source", "width", "height", "save"}   a JPEG of quality 90
// {"do": "prepare", "folder", "photo", "large"}   makes the sources of all cases out of two photos, and describes them
// {"do": "run", "source", "width", "height", "cover", "format", "quality", "watermark", "save"}   a case; answers {"bytes"}
// {"do": "srcset", "source", "widths", "quality"}   JPEGs of all widths; answers {"widths"}
// {"do": "decode", "source", "save", "square"}    bare RGB for who scores; answers {"width", "height"}
//
// Run from `cargo xtask bench peers`, which installs sharp into the folder that the first argument names.

import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { createInterface } from "node:readline";

const require = createRequire(resolve(process.argv[2], "package.json"));
const sharp = require("sharp");
sharp.cache(false);
sharp.concurrency(1);

/** Returns a JPEG with an EXIF orientation before whatever else it holds. */
function turned(jpeg, orientation) {
  const tiff = Buffer.from("49492a0008000000010012010300010000000000000000000000", "hex");
  tiff.writeUInt16LE(orientation, 18);
  const body = Buffer.concat([Buffer.from("Exif\0\0", "latin1"), tiff]);
  const head = Buffer.from([0xff, 0xd8, 0xff, 0xe1, 0, body.length + 2]);
  return Buffer.concat([head, body, jpeg.subarray(2)]);
}

/** Returns bare RGBA by a function of place. */
function drawn(width, height, pixel) {
  const bytes = Buffer.alloc(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) bytes.set(pixel(x, y), (y * width + x) * 4);
  }
  return sharp(bytes, { raw: { width, height, channels: 4 } });
}

const commands = {
  async enlarge({ source, width, height, save }) {
    await sharp(source).resize(width, height, { fit: "fill" }).jpeg({ quality: 90 }).toFile(save);
    return {};
  },

  async prepare({ folder, photo, large }) {
    const sources = [];
    const save = async (name, bytes) => {
      await writeFile(`${folder}/${name}`, bytes);
      const { width, height } = await sharp(bytes).metadata();
      sources.push({ name, width, height, bytes: bytes.length });
    };
    const jpeg = await readFile(large);
    await save("photo.jpg", await readFile(photo));
    await save("large.jpg", jpeg);
    await save("turned.jpg", turned(jpeg, 6));
    await save("progressive.jpg", await sharp(jpeg).jpeg({ quality: 90, progressive: true }).toBuffer());
    const [width, height] = [1600, 1200];
    const alpha = Buffer.alloc(width * height);
    for (let y = 0; y < height; y++) alpha.fill(Math.round((255 * y) / height), y * width, (y + 1) * width);
    const opaque = sharp(photo).resize(width, height, { fit: "fill" });
    const soft = opaque.joinChannel(alpha, { raw: { width, height, channels: 1 } });
    await save("soft.png", await soft.png().toBuffer());
    const mark = drawn(100, 100, (x, y) => [255, (x * 5) & 255, (y * 5) & 255, Math.min(255, x + y)]);
    await save("watermark.png", await mark.png().toBuffer());
    return { sources };
  },

  async run({ source, width, height, cover, format, quality, watermark, save }) {
    let picture = sharp(source).rotate();
    if (width) picture = picture.resize(width, height ?? null, { fit: cover ? "cover" : "inside" });
    if (watermark) {
      const { width, height } = await sharp(source).metadata();
      picture = picture.composite([{ input: watermark, left: width - 110, top: height - 110 }]);
    }
    // AVIF is at its fastest setting; the default one takes several times as long.
    const options = { quality, ...(format === "avif" && { effort: 0 }) };
    const bytes = await picture.toFormat(format, format === "png" ? {} : options).toBuffer();
    if (save) await writeFile(save, bytes);
    return { bytes: bytes.length };
  },

  async srcset({ source, widths, quality }) {
    const picture = sharp(source).rotate();
    const made = widths.map((width) =>
      picture.clone().resize(width, null, { fit: "inside" }).jpeg({ quality }).toBuffer({ resolveWithObject: true }),
    );
    return { widths: (await Promise.all(made)).map(({ info }) => info.width) };
  },

  async decode({ source, save, square }) {
    let picture = sharp(await sharp(source).rotate().removeAlpha().png({ compressionLevel: 0 }).toBuffer());
    if (square) {
      const { width, height } = await picture.metadata();
      const side = Math.min(width, height);
      const [left, top] = [(width - side) >> 1, (height - side) >> 1];
      picture = picture.extract({ left, top, width: side, height: side });
    }
    const { data, info } = await picture.raw().toBuffer({ resolveWithObject: true });
    await writeFile(save, data);
    return { width: info.width, height: info.height };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  try {
    console.log(JSON.stringify(await commands[asked.do](asked)));
  } catch (error) {
    console.log(`! ${String(error.message).replaceAll("\n", " ")}`);
  }
}
