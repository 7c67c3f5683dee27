/** A picture that is made on the way of a fetch. */
export const prerender = false;

export async function GET({ url }) {
  const image = { flip: "h", border: { color: "gold", width: 10 }, format: "png" };
  return await fetch(new URL("/two.gif", url), { cf: { image } });
}
