/**
 * What Node processes tell `palmette run`: lines of JSON at the end of a file, which `run` reads while the command goes on. A file needs
 * no port, works from threads and from processes whose output goes elsewhere, and a short line is appended in one piece.
 */
import { appendFileSync } from "node:fs";

/** Where the requests of an Images binding go. */
export type Fate =
  /** To the server of `palmette run`. */
  | "palmette"
  /** To Palmette, because the project's own configuration says so. */
  | "configured"
  /** To Cloudflare, because the config says `remote: true`. */
  | "remote";

/** One line. */
export type Event =
  /** The preload runs in a process or thread. */
  | { event: "node"; version: string }
  /** Miniflare was loaded. */
  | { event: "miniflare"; version: string }
  /** A Worker with an Images binding was given to miniflare. */
  | { event: "binding"; worker: string; binding: string; fate: Fate }
  /** Something is not as expected. */
  | { event: "warning"; text: string };

/** Makes the function that appends to `file`. It never fails: the command goes on, even if `palmette run` is gone. */
export function reporter(file: string): (event: Event) => void {
  return (event) => {
    try {
      appendFileSync(file, `${JSON.stringify(event)}\n`);
    } catch {
      // Nobody reads it any more.
    }
  };
}
