/**
 * The Worker between the Images binding and a Palmette server. It passes requests on as they are, to the server's URL, and puts words
 * where the binding alone would say `Network connection lost.`: when no server answers, and for pictures that are kept (`hosted`),
 * which the binding asks for by calls and not by requests. Runs in workerd; `images-plugin.ts` reads the compiled file as text.
 */
import { WorkerEntrypoint } from "cloudflare:workers";

interface Env {
  /** The connection to the server. */
  SERVER: { fetch(request: Request): Promise<Response> };
  CONFIG: { url: string; headers: Record<string, string> };
}

/** What every call of `hosted` answers. */
function keepsNoPictures(): never {
  throw new Error("palmette keeps no pictures: env.IMAGES.hosted needs Cloudflare, only input() and info() work here");
}

export default class Adapter extends WorkerEntrypoint<Env> {
  /** Sends a request of the binding on. */
  async fetch(request: Request): Promise<Response> {
    const { url, headers } = this.env.CONFIG;
    const { pathname, search } = new URL(request.url);
    const outgoing = new Request(url + pathname + search, request);
    for (const [name, value] of Object.entries(headers)) outgoing.headers.set(name, value);
    try {
      return await this.env.SERVER.fetch(outgoing);
    } catch (error) {
      // In the form of the server's own errors, which the binding turns into one with `code`.
      const message = `no answer from a palmette server at ${url} (${(error as Error).message}); is one running?`;
      return new Response(`ERROR 9523: ${message}`, { status: 502, headers: { "cf-images-binding": "err=9523" } });
    }
  }

  /** `env.IMAGES.hosted.image()` */
  image(): never {
    return keepsNoPictures();
  }

  /** `env.IMAGES.hosted.upload()` */
  upload(): never {
    return keepsNoPictures();
  }

  /** `env.IMAGES.hosted.list()` */
  list(): never {
    return keepsNoPictures();
  }

  /** `env.IMAGES.hosted.createDirectUpload()` */
  createDirectUpload(): never {
    return keepsNoPictures();
  }
}
