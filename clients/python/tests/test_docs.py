"""The examples of the README and of the book run."""

import re
import shutil
from pathlib import Path

import numpy
import palmette
import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("page", ["clients/python/README.md", "docs/python.md", "docs/clients.md"])
def test_examples_run(page: str, server: str, png: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    palmette.open(png).resize(2000, 1500, fit="scale-up").save("photo.jpg")
    Path("watermark.png").write_bytes(png)
    shutil.copy("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", "Inter.woff2")
    photo = palmette.open(png)
    names = {"palmette": palmette, "data": png, "photo": photo, "token": "any", "bgr": numpy.zeros((2, 2, 3), "uint8")}
    examples = re.findall(r"```python\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)
    assert examples
    for example in examples:
        code = re.sub(r"https?://(pictures\.example\.com|127\.0\.0\.1:9901)", server, example)
        exec(compile(code, page, "exec"), names)  # noqa: S102
    if "webp" in names:
        assert palmette.info(names["webp"]).format == "image/webp"
