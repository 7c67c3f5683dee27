/**
 * Starts a Palmette server, if none runs: for development and tests, in Node. Entry `palmette/server`.
 *
 * Whoever finds a server uses it and never stops it. Of two that start one at once, one gets the port and the other uses the winner's,
 * which stops with the winner; who needs a server for itself asks for port 0.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { connect } from "node:net";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { parseUrl } from "./miniflare/options.js";
import { listenAddress } from "./server/address.js";
import { findBinary } from "./server/binary.js";
import { killAtExit } from "./server/kill-at-exit.js";

export { findBinary } from "./server/binary.js";

/** What {@link startServer} may be told. */
export interface ServerOptions {
  /** Where the server is or is to be; port 0 starts one at a free port. Default: `PALMETTE_URL`, then `http://127.0.0.1:9901`. */
  url?: string | undefined;
  /** The program `palmette`. Default: `PALMETTE_BINARY`, then that of the package for this platform, then the first on `PATH`. */
  binary?: string | undefined;
  /** Flags after `palmette serve --listen …`, such as `["--engine", "cpu"]`. Default: none. A server that runs already gets none. */
  args?: readonly string[] | undefined;
  /** Environment of the program. Default: this process's, with `PALMETTE_LOG_FILTER` at `warn` if it has none. */
  env?: NodeJS.ProcessEnv | undefined;
  /** Milliseconds until the server must be ready. Default: 30,000. */
  timeoutMs?: number | undefined;
}

/** A server that is ready. */
export interface Server {
  /** Where it is, without a `/` at the end. */
  readonly url: string;
  /** Whether this call started it. */
  readonly started: boolean;
  /** Stops it and waits until it is gone, if this call started it; else does nothing. */
  stop(): Promise<void>;
}

/** Time that a server gets to end by itself before it is killed. */
const STOP_GRACE_MS = 5_000;

/** Time between two looks at a server that is not ready yet. */
const POLL_MS = 50;

/**
 * Finds the server at `url`, or starts one there, and waits until it is ready. One that was started ends with this process.
 *
 * @throws if something else answers at `url`, if `url` is not this machine's and no server is there, if there is no program to start,
 * if the program ends, or if the time runs out.
 */
export async function startServer(options: ServerOptions = {}): Promise<Server> {
  const url = parseUrl(options.url);
  const deadline = Date.now() + (options.timeoutMs ?? 30_000);
  if (url.port !== "0" && (await isListening(url))) {
    await waitUntilReady(url, deadline);
    return { url: trimmed(url), started: false, async stop() {} };
  }

  const listen = listenAddress(url);
  const binary = findBinary(options.binary);
  const env = options.env ?? { PALMETTE_LOG_FILTER: "warn", ...process.env };
  const args = ["serve", "--listen", listen, ...(options.args ?? [])];
  const child = spawn(binary, args, { env, stdio: ["ignore", "pipe", "inherit"], windowsHide: true });
  killAtExit(child);
  const exit = exitOf(child);
  try {
    const announced = await before(
      deadline,
      Promise.race([announcedUrl(child), exit]),
      `${binary} to listen on ${listen}`,
    );
    if (announced === undefined) {
      // It ended: the port was taken in the meantime, or its own message on stderr says why.
      if (url.port === "0" || !(await isListening(url)))
        throw new Error(`palmette: ${binary} ${args.join(" ")} ended; see its message`);
      await waitUntilReady(url, deadline);
      return { url: trimmed(url), started: false, async stop() {} };
    }
    await waitUntilReady(announced, deadline);
    unrefAll(child);
    return { url: trimmed(announced), started: true, stop: () => stop(child, exit) };
  } catch (error) {
    await stop(child, exit);
    throw error;
  }
}

/** Whether anything accepts connections at the port of `url`. */
function isListening(url: URL): Promise<boolean> {
  const port = Number(url.port) || (url.protocol === "https:" ? 443 : 80);
  const socket = connect({ host: url.hostname.replace(/^\[|\]$/g, ""), port, timeout: 2_000 });
  return new Promise((resolve) => {
    const done = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => done(true));
    socket.once("timeout", () => done(false));
    socket.once("error", () => done(false));
  });
}

/** Waits until the server at `url`, where something listens, says that it is ready. */
async function waitUntilReady(url: URL, deadline: number): Promise<void> {
  for (;;) {
    const ready = await askReady(url);
    if (ready === "no palmette") throw new Error(`palmette: what answers at ${trimmed(url)} is not a palmette server`);
    if (ready === "yes") return;
    if (Date.now() > deadline) throw new Error(`palmette: the server at ${trimmed(url)} did not become ready in time`);
    await sleep(POLL_MS);
  }
}

async function askReady(url: URL): Promise<"yes" | "not yet" | "no palmette"> {
  try {
    const response = await fetch(`${trimmed(url)}/ready`, { signal: AbortSignal.timeout(5_000) });
    const { ready, profile } = (await response.json()) as { ready?: unknown; profile?: unknown };
    if (typeof ready !== "boolean" || typeof profile !== "string") return "no palmette";
    return ready ? "yes" : "not yet";
  } catch (error) {
    return error instanceof SyntaxError ? "no palmette" : "not yet";
  }
}

/** The address that the server prints once it listens. Goes on reading afterwards, so that the pipe never fills. */
function announcedUrl(child: ChildProcess): Promise<URL> {
  if (child.stdout === null) throw new Error("stdout is a pipe");
  const lines = createInterface({ input: child.stdout });
  return new Promise((resolve) => {
    lines.on("line", (line) => {
      const [, url] = /^listening on (https?:\/\/\S+)$/.exec(line) ?? [];
      if (url !== undefined) resolve(new URL(url));
    });
  });
}

/** Ends with `undefined` when the program has ended. Fails if it could not be started. */
function exitOf(child: ChildProcess): Promise<undefined> {
  const exit = new Promise<undefined>((resolve, reject) => {
    child.once("exit", () => resolve(undefined));
    child.once("error", (cause) =>
      reject(new Error(`palmette: ${child.spawnfile} could not be started: ${cause.message}`, { cause })),
    );
  });
  exit.catch(() => {});
  return exit;
}

/** Lets this process end while the server runs; `killAtExit` ends it then. */
function unrefAll(child: ChildProcess): void {
  child.unref();
  (child.stdout as { unref?(): void } | null)?.unref?.();
}

async function stop(child: ChildProcess, exit: Promise<undefined>): Promise<void> {
  child.ref();
  child.kill();
  const kill = setTimeout(() => child.kill("SIGKILL"), STOP_GRACE_MS);
  await exit.catch(() => {});
  clearTimeout(kill);
}

async function before<T>(deadline: number, promise: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`palmette: waited too long for ${what}`)),
      Math.max(deadline - Date.now(), 0),
    );
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

function trimmed(url: URL): string {
  return url.href.replace(/\/$/, "");
}
