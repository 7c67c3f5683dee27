/**
 * Makes child processes end with this one, also where a signal ends it. A process that is killed outright leaves its children behind.
 */
import type { ChildProcess } from "node:child_process";

/** What ends a process from outside and can be seen by it. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

const children = new Set<ChildProcess>();

/** Kills `child` when this process exits, unless it ends before. */
export function killAtExit(child: ChildProcess): void {
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
