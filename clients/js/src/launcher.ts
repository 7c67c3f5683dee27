/**
 * The command of the npm package: hands everything over to the program `palmette`.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { findBinary } from "./server/binary.js";

/** Signals that ask a program to end or to look at something, passed on to it. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const;

/**
 * Runs the program with these arguments, on this process's streams, and ends as it ends: by its code, or by its signal.
 *
 * @throws if there is no program.
 */
export function launch(args: readonly string[]): void {
  const binary = findBinary();
  // From Node 22.15 on, and not on Windows, the program takes this process's place: nothing stands between it and its signals.
  if (process.execve !== undefined && process.platform !== "win32") process.execve(binary, [binary, ...args]);
  const child = spawn(binary, args, { stdio: "inherit" });
  child.once("error", (error) => {
    console.error(`palmette: ${binary} could not be started: ${error.message}`);
    process.exit(1);
  });
  const stopForwarding = forwardSignals(child);
  child.once("exit", (code, signal) => {
    stopForwarding();
    if (signal === null) process.exit(code ?? 1);
    process.kill(process.pid, signal);
  });
}

/** Passes signals on to `child`, in place of ending by them. Returns what undoes that. */
function forwardSignals(child: ChildProcess): () => void {
  const forward = (signal: NodeJS.Signals) => {
    // What is typed in a terminal (Ctrl-C) reaches the child as well; a second one would tell it not to wait for its requests. On
    // Windows there is nothing else than that, and `kill` would end the child at once.
    const typed = (signal === "SIGINT" || signal === "SIGQUIT") && process.stdin.isTTY;
    if (!typed && process.platform !== "win32") child.kill(signal);
  };
  for (const signal of SIGNALS) process.on(signal, forward);
  return () => {
    for (const signal of SIGNALS) process.off(signal, forward);
  };
}
