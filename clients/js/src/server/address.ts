/**
 * Where a server may be started: at addresses of this machine that only this machine reaches.
 */

const HOSTS: Readonly<Record<string, string>> = { localhost: "127.0.0.1", "127.0.0.1": "127.0.0.1", "[::1]": "[::1]" };

/** Whether a server can be started so that it answers at `url`. */
export function canStartAt(url: URL): boolean {
  return Object.hasOwn(HOSTS, url.hostname) && url.protocol === "http:" && url.pathname === "/";
}

/**
 * The IP address and port, for `--listen`, of a server that is to answer at `url`.
 *
 * @throws if {@link canStartAt} says no.
 */
export function listenAddress(url: URL): string {
  if (!canStartAt(url)) {
    throw new Error(
      `palmette: no server at ${url.href}, and one can be started only at http://127.0.0.1, http://localhost and http://[::1], without a path`,
    );
  }
  return `${HOSTS[url.hostname]}:${url.port || 80}`;
}
