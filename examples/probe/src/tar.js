// Archives as `tar` reads them (POSIX ustar), of small files with short names.

/** @typedef {{ name: string, content: string | Uint8Array }} File */

/** What headers, and the contents of files, are filled up to. */
const BLOCK = 512;

/**
 * Packs files. An archive may be followed by another: each is unpacked by itself.
 *
 * @param {readonly File[]} files
 */
export function tar(files) {
  const parts = files.flatMap(({ name, content }) => {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    return [header(name, bytes.length), bytes, new Uint8Array((BLOCK - (bytes.length % BLOCK)) % BLOCK)];
  });
  // Two empty blocks are the end.
  return new Blob([...parts, new Uint8Array(2 * BLOCK)]);
}

/**
 * @param {string} name At most 100 ASCII characters.
 * @param {number} length
 */
function header(name, length) {
  const header = new Uint8Array(BLOCK);
  const put = (/** @type {number} */ at, /** @type {string} */ text) => header.set(new TextEncoder().encode(text), at);
  const octal = (/** @type {number} */ number, /** @type {number} */ digits) =>
    number.toString(8).padStart(digits, "0");
  if (name.length > 100) throw new RangeError(`${name} is longer than the 100 characters that tar has for it`);
  put(0, name);
  put(100, `${octal(0o644, 7)}\0${octal(0, 7)}\0${octal(0, 7)}\0`);
  put(124, `${octal(length, 11)}\0${octal(Math.floor(Date.now() / 1000), 11)}\0`);
  // The sum is made with blanks in its place.
  put(148, "        0");
  put(257, "ustar\x0000");
  const sum = header.reduce((sum, byte) => sum + byte, 0);
  put(148, `${octal(sum, 6)}\0 `);
  return header;
}
