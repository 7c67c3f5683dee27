import { Hono } from "hono";

const app = new Hono();

/** Mirrors the picture it is sent and puts a golden frame around it. */
app.post("/picture", async (context) => {
  const result = await context.env.IMAGES.input(context.req.raw.body)
    .transform({ flip: "h", border: { color: "gold", width: 10 } })
    .output({ format: "image/png" });
  return result.response();
});

export default app;
