// Bytes and streams of bytes: what sources are sent as, and what answers are read into.

/**
 * @param {readonly Uint8Array[]} parts
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function concat(parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** @param {string} characters */
export function text(characters) {
  return new TextEncoder().encode(characters);
}

/**
 * A stream of bytes, whole or in pieces.
 *
 * @param {Uint8Array} bytes
 * @param {number} [pieceBytes] Length of every piece but the last.
 * @returns {ReadableStream<Uint8Array>}
 */
export function stream(bytes, pieceBytes = 64 * 1024) {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at < bytes.length) controller.enqueue(bytes.slice(at, at + pieceBytes));
      at += pieceBytes;
      if (at >= bytes.length) controller.close();
    },
  });
}

/**
 * A stream that fails after these bytes.
 *
 * @param {Uint8Array} bytes
 * @returns {ReadableStream<Uint8Array>}
 */
export function failing(bytes) {
  let sent = false;
  return new ReadableStream({
    pull(controller) {
      if (sent) controller.error(new Error("the source broke"));
      else controller.enqueue(bytes);
      sent = true;
    },
  });
}

/**
 * A stream of bytes that comes to its end late.
 *
 * @param {Uint8Array} bytes
 * @param {number} ms How long nothing comes after the bytes.
 * @returns {ReadableStream<Uint8Array>}
 */
export function stalling(bytes, ms) {
  return new ReadableStream({
    start: (controller) => controller.enqueue(bytes),
    pull: (controller) => new Promise((resolve) => setTimeout(resolve, ms)).then(() => controller.close()),
  });
}

/**
 * Reads a stream to its end.
 *
 * @param {ReadableStream<Uint8Array>} source
 */
export async function collect(source) {
  return new Uint8Array(await new Response(source).arrayBuffer());
}

/**
 * Base64 of bytes, with padding.
 *
 * @param {Uint8Array} bytes
 */
export function toBase64(bytes) {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

/**
 * The bytes of base64.
 *
 * @param {string} characters
 */
export function fromBase64(characters) {
  return Uint8Array.from(atob(characters), (character) => character.charCodeAt(0));
}
