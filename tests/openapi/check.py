#!/usr/bin/env python3
"""Asks a server for its OpenAPI document, checks that it is one, and has schemathesis try whether the server does what it says.

    python3 tests/openapi/check.py PALMETTE

PALMETTE is the program. The server listens on this machine only, at a free port, and ends with the check, which takes 15 seconds.
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

FOLDER = Path(__file__).resolve().parent
FONTS = "/usr/share/fonts/truetype/dejavu"
# Fewer pictures than this, of 200 forms that could make one, and the hooks do not fit the document any more.
LEAST_PICTURES = 50


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
    made = re.search(r'^palmette_requests_total\{route="/transform",status="200",.*\} (\d+)$', get(f"{url}/metrics"), re.M)
    pictures = int(made[1]) if made else 0
    if pictures < LEAST_PICTURES:
        sys.exit(f"schemathesis made {pictures} pictures; {LEAST_PICTURES} are expected, see hooks.py")
    print(f"openapi.json: {len(document['paths'])} paths, {pictures} pictures made")


def main() -> None:
    [program] = sys.argv[1:]
    arguments = [program, "serve", "--listen", "127.0.0.1:0", "--engine", "cpu", "--models", "none", "--fonts", FONTS]
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
