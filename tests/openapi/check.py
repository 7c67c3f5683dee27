#!/usr/bin/env python3
"""Asks a server for its OpenAPI document, checks that it is one, and has schemathesis try whether the server does what it says.

    python3 tests/openapi/check.py PALMETTE

PALMETTE is the program. The server listens on this machine only, at a free port, and ends with the check, which takes 30 seconds. Image URLs
find one small picture, which hooks.py names.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

from openapi_spec_validator import validate
from samples import png

FOLDER = Path(__file__).resolve().parent
FONTS = "/usr/share/fonts/truetype/dejavu"
# Fewer pictures than these, of 200 requests that could make one, and the hooks do not fit the document any more.
LEAST_PICTURES = {"/transform": 50, "/cdn-cgi/image/{*rest}": 30, "/_next/image": 30, "/_ipx/{*rest}": 30}


def run_schemathesis(url: str) -> None:
    """Runs the schemathesis of the Python that runs this, in a folder that takes what it leaves behind."""
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": str(FOLDER)}
    command = [Path(sys.executable).parent / "schemathesis", f"--config-file={FOLDER / 'schemathesis.toml'}"]
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([*command, "run", url, "--no-color"], check=True, cwd=folder, env=environment)


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read().decode()


def check(url: str) -> None:
    document = json.loads(get(f"{url}/openapi.json"))
    validate(document)
    run_schemathesis(f"{url}/openapi.json")
    metrics = get(f"{url}/metrics")
    for route, least in LEAST_PICTURES.items():
        made = re.search(rf'^palmette_requests_total\{{route="{re.escape(route)}",status="200",.*\}} (\d+)$', metrics, re.M)
        pictures = int(made[1]) if made else 0
        if pictures < least:
            sys.exit(f"schemathesis made {pictures} pictures at {route}; {least} are expected, see hooks.py")
        print(f"openapi.json: {pictures} pictures made at {route}")
    print(f"openapi.json: {len(document['paths'])} paths")


def main() -> None:
    [program] = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "lake.png").write_bytes(png(40, 30, 200))
        check_server([program, "serve", "--listen", "127.0.0.1:0", "--engine", "cpu", "--models", "none", "--fonts", FONTS, "--url-origin", folder])


def check_server(arguments: list[str]) -> None:
    """Starts a server, checks it, and ends it."""
    server = subprocess.Popen([*arguments, "--log-filter", "error"], stdout=subprocess.PIPE, text=True)
    try:
        url = server.stdout.readline().strip().removeprefix("listening on ")
        check(url)
    finally:
        server.terminate()
        if server.wait(timeout=30) != 0:
            sys.exit(f"the server ended with {server.returncode}")


if __name__ == "__main__":
    main()
