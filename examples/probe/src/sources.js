// The bytes that probes start from, which the list holds as base64.

import list from "./probes.json";

/** @type {Record<string, string | undefined>} */
const SOURCES = list.sources;

/**
 * The file of a source.
 *
 * @param {string} name
 * @returns {Uint8Array<ArrayBuffer> | undefined}
 */
export function source(name) {
  const base64 = SOURCES[name];
  return base64 === undefined ? undefined : bytes(base64);
}

/** The font of all texts. */
export function font() {
  return bytes(list.font);
}

/** @param {string} base64 */
function bytes(base64) {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
