import { gif } from "../../gif.js";

/** What is done with every picture. */
const FRAMED = { flip: "h", border: { color: "gold", width: 10 } };

/** A Worker that mirrors a picture and puts a golden frame around it: the one it is sent, or its own. */
export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    if (request.body !== null) {
      const result = await env.IMAGES.input(request.body).transform(FRAMED).output({ format: "image/png" });
      return result.response();
    }
    if (url.pathname === "/two.gif") return new Response(gif, { headers: { "content-type": "image/gif" } });
    if (url.pathname !== "/fetched.png") return new Response("POST a picture\n", { status: 404 });
    return await fetch(new URL("/two.gif", url), { cf: { image: { ...FRAMED, format: "png" } } });
  },
};
