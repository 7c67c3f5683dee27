#!/usr/bin/env python3
"""A server under twice the load that it can answer, for minutes, and then told to end.

    python3 benches/soak.py PROGRAM [--minutes N] [--times N]

PROGRAM is `palmette`. Pictures of several sizes and formats are made of those in examples/, and every case is asked for once while
nothing else runs: later answers must have the same bytes. Then a few clients that wait for their answers show how many requests a
second the server can answer, and so many times that (2) are sent for N minutes (10), whether the server keeps up or not, each over a
connection of its own. In the middle of the load comes SIGTERM.

Right is: every answer is the picture, to the byte, or a 503 with code 9522 and `retry-after`; memory does not grow after the first
tenth; and every request that was sent whole before SIGTERM is answered. Anything else is listed, and the exit status is 1. The
clients are in this process, on the same machine, so they take some of the processor, too: the rate is that of both together.
"""

import argparse
import hashlib
import json
import pathlib
import queue
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass

PICTURES = pathlib.Path(__file__).parent.parent / "examples" / "pictures"
# Sources, and what `transform` makes them of lake.jpg with.
SOURCES = {
    "small.jpg": ["--width", "640"],
    "large.jpg": ["--width", "4000", "--fit", "scale-up"],
    "photo.webp": ["--width", "1600", "--fit", "scale-up", "--format", "webp"],
    "photo.avif": ["--width", "1200", "--fit", "scale-up", "--format", "avif"],
    "photo.png": ["--width", "1000", "--fit", "scale-up", "--format", "png"],
}
# Of each source: options, and the format of the result.
RESULTS = [
    ({"width": 320}, "image/jpeg"),
    ({"width": 800, "height": 450, "fit": "cover"}, "image/webp"),
    ({"width": 600, "blur": 8, "rotate": 90}, "image/png"),
    ({"width": 240}, "image/avif"),
]
BOUNDARY = "soak-4f1c0a"
CLIENTS_WAITING = 8
# The most requests under way at once; beyond, the load is not what was asked for, and that is said.
MOST_UNDER_WAY = 600
PATIENCE_S = 60


@dataclass(frozen=True)
class Case:
    """A request, and the digest of its picture."""

    name: str
    message: bytes
    digest: str = ""


@dataclass(frozen=True)
class Sent:
    """How a request ended, and when it had been sent whole."""

    outcome: str
    sent_at: float
    seconds: float


def form(source: bytes, mark: bytes, options: dict, output: str) -> bytes:
    """Writes a request with a picture, a mark that is drawn on it, and options."""
    steps = [{"imageIndex": 0, **options}, {"imageIndex": 1, "width": 64}]
    steps.append({"drawImageIndex": 1, "targetImageIndex": 0, "bottom": 8, "right": 8, "opacity": 0.75})
    parts = [("image", source), ("draw_image", mark), ("transforms", json.dumps(steps).encode()), ("output_format", output.encode())]
    body = b""
    for name, data in parts:
        file = '; filename="file"' if name.endswith("image") else ""
        body += f'--{BOUNDARY}\r\ncontent-disposition: form-data; name="{name}"{file}\r\n\r\n'.encode() + data + b"\r\n"
    body += f"--{BOUNDARY}--\r\n".encode()
    head = f"POST /transform HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: {len(body)}\r\n"
    return head.encode() + f"content-type: multipart/form-data; boundary={BOUNDARY}\r\n\r\n".encode() + body


def ask(port: int, case: Case) -> tuple[Sent, bytes]:
    """Sends a request over a connection of its own, and judges the answer."""
    begin, sent_at = time.monotonic(), float("inf")
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as connection:
            connection.sendall(case.message)
            sent_at = time.monotonic()
            answer = b"".join(iter(lambda: connection.recv(1 << 16), b""))
    except ConnectionRefusedError:
        return Sent("refused", sent_at, 0), b""
    except OSError as error:
        return Sent(f"broken: {type(error).__name__}", sent_at, time.monotonic() - begin), b""
    head, _, body = answer.partition(b"\r\n\r\n")
    text = head.decode("latin-1").lower()
    length = re.search(r"content-length: (\d+)", text)
    if length is None or len(body) != int(length[1]):
        outcome = "broken: no whole answer"
    elif text.startswith("http/1.1 200"):
        digest = hashlib.sha256(body).hexdigest()
        outcome = "picture" if digest == case.digest or not case.digest else f"another picture: {case.name}"
    elif text.startswith("http/1.1 503") and b"9522" in body and "retry-after:" in text:
        outcome = "9522"
    else:
        outcome = f"{text[9:12]} {body[:80].decode('latin-1')}"
    return Sent(outcome, sent_at, time.monotonic() - begin), body


def make_cases(program: str, folder: pathlib.Path) -> list[Case]:
    """Makes the sources, and a request of each with every result."""
    mark, cases = (PICTURES / "palmette.png").read_bytes(), []
    for name, options in SOURCES.items():
        subprocess.run([program, "transform", PICTURES / "lake.jpg", "-o", folder / name, *options], check=True)
        source = (folder / name).read_bytes()
        cases += [Case(f"{name} to {output}", form(source, mark, options, output)) for options, output in RESULTS]
    return cases


def memory_kb(pid: int) -> int:
    """Reads how much memory a process has."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1])


def rate(port: int, cases: list[Case], seconds: float) -> float:
    """Counts how many pictures a second a few clients get that wait for theirs."""
    end, done = time.monotonic() + seconds, Counter()

    def client(first: int) -> None:
        for number in range(first, sys.maxsize):
            if time.monotonic() >= end:
                return
            done[ask(port, cases[number * 7 % len(cases)])[0].outcome] += 1

    clients = [threading.Thread(target=client, args=(first,)) for first in range(CLIENTS_WAITING)]
    for thread in clients:
        thread.start()
    for thread in clients:
        thread.join()
    return done["picture"] / seconds


def load(port: int, cases: list[Case], per_second: float, stop: threading.Event, results: queue.SimpleQueue) -> int:
    """Sends requests at a rate until told to stop; returns how many could not be sent in time."""
    under_way, late, number, next_at = threading.Semaphore(MOST_UNDER_WAY), 0, 0, time.monotonic()

    def send(case: Case) -> None:
        try:
            results.put(ask(port, case)[0])
        finally:
            under_way.release()

    threads = []
    while not stop.is_set():
        time.sleep(max(0, next_at - time.monotonic()))
        next_at, number = next_at + 1 / per_second, number + 1
        if under_way.acquire(blocking=False):
            threads = [thread for thread in threads if thread.is_alive()] if len(threads) > 2 * MOST_UNDER_WAY else threads
            threads.append(threading.Thread(target=send, args=(cases[number * 7 % len(cases)],)))
            threads[-1].start()
        else:
            late += 1
    for thread in threads:
        thread.join()
    return late


def main() -> int:
    """Runs all of it, and prints what came of it."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("program")
    arguments.add_argument("--minutes", type=float, default=10)
    arguments.add_argument("--times", type=float, default=2)
    arguments = arguments.parse_args()

    with tempfile.TemporaryDirectory() as folder:
        cases = make_cases(arguments.program, pathlib.Path(folder))
    command = [arguments.program, "serve", "--listen", "0", "--engine", "cpu", "--log-format", "json"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    port = None
    for line in server.stderr:
        if found := re.search(r"127\.0\.0\.1:(\d+)", line):
            port = int(found[1])
            break
    threading.Thread(target=lambda: [None for _ in server.stderr], daemon=True).start()

    quiet = [(case, *ask(port, case)) for case in cases]
    if wrong := [f"{case.name}: {sent.outcome}" for case, sent, _ in quiet if sent.outcome != "picture"]:
        print("while nothing else runs:", *wrong, sep="\n")
        return 1
    cases = [Case(case.name, case.message, hashlib.sha256(body).hexdigest()) for case, _, body in quiet]
    can = rate(port, cases, 15)
    print(f"{len(cases)} cases; {can:.1f} pictures a second with {CLIENTS_WAITING} clients that wait", flush=True)

    results, stop, late, memory = queue.SimpleQueue(), threading.Event(), [], []
    loader = threading.Thread(target=lambda: late.append(load(port, cases, arguments.times * can, stop, results)))
    loader.start()
    end = time.monotonic() + 60 * arguments.minutes
    while time.monotonic() < end and server.poll() is None:
        memory.append(memory_kb(server.pid))
        time.sleep(1)
    ended_at = time.monotonic()
    server.send_signal(signal.SIGTERM)
    status = server.wait(timeout=PATIENCE_S)
    stop.set()
    loader.join()

    sent = [results.get() for _ in range(results.qsize())]
    before = [one for one in sent if one.sent_at < ended_at]
    outcomes = Counter(one.outcome for one in before)
    times = sorted(one.seconds for one in before if one.outcome == "picture")
    settled = memory[len(memory) // 10 :]
    halves = [statistics.median(half) / 1000 for half in (settled[: len(settled) // 2], settled[len(settled) // 2 :])]
    print(f"{arguments.times * can:.1f} a second for {arguments.minutes} minutes; {late[0]} could not be sent in time")
    print(f"sent whole before SIGTERM: {dict(outcomes)}")
    print(f"after it: {dict(Counter(one.outcome for one in sent if one.sent_at >= ended_at))}; exit status {status}")
    print(f"pictures: median {statistics.median(times):.2f} s, 99 of 100 within {times[len(times) * 99 // 100]:.2f} s")
    print(f"memory: at most {max(memory) / 1000:.0f} MB; median of the halves after the first tenth {halves[0]:.0f} and {halves[1]:.0f} MB")
    wrong = set(outcomes) - {"picture", "9522"}
    return int(bool(wrong) or status != 0 or halves[1] > 1.1 * halves[0])


if __name__ == "__main__":
    sys.exit(main())
