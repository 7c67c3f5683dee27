/**
 * What a server for development is told beside its address: it may fetch fonts from this machine, where a Worker that runs here has
 * its assets. A server fetches from public addresses alone unless it is told otherwise. It hosts pictures, in the project. And answers to image
 * URLs are kept no longer than their source says, since pictures of a project change while one looks at them.
 */

/**
 * This machine, at any port: tools choose the port of a Worker late, and each has its own. Such a server listens on this machine only,
 * so every process that can ask it reaches the same ports without it.
 */
const THIS_MACHINE = "http://localhost:*,http://127.0.0.1:*,http://[::1]:*";

/** Where hosted pictures are, from the folder that the tool runs in; the server makes it when the first of them comes. */
const PROJECT_STORE = ".palmette/hosted";

/** Flags of `palmette serve`, each with the variable that has its setting otherwise. */
const FLAGS = [
  ["PALMETTE_HOSTED_FOLDER", "--hosted", PROJECT_STORE],
  ["PALMETTE_URL_MAX_AGE_S", "--url-max-age-s", "0"],
  ["PALMETTE_FETCH_ALLOW", "--fetch-allow", THIS_MACHINE],
] as const;

/** Returns them, except those whose setting the environment has already. */
export function developmentFlags(environment = process.env): string[] {
  return FLAGS.flatMap(([variable, ...flag]) => (environment[variable] === undefined ? flag : []));
}
