/**
 * The Worker between the Images binding and a Palmette server. It passes requests on as they are, to the server's URL, and puts words
 * where the binding alone would say `Network connection lost.`, when no server answers. Hosted pictures the binding asks for by calls and not by
 * requests, so here calls become requests. Runs in workerd, as one file, which `images-plugin.ts` reads as text, and which
 * `palmette workerd-config` writes into its configurations.
 */
import { RpcTarget, WorkerEntrypoint } from "cloudflare:workers";
import { makeHosted } from "../hosted.js";
import type { HostedImage, HostedImages } from "../types.js";

interface Env {
  /** The connection to the server. */
  SERVER: { fetch(request: Request): Promise<Response> };
  /** `server`: what it is called in messages, if its URL does not say where it is. */
  CONFIG: { url: string; server?: string; headers: Record<string, string> };
}

export default class Adapter extends WorkerEntrypoint<Env> {
  /** Sends a request of the binding on. */
  async fetch(request: Request): Promise<Response> {
    const { pathname, search } = new URL(request.url);
    try {
      return await this.#send(pathname + search, request);
    } catch (error) {
      // In the form of the server's own errors, which the binding turns into one with `code`.
      const { message } = error as Error;
      return new Response(`ERROR 9523: ${message}`, { status: 502, headers: { "cf-images-binding": "err=9523" } });
    }
  }

  /** `env.IMAGES.hosted.image()` */
  image(id: string): Handle {
    return new Handle(this.#hosted().image(id));
  }

  /** `env.IMAGES.hosted.upload()` */
  upload(...args: Parameters<HostedImages["upload"]>): ReturnType<HostedImages["upload"]> {
    return this.#hosted().upload(...args);
  }

  /** `env.IMAGES.hosted.list()` */
  list(...args: Parameters<HostedImages["list"]>): ReturnType<HostedImages["list"]> {
    return this.#hosted().list(...args);
  }

  /** `env.IMAGES.hosted.createDirectUpload()` */
  createDirectUpload(
    ...args: Parameters<HostedImages["createDirectUpload"]>
  ): ReturnType<HostedImages["createDirectUpload"]> {
    return this.#hosted().createDirectUpload(...args);
  }

  #hosted(): HostedImages {
    return makeHosted((method, path, body) => {
      const headers = typeof body === "string" ? { "content-type": "application/json" } : {};
      return this.#send(path, { method, headers, ...(body && { body }) });
    });
  }

  async #send(path: string, init: RequestInit | Request): Promise<Response> {
    const { url, server = url, headers } = this.env.CONFIG;
    const outgoing = new Request(url + path, init);
    for (const [name, value] of Object.entries(headers)) outgoing.headers.set(name, value);
    try {
      return await this.env.SERVER.fetch(outgoing);
    } catch (error) {
      throw new Error(`no answer from a palmette server at ${server} (${(error as Error).message}); is one running?`);
    }
  }
}

/** A picture on the other side of the call. */
class Handle extends RpcTarget implements HostedImage {
  readonly #image: HostedImage;

  constructor(image: HostedImage) {
    super();
    this.#image = image;
  }

  details(): ReturnType<HostedImage["details"]> {
    return this.#image.details();
  }

  bytes(): ReturnType<HostedImage["bytes"]> {
    return this.#image.bytes();
  }

  signedUrl(...args: Parameters<HostedImage["signedUrl"]>): ReturnType<HostedImage["signedUrl"]> {
    return this.#image.signedUrl(...args);
  }

  update(...args: Parameters<HostedImage["update"]>): ReturnType<HostedImage["update"]> {
    return this.#image.update(...args);
  }

  delete(): ReturnType<HostedImage["delete"]> {
    return this.#image.delete();
  }
}
