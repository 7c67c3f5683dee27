/**
 * In a Node project: the declarations need nothing that Node's types lack, and Node's own streams are sources.
 */
import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { createImages, ImagesError, type ImageTransformationResult } from "palmette";

const images = createImages(new URL("http://127.0.0.1:9901"), { headers: [["authorization", "Bearer key"]], fetch });

export async function thumbnail(path: string): Promise<Readable> {
  const picture = images.input(createReadStream(path)).transform({ width: 320, upscale: "interpolate" });
  const result: ImageTransformationResult = await picture.output({ format: "image/webp", quality: "high" });
  return Readable.from(result.image());
}

export async function code(bytes: Buffer): Promise<number | undefined> {
  try {
    const info = await images.info(bytes);
    return "width" in info ? info.width : undefined;
  } catch (error) {
    return error instanceof ImagesError ? error.code : undefined;
  }
}

export async function ladder(path: string): Promise<[number, Readable][]> {
  const all = await images.input(createReadStream(path)).outputs([{ format: "image/avif" }, { format: "image/jpeg" }]);
  return all.map((result) => [result.width, Readable.from(result.image())]);
}
