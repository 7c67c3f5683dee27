// @ts-check
/**
 * The requests that the client inside workerd sent, as the Rust tests have them: `crates/protocol/tests/fixtures`.
 */
import { readdirSync, readFileSync } from "node:fs";

const FOLDER = new URL("../../../../crates/protocol/tests/fixtures/", import.meta.url);

/** The names of all recorded requests. */
export const names = readdirSync(FOLDER)
  .filter((file) => file.endsWith(".bin"))
  .map((file) => file.slice(0, -".bin".length));

/**
 * Reads a recorded request: its first line, its content type, and its body with the chunks put together.
 *
 * @param {string} name
 */
export function capture(name) {
  const head = readFileSync(new URL(`${name}.headers`, FOLDER), "latin1").split("\r\n");
  const contentType = head.find((line) => line.startsWith("Content-Type: "))?.slice("Content-Type: ".length) ?? "";
  return { line: head[0], contentType, body: readFileSync(new URL(`${name}.bin`, FOLDER)) };
}

/**
 * Cuts the content of the first part of a whole recorded body out.
 *
 * @param {string} name
 */
export function firstPart(name) {
  const { body, contentType } = capture(name);
  const boundary = contentType.split("boundary=")[1];
  const start = body.indexOf("\r\n\r\n") + 4;
  return body.subarray(start, body.indexOf(`\r\n--${boundary}`, start));
}

/**
 * Puts zeros where the digits of the boundary are, which every request draws anew.
 *
 * @param {Uint8Array} bytes
 */
export function withoutDigits(bytes) {
  return Buffer.from(bytes)
    .toString("latin1")
    .replaceAll(/(?<=-{26})\d{24}/g, "0".repeat(24));
}
