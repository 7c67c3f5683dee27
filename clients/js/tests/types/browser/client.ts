/**
 * In a page: the declarations need nothing that a browser's types lack, and a chosen file is a source.
 */
import { createImages } from "palmette";

const images = createImages("/images/", { headers: new Headers({ authorization: "Bearer key" }) });

export async function preview(file: File): Promise<string> {
  const result = await images.input(file).transform({ width: 640, fit: "scale-down" }).output({ format: "image/webp" });
  return URL.createObjectURL(await result.response().blob());
}

export async function previews(file: File): Promise<string[]> {
  const widths = [320, 640].map((width) => ({ transforms: [{ width }], format: "image/webp" as const }));
  const results = await images.input(file).outputs(widths);
  return Promise.all(results.map(async (result) => URL.createObjectURL(await result.response().blob())));
}
