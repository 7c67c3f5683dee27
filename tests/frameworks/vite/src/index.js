/** A Worker that mirrors the picture it is sent and puts a golden frame around it. */
export default {
  async fetch(request, env) {
    if (request.body === null) return new Response("POST a picture\n", { status: 400 });
    const result = await env.IMAGES.input(request.body)
      .transform({ flip: "h", border: { color: "gold", width: 10 } })
      .output({ format: "image/png" });
    return result.response();
  },
};
