/**
 * What a server for development is told beside its address: it may fetch fonts from this machine, where a Worker that runs here has
 * its assets. A server fetches from public addresses alone unless it is told otherwise.
 */

/**
 * This machine, at any port: tools choose the port of a Worker late, and each has its own. Such a server listens on this machine only,
 * so every process that can ask it reaches the same ports without it.
 */
const THIS_MACHINE = "http://localhost:*,http://127.0.0.1:*,http://[::1]:*";

/** Flags of `palmette serve`. None if the environment says already what may be fetched. */
export function developmentFlags({ PALMETTE_FETCH_ALLOW } = process.env): string[] {
  return PALMETTE_FETCH_ALLOW === undefined ? ["--fetch-allow", THIS_MACHINE] : [];
}
