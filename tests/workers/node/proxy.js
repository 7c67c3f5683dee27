// A proxy before a server that takes one option out of every request, so that the server seems to ignore it.

import { createServer } from "node:http";
import { buffer } from "node:stream/consumers";

/**
 * Starts the proxy at a free port. The header `drop-option` of a request says what it takes out: `transform.trim.left`,
 * `draw.opacity`, `anim`; with `=pad` behind it, only where that is the value. Without the header it changes nothing.
 *
 * @param {string} target URL of the server.
 */
export async function startProxy(target) {
  const proxy = createServer(async (request, response) => {
    try {
      const { "drop-option": option, "content-type": contentType = "" } = request.headers;
      const body = await buffer(request);
      const answer = await fetch(`${target}${request.url}`, {
        method: "POST",
        headers: { "content-type": contentType },
        body: typeof option === "string" ? without(option, body, contentType) : body,
      });
      response.writeHead(answer.status, Object.fromEntries(answer.headers));
      response.end(Buffer.from(await answer.arrayBuffer()));
    } catch (error) {
      response.writeHead(502);
      response.end(`the proxy failed: ${error}`);
    }
  });
  await new Promise((resolve) => proxy.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (proxy.address());
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      proxy.closeAllConnections();
      await new Promise((resolve) => proxy.close(resolve));
    },
  };
}

/**
 * A form without an option.
 *
 * @param {string} option
 * @param {Buffer} body
 * @param {string} contentType
 */
function without(option, body, contentType) {
  const [path, value] = option.split("=");
  const [, boundary] = /boundary="?([^";]+)/.exec(contentType) ?? [];
  if (boundary === undefined) throw new Error(`no boundary in ${contentType}`);
  // Latin-1 keeps every byte, whatever it means.
  const delimiter = `--${boundary}`;
  const parts = body.toString("latin1").split(delimiter);
  const kept = parts.flatMap((part) => {
    const start = part.indexOf("\r\n\r\n") + 4;
    const [head, content] = [part.slice(0, start), part.slice(start, -2)];
    const [, name] = /name="(\w+)"/.exec(head) ?? [];
    if (name === path && (value === undefined || content === value)) return [];
    return [name === "transforms" ? `${head}${dropFromList(content, path.split("."), value)}\r\n` : part];
  });
  return Buffer.from(kept.join(delimiter), "latin1");
}

/**
 * @param {string} list JSON, as Latin-1.
 * @param {readonly string[]} path `transform` or `draw`, then the keys.
 * @param {string | undefined} value
 */
function dropFromList(list, [kind, ...keys], value) {
  const ops = JSON.parse(Buffer.from(list, "latin1").toString());
  const last = keys.pop();
  for (const op of ops) {
    if (kind !== ("imageIndex" in op ? "transform" : "draw") || last === undefined) continue;
    const holder = keys.reduce((object, key) => object?.[key], op);
    if (holder?.[last] === undefined || (value !== undefined && String(holder[last]) !== value)) continue;
    delete holder[last];
  }
  return Buffer.from(JSON.stringify(ops)).toString("latin1");
}
