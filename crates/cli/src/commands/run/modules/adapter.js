// Made of clients/js/src/miniflare/adapter.ts by `npm run generate -w palmette`; do not edit.

// src/miniflare/adapter.ts
import { WorkerEntrypoint } from "cloudflare:workers";
function keepsNoPictures() {
  throw new Error("palmette keeps no pictures: env.IMAGES.hosted needs Cloudflare, only input() and info() work here");
}
var Adapter = class extends WorkerEntrypoint {
  /** Sends a request of the binding on. */
  async fetch(request) {
    const { url, headers } = this.env.CONFIG;
    const { pathname, search } = new URL(request.url);
    const outgoing = new Request(url + pathname + search, request);
    for (const [name, value] of Object.entries(headers)) outgoing.headers.set(name, value);
    try {
      return await this.env.SERVER.fetch(outgoing);
    } catch (error) {
      const message = `no answer from a palmette server at ${url} (${error.message}); is one running?`;
      return new Response(`ERROR 9523: ${message}`, { status: 502, headers: { "cf-images-binding": "err=9523" } });
    }
  }
  /** `env.IMAGES.hosted.image()` */
  image() {
    return keepsNoPictures();
  }
  /** `env.IMAGES.hosted.upload()` */
  upload() {
    return keepsNoPictures();
  }
  /** `env.IMAGES.hosted.list()` */
  list() {
    return keepsNoPictures();
  }
  /** `env.IMAGES.hosted.createDirectUpload()` */
  createDirectUpload() {
    return keepsNoPictures();
  }
};
export {
  Adapter as default
};
