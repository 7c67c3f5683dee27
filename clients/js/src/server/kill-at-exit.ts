/**
 * Makes child processes end with this one, also where a signal ends it. A process that is killed outright leaves its children behind.
 *
 * A thread (Nuxt runs apps in one) is told neither of signals nor of its own end, so another process watches there.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { isMainThread } from "node:worker_threads";

/** What ends a process from outside and can be seen by it. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

const children = new Set<ChildProcess>();

/** Kills `child` when this process or thread exits, unless it ends before. */
export function killAtExit(child: ChildProcess): void {
  if (!isMainThread) watch(child);
  if (children.size === 0) {
    process.on("exit", killAll);
    for (const signal of SIGNALS) process.on(signal, onSignal);
  }
  children.add(child);
  child.once("exit", () => forget(child));
  child.once("error", () => forget(child));
}

function forget(child: ChildProcess): void {
  if (!children.delete(child) || children.size > 0) return;
  process.off("exit", killAll);
  for (const signal of SIGNALS) process.off(signal, onSignal);
}

function killAll(): void {
  for (const child of children) child.kill();
}

/** A signal that nobody else handles ends this process, as it would without us; where somebody does, they decide. */
function onSignal(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return;
  process.off(signal, onSignal);
  killAll();
  process.kill(process.pid, signal);
}

/** What the watching process runs: its stdin ends with whoever holds the other end. */
const WATCH = "process.stdin.resume().once('close', () => process.kill(Number(process.argv[1])))";

/** Starts a process that kills `child` once this thread is gone. */
function watch(child: ChildProcess): void {
  if (child.pid === undefined) return;
  const watcher = spawn(process.execPath, ["--eval", WATCH, String(child.pid)], {
    env: { ...process.env, NODE_OPTIONS: undefined },
    stdio: ["pipe", "ignore", "ignore"],
    // Ctrl-C in a terminal should not end it before this thread.
    detached: true,
    windowsHide: true,
  });
  watcher.once("error", () => {});
  watcher.unref();
  (watcher.stdin as { unref?(): void }).unref?.();
  child.once("exit", () => watcher.kill());
}
