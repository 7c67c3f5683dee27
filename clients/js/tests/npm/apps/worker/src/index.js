/** A Worker that mirrors and frames a picture of its assets, keeps the result in a bucket, and answers with what is there. */
export default {
  async fetch(request, { ASSETS, BUCKET, IMAGES }) {
    const original = await ASSETS.fetch(new URL("/picture.png", request.url));
    const framed = await IMAGES.input(original.body)
      .transform({ flip: "h", border: { color: "gold", width: 10 } })
      .output({ format: "image/png" });
    await BUCKET.put("framed.png", await framed.response().arrayBuffer());
    const kept = await BUCKET.get("framed.png");
    return new Response(kept.body, { headers: { "content-type": "image/png" } });
  },
};
