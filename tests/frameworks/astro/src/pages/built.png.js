/** A picture that is made when the page is built. */
import { env } from "cloudflare:workers";
import { gif } from "../../../gif.js";

export const prerender = true;

export async function GET() {
  const result = await env.IMAGES.input(new Blob([gif]).stream())
    .transform({ flip: "h", border: { color: "gold", width: 10 } })
    .output({ format: "image/png" });
  return result.response();
}
