"""Requests for benches that put load on a server: what they ask for, how each is sent, and how its answer is judged.

A case is a request and the digest of its picture, which was asked for once while nothing else ran. Each request has a connection of its
own, so no answer hides behind another one.
"""

import hashlib
import itertools
import json
import pathlib
import re
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Self

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
    ({"width": 320}, "jpeg"),
    ({"width": 800, "height": 450, "fit": "cover"}, "webp"),
    ({"width": 600, "blur": 8, "rotate": 90}, "png"),
    ({"width": 240}, "avif"),
]
BOUNDARY = "load-4f1c0a"
# Bytes behind the end of the mark, which no decoder reads: a number that is new makes a source that was never seen.
NUMBER = b"number 000000000000"
PATIENCE_S = 60


@dataclass(frozen=True)
class Case:
    """A request, and the digest of its picture if that is known."""

    name: str
    message: bytes
    digest: str = ""

    def numbered(self, number: int) -> bytes:
        """Returns the request with a mark of its own, if it has one: the same picture of another source."""
        return self.message.replace(NUMBER, b"number %012d" % number, 1)


@dataclass(frozen=True)
class Sent:
    """How a request ended, when it had been sent whole, and how long it took; and what the cache of the server had to do with it."""

    outcome: str
    sent_at: float
    seconds: float
    cache: str = ""


def form(source: bytes, mark: bytes, options: dict, output: str) -> bytes:
    """Writes a request with a picture, a mark that is drawn on it, and options."""
    steps = [{"imageIndex": 0, **options}, {"imageIndex": 1, "width": 64}]
    steps.append({"drawImageIndex": 1, "targetImageIndex": 0, "bottom": 8, "right": 8, "opacity": 0.75})
    parts = [("image", source), ("draw_image", mark + NUMBER), ("transforms", json.dumps(steps).encode())]
    parts.append(("output_format", f"image/{output}".encode()))
    body = b""
    for name, data in parts:
        file = '; filename="file"' if name.endswith("image") else ""
        body += f'--{BOUNDARY}\r\ncontent-disposition: form-data; name="{name}"{file}\r\n\r\n'.encode() + data + b"\r\n"
    body += f"--{BOUNDARY}--\r\n".encode()
    head = f"POST /transform HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: {len(body)}\r\n"
    return head.encode() + f"content-type: multipart/form-data; boundary={BOUNDARY}\r\n\r\n".encode() + body


def image_url(source: str, options: dict, output: str) -> bytes:
    """Writes a request for an image URL."""
    written = ",".join(f"{name}={value}" for name, value in {**options, "format": output}.items())
    return f"GET /cdn-cgi/image/{written}/{source} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n".encode()


def make_sources(program: str, folder: pathlib.Path) -> None:
    """Makes pictures of several sizes and formats."""
    for name, options in SOURCES.items():
        subprocess.run([program, "transform", PICTURES / "lake.jpg", "-o", folder / name, *options], check=True)


def forms(folder: pathlib.Path) -> list[Case]:
    """Returns a form for every source with every result."""
    mark, cases = (PICTURES / "palmette.png").read_bytes(), []
    for name, (options, output) in itertools.product(SOURCES, RESULTS):
        cases.append(Case(f"{name} to {output}", form((folder / name).read_bytes(), mark, options, output)))
    return cases


def image_urls(widths: Iterable[int]) -> list[Case]:
    """Returns an image URL for every source with every result, of each of some widths."""
    cases = []
    for width, name, (options, output) in itertools.product(widths, SOURCES, RESULTS):
        cases.append(
            Case(f"URL of {name}, {width} wide, {output}", image_url(name, {**options, "width": width}, output))
        )
    return cases


def ask(port: int, case: Case, number: int = 0) -> tuple[Sent, bytes]:
    """Sends a request over a connection of its own, and judges the answer."""
    begin, sent_at = time.monotonic(), float("inf")
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as connection:
            connection.sendall(case.numbered(number))
            sent_at = time.monotonic()
            answer = b"".join(iter(lambda: connection.recv(1 << 16), b""))
    except ConnectionRefusedError:
        return Sent("refused", sent_at, 0), b""
    except OSError as error:
        return Sent(f"broken: {type(error).__name__}", sent_at, time.monotonic() - begin), b""
    head, _, body = answer.partition(b"\r\n\r\n")
    text = head.decode("latin-1").lower()
    length = re.search(r"content-length: (\d+)", text)
    cache = re.search(r"palmette-cache: (\w+)", text)
    if length is None or len(body) != int(length[1]):
        outcome = "broken: no whole answer"
    elif text.startswith("http/1.1 200"):
        digest = hashlib.sha256(body).hexdigest()
        outcome = "picture" if digest == case.digest or not case.digest else f"another picture: {case.name}"
    elif text.startswith("http/1.1 503") and b"9522" in body and "retry-after:" in text:
        outcome = "9522"
    else:
        outcome = f"{text[9:12]} {body[:80].decode('latin-1')}"
    return Sent(outcome, sent_at, time.monotonic() - begin, cache[1] if cache else ""), body


def with_digests(port: int, cases: list[Case]) -> list[Case]:
    """Asks for every case once, and returns them with the digests of their pictures."""

    def first(case: Case) -> Case:
        sent, body = ask(port, case)
        if sent.outcome != "picture":
            sys.exit(f"while nothing else runs: {case.name}: {sent.outcome}")
        return replace(case, digest=hashlib.sha256(body).hexdigest())

    with ThreadPoolExecutor(2) as threads:
        return list(threads.map(first, cases))


def clients(count: int, client: Callable[[int], None]) -> None:
    """Runs clients beside each other until all have ended."""
    threads = [threading.Thread(target=client, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


class Server:
    """A process of the server, on a port of this machine; 0 is one that is free."""

    def __init__(self, program: str, *flags: str, port: int = 0) -> None:
        command = [program, "serve", "--listen", str(port), "--engine", "cpu", "--log-format", "json", *flags]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.port = 0
        log = self.process.stderr
        for line in log or []:
            if found := re.search(r"127\.0\.0\.1:(\d+)", line):
                self.port = int(found[1])
                break
        if self.port == 0:
            sys.exit(f"the server ended with {self.process.wait()}")
        threading.Thread(target=lambda: deque(log, maxlen=0), daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()

    def memory_bytes(self) -> int:
        """Reads how much memory the process has."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return 1024 * int(re.search(r"VmRSS:\s+(\d+)", status)[1])
