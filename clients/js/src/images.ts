/**
 * The client itself: what `env.IMAGES` is to a Worker, over HTTP or a service binding.
 */

import { Connection } from "./connection.js";
import { Code, clientError, reason } from "./error.js";
import { Form } from "./form.js";
import { makeHosted } from "./hosted.js";
import { Source } from "./source.js";
import { Transformer } from "./transformer.js";
import type { ClientOptions, FetcherLike, ImageInfo, ImageSource, Images, InputOptions } from "./types.js";

/**
 * Makes a client of a Palmette server, with the methods of the Images binding.
 *
 * @param target The server's URL, under which `/transform`, `/info` and `/accounts` lie; or a service binding whose Worker passes
 * requests on to it
 * @param options Settings; all are optional
 * @throws {TypeError} if the target is neither, or if an option is unknown or does not fit
 *
 * @example
 * const images = createImages("http://127.0.0.1:9901");
 * const result = await images.input(stream).transform({ width: 320 }).output({ format: "image/avif" });
 * return result.response();
 */
export function createImages(target: string | URL | FetcherLike, options: ClientOptions = {}): Images {
  const connection = new Connection(target, options);
  return {
    input: (image, options) => new Transformer(connection, { source: new Source("input", image, options) }),
    text: (content, options) => new Transformer(connection, { text: content, options }),
    info: (image, options) => info(connection, image, options),
    hosted: makeHosted((method, path, body) => connection.request(method, path, body)),
  };
}

async function info(connection: Connection, image: ImageSource, options?: InputOptions): Promise<ImageInfo> {
  const form = new Form([{ name: "image", value: new Source("info", image, options) }]);
  const answer = await connection.post("INFO", form);
  const found = await answer.json().catch((error: unknown) => {
    throw clientError("INFO", Code.Unexpected, `the answer is not JSON: ${reason(error)}`, { cause: error });
  });
  if (found?.file_size === undefined) {
    return found;
  }
  const { file_size: fileSize, width, height, format } = found;
  return { fileSize, width, height, format };
}
