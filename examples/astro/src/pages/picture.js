import { env } from "cloudflare:workers";

/** Mirrors the picture it is sent and puts a golden frame around it. */
export async function POST({ request }) {
  const result = await env.IMAGES.input(request.body)
    .transform({ flip: "h", border: { color: "gold", width: 10 } })
    .output({ format: "image/png" });
  return result.response();
}
