#!/usr/bin/env python3
"""A server under more load than it can answer, for minutes, and then told to end.

    python3 benches/soak.py PROGRAM [--minutes N] [--times N] [--mix] [FLAG…]

PROGRAM is `palmette`; what is unknown goes to its `serve`. Pictures of several sizes and formats are made of those in examples/, and every
case is asked for once while nothing else runs: later answers must have the same bytes. Then a few clients that wait for their answers show
how many requests a second the server can answer, and so many times that (2) are sent for N minutes (10), whether the server keeps up or
not, each over a connection of its own. In the middle of the load comes SIGTERM.

Requests are forms, each of a source that was never seen. With `--mix` they are a third of all. Another third are image URLs of a thousand
kinds, and the last third are image URLs of twenty, which a cache has.

Right is: every answer is the picture, to the byte, or a 503 with code 9522 and `retry-after`; 99 of 100 pictures come within the time
that a request may wait for its turn; memory stays within the budgets that the server was given, and does not grow after the first tenth;
and every request that was sent whole before SIGTERM is answered. Anything else is listed, and the exit status is 1. The clients are in
this process, on the same machine, so they take some of the processor, too: the rate is that of both together.
"""

import argparse
import pathlib
import queue
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import tomllib
from collections import Counter
from dataclasses import dataclass

import load

# What the server may hold: of pictures, of bodies, of answers, and with a mix of results.
BUDGETS = {"--max-pixel-bytes": 400_000_000, "--max-body-bytes": 150_000_000, "--max-answer-bytes": 100_000_000}
CACHE_BYTES = 50_000_000
CLIENTS_WAITING = 8
# The most requests under way at once; beyond, the load is not what was asked for, and that is said.
MOST_UNDER_WAY = 600
# Widths of the URLs, twenty for each.
MANY_WIDTHS, FEW_WIDTHS = range(200, 700, 10), [160]


@dataclass(frozen=True)
class Mix:
    """What is asked for: kinds of requests, as many of one as of another."""

    kinds: list[list[load.Case]]

    def __getitem__(self, number: int) -> load.Case:
        cases = self.kinds[number % len(self.kinds)]
        # Seven has no divisor in common with the count of any kind, so all of its cases have their turn, sizes and formats mixed.
        return cases[number // len(self.kinds) * 7 % len(cases)]


def rate(port: int, mix: Mix, seconds: float) -> float:
    """Counts how many pictures a second a few clients get that wait for theirs."""
    end, done = time.monotonic() + seconds, Counter()

    def client(first: int) -> None:
        number = first
        while time.monotonic() < end:
            done[load.ask(port, mix[number], number)[0].outcome] += 1
            number += CLIENTS_WAITING

    load.clients(CLIENTS_WAITING, client)
    return done["picture"] / seconds


def flood(port: int, mix: Mix, per_second: float, stop: threading.Event, results: queue.SimpleQueue) -> int:
    """Sends requests at a rate until told to stop; returns how many could not be sent in time."""
    under_way, late, next_at = threading.Semaphore(MOST_UNDER_WAY), 0, time.monotonic()
    # Behind those that `rate` sent.
    number = 1_000_000

    def send(number: int) -> None:
        try:
            results.put(load.ask(port, mix[number], number)[0])
        finally:
            under_way.release()

    threads = []
    while not stop.is_set():
        time.sleep(max(0, next_at - time.monotonic()))
        next_at, number = next_at + 1 / per_second, number + 1
        if under_way.acquire(blocking=False):
            threads = (
                [thread for thread in threads if thread.is_alive()] if len(threads) > 2 * MOST_UNDER_WAY else threads
            )
            threads.append(threading.Thread(target=send, args=(number,)))
            threads[-1].start()
        else:
            late += 1
    for thread in threads:
        thread.join()
    return late


def settings(program: str, flags: list[str]) -> dict:
    """Returns the settings that the server has with these flags."""
    return tomllib.loads(
        subprocess.run([program, "serve", *flags, "--print-config"], check=True, capture_output=True, text=True).stdout
    )


def report(sent: list[load.Sent], ended_at: float, memory: list[int], wait_s: float, allowed_bytes: int) -> list[str]:
    """Prints what came of it, and returns what is wrong."""
    before = [one for one in sent if one.sent_at < ended_at]
    outcomes = Counter(one.outcome for one in before)
    print(
        f"sent whole before SIGTERM: {dict(outcomes)}; after it: {dict(Counter(one.outcome for one in sent if one.sent_at >= ended_at))}"
    )
    pictures = [one for one in before if one.outcome == "picture"]
    times = sorted(one.seconds for one in pictures)
    slow_s = times[len(times) * 99 // 100]
    print(
        f"pictures: median {statistics.median(times):.3f} s, 99 of 100 within {slow_s:.2f} s; a request may wait {wait_s:.0f} s for its turn"
    )
    if cached := Counter(one.cache for one in pictures if one.cache):
        print(f"palmette-cache: {dict(cached)}")
    settled = memory[len(memory) // 10 :]
    halves = [statistics.median(half) for half in (settled[: len(settled) // 2], settled[len(settled) // 2 :])]
    most, [early, late] = max(memory) / 1e6, [half / 1e6 for half in halves]
    print(
        f"memory: at most {most:.0f} of {allowed_bytes / 1e6:.0f} MB; median of the halves after the first tenth {early:.0f} and {late:.0f} MB"
    )
    wrong = [outcome for outcome in outcomes if outcome not in ("picture", "9522")]
    wrong += ["pictures took longer than a request may wait"] * (slow_s > wait_s)
    wrong += ["memory grows"] * (late > 1.1 * early) + ["memory is above the budgets"] * (max(memory) > allowed_bytes)
    return wrong


def main() -> int:
    """Runs all of it."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("program")
    arguments.add_argument("--minutes", type=float, default=10)
    arguments.add_argument("--times", type=float, default=2)
    arguments.add_argument("--mix", action="store_true", help="image URLs, too")
    given, flags = arguments.parse_known_args()
    # Without a mix, every form is to be computed, though all of them are asked for again and again.
    budgets = BUDGETS | {"--cache-memory-bytes": CACHE_BYTES if given.mix else 0}
    flags += [f"{flag}={value}" for flag, value in budgets.items()]

    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        load.make_sources(given.program, folder)
        flags += [f"--url-origin={folder}"] * given.mix
        kinds = [load.forms(folder)]
        if given.mix:
            kinds += [load.image_urls(MANY_WIDTHS), load.image_urls(FEW_WIDTHS)]
        wait_s = settings(given.program, flags)["admission"]["max_queue_wait_ms"] / 1000
        with load.Server(given.program, *flags) as server:
            # What a server holds that does nothing is not of the budgets.
            cap = sum(budgets.values()) + server.memory_bytes()
            mix = Mix([load.with_digests(server.port, cases) for cases in kinds])
            can = rate(server.port, mix, 15)
            print(
                f"{sum(map(len, kinds))} cases; {can:.1f} pictures a second with {CLIENTS_WAITING} clients that wait",
                flush=True,
            )

            results, stop, late, memory = queue.SimpleQueue(), threading.Event(), [], []
            flooding = threading.Thread(
                target=lambda: late.append(flood(server.port, mix, given.times * can, stop, results))
            )
            flooding.start()
            end = time.monotonic() + 60 * given.minutes
            while time.monotonic() < end and server.process.poll() is None:
                memory.append(server.memory_bytes())
                time.sleep(1)
            ended_at = time.monotonic()
            server.process.send_signal(signal.SIGTERM)
            status = server.process.wait(timeout=load.PATIENCE_S)
            stop.set()
            flooding.join()

    print(f"{given.times * can:.1f} a second for {given.minutes} minutes; {late[0]} could not be sent in time")
    wrong = report([results.get() for _ in range(results.qsize())], ended_at, memory, wait_s, cap)
    wrong += [f"exit status {status}"] * (status != 0)
    print(*(f"wrong: {what}" for what in wrong), sep="\n" if wrong else "")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
