#!/usr/bin/env python3
"""Three servers behind nginx, one of which ends in the middle: which requests fail, and which are sent again.

    python3 benches/failover.py PROGRAM [--seconds N]

PROGRAM is `palmette`; nginx must be installed. It reads deploy/nginx.conf, with addresses of this machine. Clients that wait for their
answers ask for image URLs and send forms, for N seconds (30). After a third of them one server ends, after two thirds it is started
again: once by SIGTERM, and once by SIGKILL, which drops what it works on. What nginx did is read from its log.

Right is: every request gets its picture, to the byte. The URLs of the server that ended go to the others and come back, and no other URL
moves. Anything else is listed, and the exit status is 1.
"""

import argparse
import contextlib
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator

import load

CONFIGURATION = pathlib.Path(__file__).parent.parent / "deploy" / "nginx.conf"
SERVERS = 3
# Which of them ends.
ENDING = 1
CLIENTS = 8
WIDTHS = range(200, 300, 10)
LOG_LINE = re.compile(
    r'(?P<status>\d+) (?P<method>\w+) "(?P<url>[^"]*)" "(?P<asked>[^"]*)" "(?P<answers>[^"]*)" (?P<seconds>[\d.]+)'
)


def free_port() -> int:
    """Returns a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@contextlib.contextmanager
def nginx(folder: pathlib.Path, ports: list[int]) -> Iterator[tuple[int, pathlib.Path]]:
    """Runs nginx in front of servers; gives its port, and its log."""
    port, log = free_port(), folder / "access.log"
    text = CONFIGURATION.read_text().replace("listen 8080;", f"listen 127.0.0.1:{port};")
    for index, server in enumerate(ports):
        text = text.replace(f"palmette-{index + 1}:9901", f"127.0.0.1:{server}")
    text = text.replace("/tmp/", f"{folder}/").replace("/dev/stdout", str(log))
    (folder / "nginx.conf").write_text(text)
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin") or sys.exit("nginx is not installed")
    with (folder / "error.log").open("w") as errors:
        command = [program, "-e", "stderr", "-c", folder / "nginx.conf", "-g", "daemon off;"]
        process = subprocess.Popen(command, stderr=errors)
        try:
            while process.poll() is None:
                with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
                    break
                time.sleep(0.05)
            else:
                sys.exit((folder / "error.log").read_text())
            yield port, log
        finally:
            process.terminate()
            process.wait()


def ask_until(stop: threading.Event, port: int, cases: list[load.Case]) -> list[load.Sent]:
    """Has clients ask until told to stop, each for a case of its own in turn, and returns how all of it ended."""
    sent: list[load.Sent] = []

    def client(first: int) -> None:
        number = first
        while not stop.is_set():
            sent.append(load.ask(port, cases[number * 7 % len(cases)], number)[0])
            number += CLIENTS

    load.clients(CLIENTS, client)
    return sent


def homes(lines: list[re.Match[str]]) -> dict[str, set[str]]:
    """Returns for each image URL which servers answered it."""
    found = defaultdict(set)
    for line in lines:
        if line["method"] == "GET":
            found[line["url"]].add(line["asked"].rpartition(", ")[2])
    return found


def read(log: pathlib.Path, since: int) -> tuple[list[re.Match[str]], int]:
    """Reads what nginx logged since a place; returns it, and the place where it ends."""
    text = log.read_text()
    return [found for line in text[since:].splitlines() if (found := LOG_LINE.fullmatch(line))], len(text)


def try_ending(program: str, folder: pathlib.Path, by: signal.Signals, seconds: float) -> list[str]:
    """Ends a server in the middle of a load; prints what came of it, and returns what is wrong."""
    pictures = folder / "pictures"
    flags = ["--workers", "1", "--url-origin", str(pictures)]
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(load.Server(program, *flags)) for _ in range(SERVERS)]
        port, log = stack.enter_context(nginx(folder, [server.port for server in servers]))
        urls, forms = load.with_digests(port, load.image_urls(WIDTHS)), load.with_digests(port, load.forms(pictures))
        # As many of one kind as of the other.
        cases = [case for index, url in enumerate(urls) for case in (url, forms[index % len(forms)])]
        stop, sent = threading.Event(), []
        asking = threading.Thread(target=lambda: sent.extend(ask_until(stop, port, cases)))
        _, place = read(log, 0)
        asking.start()
        time.sleep(seconds / 3)
        before, place = read(log, place)
        gone = servers[ENDING]
        gone.process.send_signal(by)
        status = gone.process.wait(timeout=load.PATIENCE_S)
        # What was on its way is over.
        time.sleep(1)
        ending, place = read(log, place)
        time.sleep(max(0.0, seconds / 3 - 1))
        without, place = read(log, place)
        stack.enter_context(load.Server(program, *flags, port=gone.port))
        time.sleep(seconds / 3)
        stop.set()
        asking.join()
        after, _ = read(log, place)

    outcomes, lines = Counter(one.outcome for one in sent), before + ending + without + after
    again = [line for line in lines if ", " in line["asked"]]
    print(f"{by.name}, exit status {status}: {sum(outcomes.values())} requests, {dict(outcomes)}")
    kinds = Counter("URLs" if line["method"] == "GET" else "forms" for line in again)
    print(
        f"sent again to another server: {dict(kinds)}; the longest answer took {max(one.seconds for one in sent):.2f} s"
    )
    address = f"127.0.0.1:{gone.port}"
    had, left, back = homes(before), homes(without), homes(after)
    own = {url for url in had if had[url] == {address}}
    moved = [url for url in had.keys() - own if left.get(url, had[url]) | back.get(url, had[url]) != had[url]]
    print(f"of {len(had)} URLs the server had {len(own)}; of the others {len(moved)} moved")
    came_back = sum(address in back[url] for url in own & back.keys())
    print(f"when it was there again, it answered {came_back} of its {len(own & back.keys())} URLs")
    wrong = [outcome for outcome in outcomes if outcome != "picture"] + [f"moved: {url}" for url in moved]
    return wrong + ["a URL that stays with the server that is gone"] * any(
        address in left[url] for url in own & left.keys()
    )


def main() -> int:
    """Runs both."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("program")
    arguments.add_argument("--seconds", type=float, default=30)
    given = arguments.parse_args()
    wrong = []
    for by in (signal.SIGTERM, signal.SIGKILL):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            # nginx's workers are another user if root starts it.
            folder.chmod(0o755)
            (folder / "pictures").mkdir()
            load.make_sources(given.program, folder / "pictures")
            wrong += [f"{by.name}: {what}" for what in try_ending(given.program, folder, by, given.seconds)]
    print(*(f"wrong: {what}" for what in wrong), sep="\n" if wrong else "")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
