/**
 * What a server for development is told beside its address: it may fetch fonts from this machine, where a Worker that runs here has
 * its assets. A server fetches from public addresses alone unless it is told otherwise. And it hosts pictures, in the project.
 */

/**
 * This machine, at any port: tools choose the port of a Worker late, and each has its own. Such a server listens on this machine only,
 * so every process that can ask it reaches the same ports without it.
 */
const THIS_MACHINE = "http://localhost:*,http://127.0.0.1:*,http://[::1]:*";

/** Where hosted pictures are, from the folder that the tool runs in; the server makes it when the first of them comes. */
const PROJECT_STORE = ".palmette/hosted";

/** Flags of `palmette serve`, but those whose setting the environment has already. */
export function developmentFlags({ PALMETTE_FETCH_ALLOW, PALMETTE_HOSTED_FOLDER } = process.env): string[] {
  const flags: string[] = [];
  if (PALMETTE_HOSTED_FOLDER === undefined) flags.push("--hosted", PROJECT_STORE);
  if (PALMETTE_FETCH_ALLOW === undefined) flags.push("--fetch-allow", THIS_MACHINE);
  return flags;
}
