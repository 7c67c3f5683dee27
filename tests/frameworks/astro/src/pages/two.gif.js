/** The picture itself. */
import { gif } from "../../../gif.js";

export const prerender = false;

export async function GET() {
  return new Response(gif, { headers: { "content-type": "image/gif" } });
}
