"""Resizes and watermarks every picture of a folder or a bucket, on all machines of a Ray cluster.

    python resize.py photos/ small/ --mark watermark.png
    python resize.py s3://photos/2026 s3://small/2026 --width 1200 --format avif --resume

A result is named for its source (`a/b.jpg` becomes `a/b.jpg.webp`) and appears when it is whole, so a picture that is made twice, as after a
worker has died, is there once, and a second run goes on where the first ended. A picture that cannot be made is reported, and the others are.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

import pyarrow.fs
import ray
import ray.data

ENDINGS = {".avif", ".gif", ".heic", ".jpeg", ".jpg", ".png", ".webp"}
PART = ".part"


@dataclass(frozen=True)
class Job:
    """What is made of each picture."""

    source: str
    target: str
    mark: bytes | None
    width: int
    height: int
    format: str
    quality: int
    engine: str


class Palmette:
    """Palmette: one core a worker, since there is a worker for each core."""

    def __init__(self, job: Job) -> None:
        import palmette

        self.job = job
        # The limits of a service: some pictures of a large bucket are made to hurt.
        self.pipeline = palmette.Pipeline(max_pixel_bytes=1 << 30)
        self.mark = self.pipeline.open(job.mark) if job.mark else None

    def make(self, data: bytes) -> bytes:
        job = self.job
        picture = self.pipeline.open(data).resize(job.width, job.height)
        if self.mark is not None:
            picture = picture.draw(self.mark, right=10, bottom=10, opacity=0.5)
        return picture.timeout(60).encode(job.format, quality=job.quality)


class Pillow:
    """The same with Pillow, to compare."""

    def __init__(self, job: Job) -> None:
        from PIL import Image

        self.job = job
        self.mark = None
        if job.mark:
            self.mark = Image.open(io.BytesIO(job.mark)).convert("RGBA")
            self.mark.putalpha(self.mark.getchannel("A").point(lambda alpha: alpha // 2))

    def make(self, data: bytes) -> bytes:
        from PIL import ExifTags, Image, ImageOps

        job = self.job
        picture = Image.open(io.BytesIO(data))
        box = (job.width, job.height)
        if picture.getexif().get(ExifTags.Base.Orientation, 1) >= 5:
            box = box[::-1]
        # It lets a JPEG be decoded at a fraction of its size, as far as twice the box.
        picture.thumbnail(box, Image.Resampling.LANCZOS)
        picture = ImageOps.exif_transpose(picture).convert("RGB")
        if self.mark is not None:
            corner = (picture.width - self.mark.width - 10, picture.height - self.mark.height - 10)
            picture.paste(self.mark, corner, self.mark)
        made = io.BytesIO()
        picture.save(made, job.format, quality=job.quality)
        return made.getvalue()


class Vips:
    """The same with pyvips, to compare."""

    def __init__(self, job: Job) -> None:
        import pyvips

        # One core a worker, as the others.
        pyvips.concurrency_set(1)
        self.job = job
        self.mark = None
        if job.mark:
            mark = pyvips.Image.new_from_buffer(job.mark, "").colourspace("srgb")
            mark = mark if mark.hasalpha() else mark.addalpha()
            self.mark = (mark * [1, 1, 1, 0.5]).cast("uchar").copy(interpretation="srgb").copy_memory()

    def make(self, data: bytes) -> bytes:
        import pyvips

        job = self.job
        picture = pyvips.Image.thumbnail_buffer(data, job.width, height=job.height, size="down")
        if self.mark is not None:
            corner = {"x": picture.width - self.mark.width - 10, "y": picture.height - self.mark.height - 10}
            picture = picture.composite2(self.mark, "over", **corner).flatten()
        return picture.write_to_buffer(f".{job.format}", Q=job.quality)


ENGINES = {"palmette": Palmette, "pillow": Pillow, "pyvips": Vips}


class Worker:
    """Makes pictures, on one core of some machine."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.engine = ENGINES[job.engine](job)
        self.sources, self.source = pyarrow.fs.FileSystem.from_uri(job.source)
        self.targets, self.target = pyarrow.fs.FileSystem.from_uri(job.target)

    def __call__(self, batch: dict) -> dict:
        """Makes the pictures of some keys, and says of each how large the result is, or why there is none."""
        rows = [self.row(str(key)) for key in batch["key"]]
        return {name: [row[name] for row in rows] for name in ("key", "bytes", "error")}

    def row(self, key: str) -> dict:
        try:
            with self.sources.open_input_stream(f"{self.source}/{key}") as file:
                data = file.read()
            made = self.engine.make(data)
            self.write(result_of(key, self.job.format), made)
        # Whatever a library has against a picture, it has nothing against the next one.
        except Exception as error:  # noqa: BLE001
            return {"key": key, "bytes": 0, "error": f"{type(error).__name__}: {error}"}
        return {"key": key, "bytes": len(made), "error": ""}

    def write(self, name: str, data: bytes) -> None:
        """Writes a result so that it is there whole or not at all."""
        path = PurePosixPath(self.target, name)
        if not isinstance(self.targets, pyarrow.fs.LocalFileSystem):
            # An object of a bucket appears when it is complete.
            with self.targets.open_output_stream(str(path)) as file:
                file.write(data)
            return
        self.targets.create_dir(str(path.parent))
        part = str(path.with_name(f".{path.name}.{uuid.uuid4().hex}{PART}"))
        with self.targets.open_output_stream(part) as file:
            file.write(data)
        self.targets.move(part, str(path))


def result_of(key: str, format: str) -> str:
    """Names the result of a picture. Two pictures of one name with different endings have two."""
    return f"{key}.{format}"


def files(uri: str) -> Iterator[str]:
    """Lists the files below a folder or a prefix."""
    system, path = pyarrow.fs.FileSystem.from_uri(uri)
    selector = pyarrow.fs.FileSelector(path, recursive=True, allow_not_found=True)
    for info in system.get_file_info(selector):
        if info.is_file:
            yield str(PurePosixPath(info.path).relative_to(path))


def remove_parts(uri: str) -> None:
    """Removes what workers that died had begun to write."""
    system, path = pyarrow.fs.FileSystem.from_uri(uri)
    if isinstance(system, pyarrow.fs.LocalFileSystem):
        for name in list(files(uri)):
            if name.endswith(PART):
                system.delete_file(f"{path}/{name}")


def uri(path: str) -> str:
    """Returns a URI for a folder of this machine, too."""
    return path.rstrip("/") if "://" in path else f"file://{os.path.abspath(path)}"


def read(path: str) -> bytes:
    system, name = pyarrow.fs.FileSystem.from_uri(uri(path))
    with system.open_input_stream(name) as file:
        return bytes(file.read())


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("source", help="folder, or s3:// or gs:// with a prefix")
    parser.add_argument("target", help="the same, for the results")
    parser.add_argument("--mark", help="picture to draw in the lower right corner")
    parser.add_argument("--width", type=int, default=800)
    parser.add_argument("--height", type=int, default=600)
    parser.add_argument("--format", choices=["avif", "jpeg", "webp"], default="webp")
    parser.add_argument("--quality", type=int, default=80)
    parser.add_argument("--engine", choices=sorted(ENGINES), default="palmette")
    parser.add_argument("--workers", type=int, help="pictures at a time; by default one for each core of the cluster")
    parser.add_argument("--resume", action="store_true", help="leave out pictures whose result is there")
    parser.add_argument("--report", help="file for a line of JSON a picture")
    parser.add_argument(
        "--address", help="the cluster; by default the one that RAY_ADDRESS names, or one on this machine"
    )
    return parser.parse_args()


def main() -> int:
    given = arguments()
    job = Job(
        source=uri(given.source),
        target=uri(given.target),
        mark=read(given.mark) if given.mark else None,
        width=given.width,
        height=given.height,
        format=given.format,
        quality=given.quality,
        engine=given.engine,
    )
    ray.init(address=given.address, log_to_driver=False, logging_level="warning")
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False

    keys = sorted(key for key in files(job.source) if PurePosixPath(key).suffix.lower() in ENDINGS)
    found = len(keys)
    if given.resume:
        there = set(files(job.target))
        keys = [key for key in keys if result_of(key, job.format) not in there]
    workers = given.workers or int(ray.cluster_resources()["CPU"])
    print(f"{found} pictures, {found - len(keys)} of them made before; {workers} workers", flush=True)
    made = failed = written = 0
    start = time.monotonic()
    if keys:
        # Small batches: what a worker had done of one when it died is done again.
        pool = ray.data.ActorPoolStrategy(size=workers)
        pictures = ray.data.from_items([{"key": key} for key in keys]).map_batches(
            Worker, fn_constructor_args=(job,), batch_size=16, compute=pool, num_cpus=1
        )
        with open(given.report or os.devnull, "w", encoding="utf-8") as report:
            for row in pictures.iter_rows():
                print(json.dumps(row), file=report, flush=True)
                written += row["bytes"]
                if row["error"]:
                    failed += 1
                    print(f"{row['key']}: {row['error']}", file=sys.stderr)
                else:
                    made += 1
    seconds = time.monotonic() - start
    remove_parts(job.target)
    rate = made / seconds if made else 0
    print(f"{made} made, {failed} failed, {written / 1e6:.1f} MB in {seconds:.1f} s: {rate:.1f} pictures a second")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
