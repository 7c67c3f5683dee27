#!/usr/bin/env python3
"""Hits of the cache, beside nginx with the same file.

    python3 benches/cache.py PROGRAM [--seconds N] [--clients N] [--turns N] [--name NAME]

PROGRAM is `palmette`. A result of about 60 kB is made by a form and by an image URL; after that every answer is a hit. nginx serves the same
bytes as a file. `wrk` asks both over loopback, with connections that stay open, in turns: N turns (5) of N seconds (5) by N clients (16), and then
one client alone, whose times are the latency. With --name the table is kept in benches/results/DATE-NAME/README.md.

The clients are on the same machine, so they take their share of the processor from both servers alike. Every answer is checked once before.
"""

import argparse
import contextlib
import datetime
import http.client
import pathlib
import platform
import re
import shutil
import socket
import statistics
import subprocess
import tempfile
import time

HERE = pathlib.Path(__file__).parent
PHOTO = HERE.parent / "examples" / "pictures" / "lake.jpg"
BOUNDARY = "cache-7c21e0"
OPTIONS = "width=740,quality=90"
NGINX = """
daemon off; worker_processes {workers}; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000;
  client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c; uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  server {{ listen 127.0.0.1:{port}; root {folder}; default_type image/jpeg; }}
}}
"""


def form(source: bytes) -> bytes:
    """Writes a request for the result."""
    transforms = b'[{"imageIndex":0,"width":740}]'
    parts = [("image", source), ("transforms", transforms), ("output_format", b"image/jpeg"), ("output_quality", b"90")]
    body = b"".join(
        f'--{BOUNDARY}\r\ncontent-disposition: form-data; name="{name}"\r\n\r\n'.encode() + data + b"\r\n"
        for name, data in parts
    )
    return body + f"--{BOUNDARY}--\r\n".encode()


def ask(port: int, method: str, path: str, body: bytes | None = None) -> tuple[bytes, str]:
    """Asks once, and returns the bytes and how they were come by."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(
        method, path, body, {"content-type": f"multipart/form-data; boundary={BOUNDARY}"} if body else {}
    )
    answer = connection.getresponse()
    data = answer.read()
    if answer.status != 200:
        raise SystemExit(f"{method} {path}: {answer.status} {data[:200]!r}")
    return data, answer.headers.get("palmette-cache", "")


def free_port() -> int:
    """Finds a port."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def start(servers: contextlib.ExitStack, port: int, command: list) -> None:
    """Starts a server that ends with the others, and waits until it listens."""
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    servers.callback(server.wait)
    servers.callback(server.terminate)
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise SystemExit(f"{command[0]} does not listen")


def load(url: str, clients: int, seconds: int, script: pathlib.Path | None) -> tuple[float, float, float]:
    """Has wrk ask; returns requests a second, and the median and the 99th percentile of the times in milliseconds."""
    command = [
        "wrk",
        "--latency",
        "-t",
        "1",
        "-c",
        str(clients),
        "-d",
        f"{seconds}s",
        *(["-s", str(script)] if script else []),
        url,
    ]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in text or "Socket errors" in text:
        raise SystemExit(text)
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1])

    def time_ms(percent: int) -> float:
        number, unit = re.search(rf"{percent}%\s+([\d.]+)(us|ms|s)\b", text).groups()
        return float(number) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[unit]

    return rate, time_ms(50), time_ms(99)


def main() -> None:
    """Runs both servers, and prints a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--name", help="keep the table in benches/results, under this name of the machine")
    arguments = parser.parse_args()
    missing = [
        tool for tool in ("wrk", "nginx") if not (shutil.which(tool) or pathlib.Path(f"/usr/sbin/{tool}").exists())
    ]
    if missing:
        raise SystemExit(f"{' and '.join(missing)} must be installed")

    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as servers:
        folder = pathlib.Path(name)
        folder.chmod(0o755)
        shutil.copy(PHOTO, folder / "source.jpg")
        port, nginx_port = free_port(), free_port()
        command = [arguments.program, "serve", "--listen", str(port), "--engine", "cpu", "--log-filter", "warn"]
        start(servers, port, [*command, "--url-origin", folder])
        # A file that has just changed is read every time.
        time.sleep(2.5)
        body = form((folder / "source.jpg").read_bytes())
        url = f"/cdn-cgi/image/{OPTIONS}/source.jpg"
        for method, path, data in [("POST", "/transform", body), ("GET", url, None)] * 2:
            result, way = ask(port, method, path, data)
        if way != "hit":
            raise SystemExit(f"the last of four answers was no hit, but {way!r}")
        (folder / "result.jpg").write_bytes(result)
        (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=nginx_port, workers=2))
        start(servers, nginx_port, [shutil.which("nginx") or "/usr/sbin/nginx", "-c", folder / "nginx.conf"])
        if ask(nginx_port, "GET", "/result.jpg")[0] != result:
            raise SystemExit("nginx serves other bytes")
        (folder / "body").write_bytes(body)
        script = folder / "form.lua"
        script.write_text(
            f'local file = io.open("{folder}/body", "rb"); wrk.method = "POST"; wrk.body = file:read("*a")\n'
            f'wrk.headers["content-type"] = "multipart/form-data; boundary={BOUNDARY}"\n'
        )
        cases = {
            "nginx, the file": (f"http://127.0.0.1:{nginx_port}/result.jpg", None),
            "palmette, an image URL": (f"http://127.0.0.1:{port}{url}", None),
            f"palmette, a form of {len(body) // 1000} kB": (f"http://127.0.0.1:{port}/transform", script),
        }
        rates = {case: [] for case in cases}
        for _ in range(arguments.turns):
            for case, (address, with_script) in cases.items():
                rates[case].append(load(address, arguments.clients, arguments.seconds, with_script)[0])
        lines = [f"A result of {len(result):,} bytes, {arguments.turns} turns of {arguments.seconds} s, medians.", ""]
        lines += [
            f"| | requests a second, {arguments.clients} clients | beside nginx | one client: median | 99 % |",
            "| --- | --- | --- | --- | --- |",
        ]
        base = rates["nginx, the file"]
        for case, (address, with_script) in cases.items():
            ratio = statistics.median(own / its for own, its in zip(rates[case], base, strict=True))
            rate = statistics.median(rates[case])
            _, median, most = load(address, 1, arguments.seconds, with_script)
            lines.append(f"| {case} | {rate:,.0f} | {ratio:.2f} | {median:.2f} ms | {most:.2f} ms |")
    print("\n".join(lines))
    if arguments.name:
        place = HERE / "results" / f"{datetime.date.today().isoformat()}-{arguments.name}"
        place.mkdir(parents=True, exist_ok=True)
        commit = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], check=True, capture_output=True, text=True, cwd=HERE
        ).stdout.strip()
        head = f"# Hits of the cache, beside nginx with the same file\n\n- commit: {commit}\n- processor: {platform.processor() or platform.machine()}\n- command: `python3 benches/cache.py PROGRAM`\n\n"
        (place / "README.md").write_text(head + "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
