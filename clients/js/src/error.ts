/**
 * The one error class of the client, and its messages: those of the binding, so that code which reads `code` or the
 * start of `message` works with either.
 */

/** What a call was doing when it failed; it opens the message, as `IMAGES_TRANSFORM_ERROR 9412: …`. */
export type Verb = "TRANSFORM" | "INFO" | "HOSTED";

/** The codes that the client gives by itself; all others come from the server. */
export const Code = {
  /** Something was asked for that a Palmette server does not have. */
  Invalid: 9401,
  /** The form could not be sent whole, because one of its sources failed. */
  BrokenForm: 9432,
  /** The answer is none that a Palmette server gives. */
  Unexpected: 9523,
  /** A transformer was used a second time. */
  Consumed: 9525,
} as const;

/**
 * Occurs when a picture could not be made or looked at: refused by the server, or not sent because a source failed or a
 * transformer was used twice.
 *
 * What is no answer at all, such as a refused connection, stays the error that `fetch` threw; a wrong kind of argument is
 * a `TypeError`.
 */
export class ImagesError extends Error {
  /** The error's number, for example 9412 for a source that is not a picture; the README lists them all. */
  readonly code: number;

  /**
   * @param code The error's number
   * @param message The whole message
   * @param options `cause`: what failed underneath, such as the error of a source stream
   */
  constructor(code: number, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "ImagesError";
    this.code = code;
  }
}

/** Makes the error of something that the client found out itself, with the message in the form of the server's. */
export function clientError(verb: Verb, code: number, text: string, options?: { cause?: unknown }): ImagesError {
  return new ImagesError(code, `IMAGES_${verb}_ERROR ${code}: ${text}`, options);
}

/** Says what a caught value says. */
export function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
