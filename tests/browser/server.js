// @ts-check
/** A Palmette server of its own for a test: the program of `PALMETTE_BINARY`, on a free port of this machine. */
import { startServer as start } from "palmette/server";

/**
 * Starts `palmette serve` and waits until it is ready. It ends with the test, if not before.
 *
 * @param {string[]} [args] More flags of `serve`.
 * @returns {Promise<{ url: string, stop: () => Promise<void> }>} Its address without a slash at the end, and how to end it.
 */
export function startServer(args = []) {
  return start({ url: "http://127.0.0.1:0", args });
}
