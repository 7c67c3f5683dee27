"""The wheel in an empty environment, and its types."""

import subprocess
import sys
import zipfile
from pathlib import Path

USE = """
import sys, palmette
png = bytes.fromhex(sys.argv[1])
made = palmette.open(png).resize(32).draw(png, left=0, top=0).encode("webp", quality=50)
assert palmette.info(made) == palmette.Info("image/webp", len(made), 32, 24), palmette.info(made)
try:
    palmette.open(png).to_numpy()
except ModuleNotFoundError as error:
    assert error.name == "numpy"
else:
    raise AssertionError("there is no NumPy here")
print(palmette.__version__, palmette.__file__)
"""


def test_wheel_is_all_that_is_needed(wheel: Path, png: bytes, tmp_path: Path) -> None:
    environment = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    python = environment / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "--quiet", "--no-index", wheel], check=True)
    used = subprocess.run(
        [python, "-I", "-c", USE, png.hex()], check=True, capture_output=True, text=True, cwd=tmp_path
    )
    version, path = used.stdout.split()
    assert wheel.name.startswith(f"palmette-{version}-cp311-abi3-") and path.startswith(str(environment))
    listed = subprocess.run([*pip, "list", "--format", "freeze"], check=True, capture_output=True, text=True).stdout
    assert listed.split() == [f"palmette=={version}"]


def test_wheel_has_types_and_no_tests(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {"palmette/py.typed", "palmette/_palmette.pyi", "palmette/_options.py"} <= set(names)
    assert all(name.startswith("palmette") for name in names)


def mypy(site: Path, *arguments: str, tool: str = "mypy") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", tool, *arguments]
    environment = {"MYPYPATH": str(site), "PYTHONPATH": str(site), "PATH": "/usr/bin:/bin"}
    return subprocess.run(command, capture_output=True, text=True, env=environment, cwd=site.parent, check=False)


def test_types_are_checked(site: Path) -> None:
    """What is right passes, and each line that is wrong is told: mypy fails on a `type: ignore` that ignores nothing."""
    checked = mypy(site, "--strict", str(Path(__file__).with_name("typed.py")))
    assert checked.returncode == 0, checked.stdout


def test_stubs_are_those_of_the_module(site: Path) -> None:
    checked = mypy(site, "palmette._palmette", tool="mypy.stubtest")
    assert checked.returncode == 0, checked.stdout
