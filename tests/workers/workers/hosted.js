// The cases of hosted pictures alone, with the runtime's own Images binding, and the URLs that they leave to others to use.

import { hosted } from "../cases/hosted.js";
import { stream } from "../kit/bytes.js";
import { pattern } from "../kit/picture.js";
import { png } from "../kit/png.js";
import { run } from "../kit/run.js";

export default {
  /**
   * @param {Request} request
   * @param {{ IMAGES: ImagesBinding }} env
   */
  async fetch(request, { IMAGES }) {
    if (new URL(request.url).pathname === "/urls") {
      const file = stream(png(pattern(20, 10)));
      const { id, variants } = await IMAGES.hosted.upload(file, { requireSignedURLs: true });
      const signed = await IMAGES.hosted.image(id).signedUrl({ variant: "public", expiresIn: 600 });
      const link = await IMAGES.hosted.createDirectUpload();
      return Response.json({ unsigned: variants[0], signed, link });
    }
    const cases = hosted.filter(({ name }) => !name.endsWith("no pictures are kept"));
    return Response.json(await run(cases, { images: IMAGES, tight: IMAGES, lacks: [] }));
  },
};
