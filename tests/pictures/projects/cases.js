/** A picture of `cases.json`, in the form in which a test has it. */
export function pictureOf({ form, picture }) {
  if (form === "path") return picture;
  if (form === "url") return new URL(`file://${picture}`);
  const bytes = Uint8Array.from(atob(picture), (character) => character.charCodeAt(0));
  switch (form) {
    case "bytes":
      return bytes;
    case "buffer":
      return bytes.buffer;
    case "blob":
      return new Blob([bytes]);
    case "response":
      return new Response(bytes);
    case "stream":
      return new Response(bytes).body;
    case "promise":
      // As what `output()` of a binding resolves to.
      return Promise.resolve({ response: () => new Response(bytes) });
    case "failed":
      return new Response("not here", { status: 404 });
    default:
      throw new Error(form);
  }
}
