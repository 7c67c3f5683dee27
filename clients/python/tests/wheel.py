"""Packs the wheel around a module that cargo has built.

``maturin build`` makes the wheel that is handed out. It builds one package by itself, whose dependencies then have other features than in
the workspace, so that all of them are compiled again: minutes. The tests take the module that was built with the workspace. maturin
writes the metadata here, too, and ``scripts/python-wheel --test`` runs the same tests on a wheel that is maturin's.
"""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent


def pack(module: Path, folder: Path) -> Path:
    """Writes the wheel and returns its path."""
    maturin = Path(sys.executable).with_name("maturin")
    subprocess.run([maturin, "pep517", "write-dist-info", "--metadata-directory", folder], cwd=PACKAGE, check=True)
    (info,) = folder.glob("*.dist-info")
    tag = next(line for line in (info / "WHEEL").read_text().splitlines() if line.startswith("Tag: "))
    wheel = folder / f"{info.stem}-{tag.removeprefix('Tag: ')}.whl"

    source = PACKAGE / "src"
    files = [(path, str(path.relative_to(source))) for path in sorted(source.glob("palmette/*")) if path.is_file()]
    files += [(module, "palmette/_palmette.abi3.so"), *((path, f"{info.name}/{path.name}") for path in info.iterdir())]
    record = ""
    # Not compressed: it is unpacked at once.
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, name in files:
            archive.write(path, name)
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").digest()
            record += (
                f"{name},sha256={base64.urlsafe_b64encode(digest).rstrip(b'=').decode()},{os.path.getsize(path)}\n"
            )
        archive.writestr(f"{info.name}/RECORD", f"{record}{info.name}/RECORD,,\n")
    return wheel
