// @ts-check
/** The pages that depend on what is in the bucket, or on what went wrong, as HTML. The page with the form is a file in `../public`. */

/**
 * @typedef {object} Picture
 * @property {string} name
 * @property {number} bytes
 * @property {Date} uploaded
 */

/** The title of the page of pictures. */
const PICTURES = "Pictures";

/** Nothing but what this site serves, and no scripts at all. */
const POLICY = "default-src 'none'; img-src 'self'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'";

/**
 * @param {string} html
 * @param {number} [status]
 */
export function page(html, status = 200) {
  const headers = {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": POLICY,
    "cache-control": "no-store",
  };
  return new Response(html, { status, headers });
}

/**
 * @param {Picture[]} pictures In the order in which they are shown.
 * @returns {string}
 */
export function imagesPage(pictures) {
  const none = `<p>There is nothing here yet. <a href="/">Upload the first picture</a>.</p>`;
  const all = `<ul class="pictures">${pictures.map(card).join("")}</ul>`;
  return layout(PICTURES, `<h1>${PICTURES}</h1>${pictures.length === 0 ? none : all}`);
}

/**
 * @param {import("./refusals.js").Refusal} refusal
 * @returns {string}
 */
export function refusalPage({ title, reason, code }) {
  const why =
    code === undefined
      ? `<p class="lead">${asText(reason)}</p>`
      : `<p class="lead">The Images binding answered:</p><pre>ERROR ${code}: ${asText(reason)}</pre>`;
  return layout(title, `<h1>${asText(title)}</h1>${why}<p><a class="button" href="/">Choose another picture</a></p>`);
}

/** @param {Picture} picture */
function card({ name, bytes, uploaded }) {
  const time = uploaded.toISOString();
  const shown = `${time.slice(0, 10)} at ${time.slice(11, 19)} UTC`;
  return `
    <li id="${name}">
      <a href="/images/${name}"><img src="/images/${name}" alt="Picture of ${shown}, with a watermark" loading="lazy"></a>
      <p class="name">${name}</p>
      <p class="quiet"><time datetime="${time}">${shown}</time>, ${(bytes / 1000).toFixed(1)} kB</p>
    </li>`;
}

/**
 * @param {string} title
 * @param {string} main
 */
function layout(title, main) {
  const current = title === PICTURES ? ' aria-current="page"' : "";
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${asText(title)} · Watermark</title>
    <link rel="icon" href="/watermark.png">
    <link rel="stylesheet" href="/style.css">
  </head>
  <body>
    <header>
      <a class="brand" href="/">Watermark</a>
      <nav><a href="/">Upload</a> <a href="/images"${current}>Pictures</a></nav>
    </header>
    <main>${main}</main>
  </body>
</html>
`;
}

/** @param {string} text */
function asText(text) {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
