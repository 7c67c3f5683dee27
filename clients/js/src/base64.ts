/**
 * Base64 in pieces: what a chunk leaves over waits for the next, so a picture is never held whole.
 *
 * Written out rather than made of `atob` and `btoa`, which take strings of one character per byte and forgive a text that
 * was cut off.
 */

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const PADDING = 0x3d;

/** From a value of six bits to its character. */
const ENCODED = new TextEncoder().encode(ALPHABET);

const SPACE = 64;
const INVALID = 65;

/** From a character to its six bits, or to `SPACE` or `INVALID`. */
const DECODED = new Uint8Array(256).fill(INVALID);
for (const [value, character] of ENCODED.entries()) {
  DECODED[character] = value;
}
for (const space of [0x09, 0x0a, 0x0c, 0x0d, 0x20]) {
  DECODED[space] = SPACE;
}

/**
 * Decodes base64 (RFC 4648, section 4) chunk by chunk. Spaces and line breaks are skipped; the padding is required, so that
 * a text cut off in the middle is noticed.
 */
export class Base64Decoder {
  #bits = 0;
  #characters = 0;
  #padding = 0;

  /**
   * Decodes one chunk of ASCII.
   *
   * @returns The bytes that are complete, perhaps none
   * @throws {SyntaxError} if the chunk holds anything but base64
   */
  decode(chunk: Uint8Array): Uint8Array {
    const bytes = new Uint8Array(Math.ceil((chunk.length + 3) / 4) * 3);
    let length = 0;
    for (let from = 0; from < chunk.length; ) {
      const whole = this.#characters === 0 && this.#padding === 0 ? group(chunk, from) : undefined;
      if (whole === undefined) {
        this.#take(at(chunk, from));
        from += 1;
      } else {
        this.#bits = whole;
        this.#characters = 4;
        from += 4;
      }
      if (this.#characters === 4) {
        bytes[length] = this.#bits >> 16;
        bytes[length + 1] = this.#bits >> 8;
        bytes[length + 2] = this.#bits;
        length += 3 - this.#padding;
        this.#bits = 0;
        this.#characters = 0;
      }
    }
    return bytes.subarray(0, length);
  }

  /**
   * Ends the text.
   *
   * @throws {SyntaxError} if it ends in the middle of a group of four
   */
  finish(): void {
    if (this.#characters > 0) {
      throw new SyntaxError(`base64 ends after ${this.#characters} of 4 characters of its last group`);
    }
  }

  /** Adds one character to the group. */
  #take(character: number): void {
    const value = at(DECODED, character);
    if (value === SPACE) {
      return;
    }
    if (character === PADDING && (this.#characters === 3 || (this.#characters === 2 && this.#padding === 0))) {
      this.#padding += 1;
      this.#bits <<= 6;
    } else if (value === INVALID || this.#padding > 0) {
      const shown = JSON.stringify(String.fromCharCode(character));
      throw new SyntaxError(`${shown} is not allowed at this place in base64`);
    } else {
      this.#bits = (this.#bits << 6) | value;
    }
    this.#characters += 1;
  }
}

/** Decodes four characters at once, if there are so many and all of them stand for bits: the common case, and a fast one. */
function group(chunk: Uint8Array, from: number): number | undefined {
  if (from + 4 > chunk.length) {
    return undefined;
  }
  const first = at(DECODED, at(chunk, from));
  const second = at(DECODED, at(chunk, from + 1));
  const third = at(DECODED, at(chunk, from + 2));
  const fourth = at(DECODED, at(chunk, from + 3));
  // `SPACE` and `INVALID` are the values above six bits.
  return (first | second | third | fourth) < 64 ? (first << 18) | (second << 12) | (third << 6) | fourth : undefined;
}

/** Encodes bytes as base64 (RFC 4648, section 4, with padding and without line breaks) chunk by chunk. */
export class Base64Encoder {
  #rest = new Uint8Array(0);

  /**
   * Encodes one chunk.
   *
   * @returns The characters of all complete groups of three bytes, as ASCII
   */
  encode(chunk: Uint8Array): Uint8Array {
    const bytes = new Uint8Array(this.#rest.length + chunk.length);
    bytes.set(this.#rest);
    bytes.set(chunk, this.#rest.length);
    const whole = bytes.length - (bytes.length % 3);
    this.#rest = bytes.slice(whole);
    return encodeGroups(bytes.subarray(0, whole));
  }

  /**
   * Ends the bytes.
   *
   * @returns The characters of the last group with its padding, if there is one
   */
  finish(): Uint8Array {
    const missing = (3 - this.#rest.length) % 3;
    const group = new Uint8Array(this.#rest.length + missing);
    group.set(this.#rest);
    const characters = encodeGroups(group);
    characters.fill(PADDING, characters.length - missing);
    this.#rest = new Uint8Array(0);
    return characters;
  }
}

/** Encodes whole groups of three bytes. */
function encodeGroups(bytes: Uint8Array): Uint8Array {
  const characters = new Uint8Array((bytes.length / 3) * 4);
  for (let from = 0, to = 0; from < bytes.length; from += 3, to += 4) {
    const bits = (at(bytes, from) << 16) | (at(bytes, from + 1) << 8) | at(bytes, from + 2);
    characters[to] = at(ENCODED, bits >> 18);
    characters[to + 1] = at(ENCODED, (bits >> 12) & 63);
    characters[to + 2] = at(ENCODED, (bits >> 6) & 63);
    characters[to + 3] = at(ENCODED, bits & 63);
  }
  return characters;
}

/** Reads an index that is known to be inside. */
function at(bytes: Uint8Array, index: number): number {
  return bytes[index] as number;
}

/** Makes a transform stream that encodes what passes. */
export function base64EncoderStream(): TransformStream<Uint8Array, Uint8Array> {
  const encoder = new Base64Encoder();
  return new TransformStream({
    transform: (chunk, controller) => enqueue(controller, encoder.encode(chunk)),
    flush: (controller) => enqueue(controller, encoder.finish()),
  });
}

/** Passes on what is not empty: an empty chunk would end a chunked body. */
function enqueue(controller: TransformStreamDefaultController<Uint8Array>, bytes: Uint8Array): void {
  if (bytes.length > 0) {
    controller.enqueue(bytes);
  }
}
