/** Mirrors and frames the picture that it is sent. */
import { env } from "cloudflare:workers";

export const prerender = false;

export async function POST({ request }) {
  const framed = await env.IMAGES.input(request.body)
    .transform({ flip: "h", border: { color: "gold", width: 10 } })
    .output({ format: "image/png" });
  return framed.response();
}
