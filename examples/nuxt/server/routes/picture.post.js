/** Mirrors the picture it is sent and puts a golden frame around it. */
export default defineEventHandler(async (event) => {
  const result = await event.context.cloudflare.env.IMAGES.input(getRequestWebStream(event))
    .transform({ flip: "h", border: { color: "gold", width: 10 } })
    .output({ format: "image/png" });
  return result.response();
});
