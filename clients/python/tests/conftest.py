"""The package as it is installed, a server, and pictures that are drawn here.

Variables say what is tested: ``PALMETTE_WHEEL`` a wheel, or ``PALMETTE_PYTHON_MODULE`` the module that one is packed around; and
``PALMETTE_BINARY`` the program.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from wheel import pack

_FOLDER = Path(tempfile.mkdtemp(prefix="palmette-"))
_WHEEL = Path(os.environ["PALMETTE_WHEEL"]) if "PALMETTE_WHEEL" in os.environ else None


def pytest_configure() -> None:
    """Installs the wheel where the tests import it from: as it is, and nothing else."""
    global _WHEEL
    if _WHEEL is None:
        _WHEEL = pack(Path(os.environ["PALMETTE_PYTHON_MODULE"]), _FOLDER)
    site = _FOLDER / "site"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-index", "--no-deps"]
    subprocess.run([*pip, "--target", site, _WHEEL], check=True)
    sys.path.insert(0, str(site))


def pytest_unconfigure() -> None:
    subprocess.run(["rm", "-r", _FOLDER], check=True)


@pytest.fixture(scope="session")
def wheel() -> Path:
    assert _WHEEL is not None
    return _WHEEL


@pytest.fixture(scope="session")
def site() -> Path:
    return _FOLDER / "site"


@pytest.fixture(scope="session")
def binary() -> str:
    return os.environ["PALMETTE_BINARY"]


@contextmanager
def serving(binary: str, *arguments: str | Path) -> Iterator[str]:
    """Runs a server, and tells its address."""
    listen = [] if "--listen" in arguments else ["--listen", "127.0.0.1:0"]
    command = [binary, "serve", "--engine", "cpu", *listen, *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().removeprefix("listening on ").strip()
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture(scope="session")
def server(binary: str) -> Iterator[str]:
    """The address of a server."""
    with serving(binary) as url:
        yield url


@pytest.fixture
def start(binary: str) -> Iterator[Callable[..., str]]:
    """Starts servers with arguments of their own."""
    with ExitStack() as stack:
        yield lambda *arguments: stack.enter_context(serving(binary, *arguments))


@pytest.fixture(scope="session")
def pixels() -> numpy.ndarray:
    """A picture of 64×48 pixels, in which every channel is something else, alpha too."""
    y, x = numpy.mgrid[0:48, 0:64]
    channels = [x * 4, y * 5, (x * y) % 256, 255 - (x + y)]
    return numpy.stack(channels, axis=-1).astype(numpy.uint8)


@pytest.fixture(scope="session")
def png(pixels: numpy.ndarray) -> bytes:
    """The same as a file, which Pillow wrote."""
    import io

    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "png")
    return file.getvalue()
