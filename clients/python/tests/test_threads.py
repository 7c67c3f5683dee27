"""The interpreter goes on while a picture is made."""

import multiprocessing
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy
import palmette
import pytest


@pytest.fixture(scope="module")
def noise() -> palmette.Transformer:
    """A picture that takes long to encode."""
    return palmette.from_array(numpy.random.default_rng(5).integers(0, 256, (256, 256, 3), numpy.uint8))


@pytest.fixture(scope="module")
def large() -> palmette.Transformer:
    """A file that takes long to decode."""
    ramp = numpy.arange(4000, dtype=numpy.uint32)
    pixels = (ramp[:, None] * ramp[None, :] >> 12).astype(numpy.uint8)
    return palmette.open(palmette.from_array(pixels).encode("png"))


@pytest.fixture
def unasked() -> Iterator[None]:
    """The interpreter goes to another thread only when it is released, never because time has passed."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1000)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.usefixtures("unasked")
@pytest.mark.parametrize(
    "make",
    [
        lambda noise, large: noise.encode("avif"),
        lambda noise, large: noise.output("avif"),
        lambda noise, large: large.resize(10).to_numpy(),
        lambda noise, large: large.transform(trim="border").explain("png"),
    ],
    ids=["encode", "output", "to_numpy", "explain"],
)
def test_two_threads_work_at_once(noise: palmette.Transformer, large: palmette.Transformer, make) -> None:
    spans: list[tuple[float, float]] = []
    start = threading.Barrier(2)

    def work() -> None:
        start.wait()
        begin = time.monotonic()
        make(noise, large)
        spans.append((begin, time.monotonic()))

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (begin, end), (other_begin, other_end) = spans
    # With the interpreter held, the second could not look at the clock before the first has ended.
    assert begin < other_end and other_begin < end


def test_threads_share_a_description(noise: palmette.Transformer) -> None:
    small = noise.resize(32)
    expected = small.encode("webp")
    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(lambda _: small.encode("webp"), range(100))) == {expected}


def test_cores_change_no_byte(noise: palmette.Transformer) -> None:
    pixels = noise.to_numpy()
    alone, together = (palmette.Pipeline(cores=cores).from_array(pixels).encode("avif") for cores in (1, 4))
    assert alone == together


def _child(pixels: numpy.ndarray, results) -> None:
    results.put(palmette.from_array(pixels).resize(16).encode("png"))


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_a_forked_process_works_on(method: str, pixels: numpy.ndarray) -> None:
    expected = palmette.from_array(pixels).resize(16).encode("png")
    context = multiprocessing.get_context(method)
    results = context.Queue()
    process = context.Process(target=_child, args=(pixels, results))
    process.start()
    assert results.get(timeout=30) == expected
    process.join()
