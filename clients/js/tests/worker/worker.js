// @ts-check
/**
 * A Worker whose source fails: after as many chunks as the request's path says, it answers with the error that it got.
 */
import { createImages, ImagesError } from "./index.js";

export default {
  /**
   * @param {Request} request
   * @param {{ PALMETTE: import("palmette").FetcherLike }} env
   */
  async fetch(request, env) {
    let chunks = Number(new URL(request.url).pathname.slice(1));
    const source = new ReadableStream({
      async pull(controller) {
        if (chunks === 0) {
          controller.error(new Error("the disk is gone"));
          return;
        }
        chunks -= 1;
        controller.enqueue(new Uint8Array(5));
        // What was read is on its way before more is.
        await new Promise((resolve) => setTimeout(resolve, 20));
      },
    });
    try {
      const result = await createImages(env.PALMETTE).input(source).output({ format: "image/png" });
      return result.response();
    } catch (error) {
      return Response.json(error instanceof ImagesError ? [error.code, error.message] : String(error));
    }
  },
};
