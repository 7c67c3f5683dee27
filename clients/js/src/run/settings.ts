/**
 * What `palmette run` tells the Node processes of its command, by an environment variable.
 */

/** The variable; without it the preload does nothing. */
const VARIABLE = "PALMETTE_RUN";

/** See `crates/cli/src/commands/run/environment.rs`, which writes it as JSON. */
export interface Settings {
  /** Where the server is. */
  readonly url: string;
  /** Headers for every request to it. */
  readonly headers: Readonly<Record<string, string>>;
  /** The file that processes report to. */
  readonly report: string;
}

/** Reads them; absent in a process that `palmette run` did not start. */
export function readSettings(environment = process.env): Settings | undefined {
  const text = environment[VARIABLE];
  return text === undefined ? undefined : JSON.parse(text);
}
