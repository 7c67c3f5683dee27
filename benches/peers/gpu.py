#!/usr/bin/env python3
"""What an owner of a CUDA card would use instead, on the photos that the bench of the GPU wrote.

    python3 benches/peers/gpu.py DIR [--seconds N]

DIR is the folder that the bench was given as --out. Writes DIR/peers.csv with the columns of its rows.csv:

- chain "resize": pixels of the host to pixels of the host, by PyTorch (bicubic with antialias, the best it has on a card) and by
  CuPy (Lanczos3 as two matrix products, since its zoom does not filter what it reduces);
- request "JPEG to JPEG": decode with nvJPEG through torchvision.io, resize by either, encode with nvJPEG.

The pictures have three channels here and four in Palmette, no alpha, and floats instead of integers. Nobody's bytes are
compared: only the size of the result is. What is missing (a package, a card, a function) is written to peers.csv as a comment
and ends the program without an error, since a machine without it has no peer.
"""

import argparse
import pathlib
import statistics
import sys
import time
from collections.abc import Callable

COLUMNS = "kind,name,engine,part,width,height,median_ns,first_quartile_ns,third_quartile_ns,rounds,bytes"
MIN_ROUNDS, MAX_ROUNDS = 3, 100
QUALITY = 85


class Missing(Exception):
    """Something that a peer needs is not there."""


def import_or_miss(name: str):
    """Imports a package, or says that it is missing."""
    try:
        return __import__(name, fromlist=["_"])
    except Exception as error:  # A package that finds the wrong driver fails in ways of its own.
        raise Missing(f"{name} ({error})") from error


def lanczos_weights(xp, source_len: int, scaled_len: int):
    """Returns the matrix that reduces an axis: a row of weights for each result, with the sum 1."""
    scale = max(source_len / scaled_len, 1.0)
    centers = (xp.arange(scaled_len, dtype=xp.float64) + 0.5) * (source_len / scaled_len)
    distances = (xp.arange(source_len, dtype=xp.float64)[None, :] + 0.5 - centers[:, None]) / scale
    weights = xp.where(xp.abs(distances) < 3, xp.sinc(distances) * xp.sinc(distances / 3), 0.0)
    return (weights / weights.sum(axis=1, keepdims=True)).astype(xp.float32)


def lanczos_resize(xp, pixels, rows, columns):
    """Resizes height × width × channels of bytes with a matrix for each axis."""
    height, width, channels = pixels.shape
    lower = rows @ pixels.reshape(height, width * channels).astype(xp.float32)
    narrower = columns @ lower.reshape(rows.shape[0], width, channels)
    return xp.clip(xp.rint(narrower), 0, 255).astype(xp.uint8)


class Torch:
    """PyTorch on one card, and nvJPEG through torchvision."""

    name = "pytorch"

    def __init__(self) -> None:
        self.torch = import_or_miss("torch")
        self.io = import_or_miss("torchvision.io")
        if not self.torch.cuda.is_available():
            raise Missing("a CUDA card that torch can use")

    def describe(self) -> str:
        return f"torch {self.torch.__version__} on {self.torch.cuda.get_device_name()}"

    def sync(self) -> None:
        self.torch.cuda.synchronize()

    def host_pixels(self, file: bytes):
        return self.io.decode_jpeg(self.bytes_tensor(file), mode=self.io.ImageReadMode.RGB)

    def prepare(self, source: tuple[int, int], scaled: tuple[int, int]) -> None:
        self.scaled = scaled

    def upload(self, pixels):
        return pixels.to("cuda")

    def resize(self, image):
        functional = self.torch.nn.functional
        width, height = self.scaled
        scaled = functional.interpolate(image[None].float(), size=(height, width), mode="bicubic", antialias=True)
        return scaled[0].round_().clamp_(0, 255).to(self.torch.uint8)

    def read_back(self, image):
        return image.cpu()

    def size(self, pixels) -> tuple[int, int]:
        return pixels.shape[2], pixels.shape[1]

    def decode(self, file: bytes):
        return self.io.decode_jpeg(self.bytes_tensor(file), mode=self.io.ImageReadMode.RGB, device="cuda")

    def encode(self, image):
        return self.io.encode_jpeg(image, quality=QUALITY).cpu()

    def bytes_tensor(self, file: bytes):
        return self.torch.frombuffer(bytearray(file), dtype=self.torch.uint8)


class CuPy(Torch):
    """CuPy between the codecs of PyTorch, which it has none of; the two share memory."""

    name = "cupy"

    def __init__(self) -> None:
        self.cupy = import_or_miss("cupy")
        super().__init__()

    def describe(self) -> str:
        return f"cupy {self.cupy.__version__}"

    def sync(self) -> None:
        self.cupy.cuda.Device().synchronize()

    def host_pixels(self, file: bytes):
        return super().host_pixels(file).permute(1, 2, 0).contiguous().numpy()

    def prepare(self, source: tuple[int, int], scaled: tuple[int, int]) -> None:
        self.columns = lanczos_weights(self.cupy, source[0], scaled[0])
        self.rows = lanczos_weights(self.cupy, source[1], scaled[1])

    def upload(self, pixels):
        return self.cupy.asarray(pixels)

    def resize(self, image):
        return lanczos_resize(self.cupy, image, self.rows, self.columns)

    def read_back(self, image):
        return image.get()

    def size(self, pixels) -> tuple[int, int]:
        return pixels.shape[1], pixels.shape[0]

    def decode(self, file: bytes):
        return self.cupy.from_dlpack(super().decode(file).permute(1, 2, 0))

    def encode(self, image):
        channels_first = self.cupy.ascontiguousarray(image.transpose(2, 0, 1))
        return super().encode(self.torch.from_dlpack(channels_first))


class Rounds:
    """The times of the parts of what is done again and again."""

    def __init__(self, sync: Callable[[], None]) -> None:
        self.sync = sync
        self.parts: dict[str, list[int]] = {}

    def time(self, part: str, work: Callable):
        """Does something, waits for the card, and adds what it took."""
        self.sync()
        start = time.perf_counter_ns()
        result = work()
        self.sync()
        self.parts.setdefault(part, []).append(time.perf_counter_ns() - start)
        return result

    def repeat(self, seconds: float, work: Callable[[], None]) -> None:
        """Does something for about so long, after a first time that does not count."""
        work()
        self.parts.clear()
        start = time.monotonic()
        for done in range(MAX_ROUNDS):
            if done >= MIN_ROUNDS and time.monotonic() - start >= seconds:
                break
            work()

    def rows(self, kind: str, name: str, engine: str, size: tuple[int, int]) -> list[str]:
        """Returns a row for each part."""
        rows = []
        for part, times in self.parts.items():
            first, median, third = statistics.quantiles(times, n=4, method="inclusive")
            times_ns = f"{median:.0f},{first:.0f},{third:.0f}"
            rows.append(f'{kind},"{name}",{engine},{part},{size[0]},{size[1]},{times_ns},{len(times)},')
        return rows


def measure(peer, file: bytes, source: tuple[int, int], seconds: float) -> list[str]:
    """Measures a peer on a photo: pixels to pixels, then file to file."""
    narrow = min(800, source[0] // 2)
    scaled = (narrow, max(round(source[1] * narrow / source[0]), 1))
    peer.prepare(source, scaled)
    pixels = peer.host_pixels(file)
    size = peer.size(peer.read_back(peer.resize(peer.upload(pixels))))
    if size != scaled:
        raise Missing(f"a right result of {peer.name}: {size} instead of {scaled}")

    chain = Rounds(peer.sync)

    def run_chain() -> None:
        image = chain.time("upload", lambda: peer.upload(pixels))
        image = chain.time("run", lambda: peer.resize(image))
        chain.time("read_back", lambda: peer.read_back(image))
        del image
        chain.time("total", lambda: peer.read_back(peer.resize(peer.upload(pixels))))

    request = Rounds(peer.sync)

    def run_request() -> None:
        image = request.time("decode", lambda: peer.decode(file))
        image = request.time("engine", lambda: peer.resize(image))
        request.time("encode", lambda: peer.encode(image))
        del image
        request.time("total", lambda: peer.encode(peer.resize(peer.decode(file))))

    chain.repeat(seconds, run_chain)
    rows = chain.rows("chain", "resize", peer.name, source)
    request.repeat(seconds, run_request)
    return rows + request.rows("request", "JPEG to JPEG", peer.name, source)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", metavar="DIR", type=pathlib.Path, help="what the bench was given as --out")
    parser.add_argument("--seconds", type=float, default=2.0, help="how long each peer is measured on each photo")
    options = parser.parse_args(arguments)
    photos = sorted((options.folder / "photos").glob("*x*.jpg"), key=lambda path: path.stat().st_size)

    with open(options.folder / "peers.csv", "w", encoding="utf-8") as record:

        def fact(key: str, value: str) -> None:
            print(f"{key}: {value}", file=sys.stderr)
            record.write(f"# {key}: {' '.join(value.split())}\n")

        peers = []
        for make in [Torch, CuPy]:
            try:
                peers.append(make())
                fact("peer", peers[-1].describe())
            except Missing as missing:
                fact("no peer", f"{make.name}: {missing} is missing")
        if not photos:
            fact("no photos", "the bench leaves them when it measures requests")
        record.write(f"{COLUMNS}\n")
        for photo in photos:
            width, height = (int(side) for side in photo.stem.split("x"))
            for peer in peers:
                try:
                    rows = measure(peer, photo.read_bytes(), (width, height), options.seconds)
                except Exception as error:  # A card that is full, or a codec that does not know such a photo: go on without.
                    fact("left out", f"{peer.name} at {width}x{height}: {error}")
                    continue
                record.write("".join(f"{row}\n" for row in rows))
                record.flush()
                print(f"{peer.name} {width}x{height}: done", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
