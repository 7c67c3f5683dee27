/** A GIF of two pixels: black, then white. */
export const gif = Uint8Array.from(atob("R0lGODlhAgABAIAAAAAAAP///ywAAAAAAgABAAACAkQKADs="), (char) =>
  char.charCodeAt(0),
);
