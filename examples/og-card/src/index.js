/**
 * A Worker that sets text on the photo it is sent: `POST /card?title=…` makes the picture that links to a page are shown with,
 * `POST /watermark?text=…` writes a line across a corner. The font is among its own assets.
 */

/** Size of cards, which is what the sites that show them ask for. */
const CARD = { width: 1200, height: 630 };

export default {
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url);
    if (request.method !== "POST" || request.body === null) return new Response("POST a photo\n", { status: 400 });
    const photo = env.IMAGES.input(request.body);
    // The server fetches the font, so it needs the whole address.
    const url = new URL("/inter.woff2", request.url).href;
    switch (pathname) {
      case "/card":
        return send(await card(photo, searchParams.get("title") ?? "Two lines of\na title", url, env));
      case "/watermark":
        return send(watermark(photo, searchParams.get("text") ?? "© Palmette", url, env));
      default:
        return new Response("POST to /card or /watermark\n", { status: 404 });
    }
  },
};

/** The photo under a shade, a logo at the upper right, and a title at the lower left, which breaks where it is too long. */
async function card(photo, title, url, env) {
  const shade = env.IMAGES.input(await asset(env, "shade.png")).transform({ ...CARD, fit: "squeeze" });
  const logo = env.IMAGES.input(await asset(env, "logo.png")).transform({ width: 120, height: 120 });
  const font = { url, weight: 700, lineHeight: 1.15, maxWidth: 1000 };
  return photo
    .transform({ ...CARD, fit: "cover" })
    .draw(shade)
    .draw(logo, { top: 60, right: 60 })
    .draw(env.IMAGES.text(title, { font, size: 84, color: "white" }), { bottom: 60, left: 72 });
}

/** The photo with a line in its corner that lets half of it through. */
function watermark(photo, text, url, env) {
  const line = env.IMAGES.text(text, { font: { url, weight: 600 }, size: 48, color: "white" });
  return photo.draw(line, { bottom: 24, right: 24, opacity: 0.5 });
}

async function asset(env, name) {
  const { ok, status, body } = await env.ASSETS.fetch(`https://assets.local/${name}`);
  if (!ok) throw new Error(`${name}: status ${status}`);
  return body;
}

async function send(picture) {
  return (await picture.output({ format: "image/png" })).response();
}
