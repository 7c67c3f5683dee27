"""The wire client, against the server, and against servers that misbehave."""

from __future__ import annotations

import http.server
import io
import pickle
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from email.message import Message
from pathlib import Path
from typing import NamedTuple

import numpy
import palmette
import pytest


@pytest.fixture
def images(server: str) -> Iterator[palmette.Client]:
    with palmette.Client(server) as client:
        yield client


def test_the_chain_is_the_same(images: palmette.Client, png: bytes, pixels: numpy.ndarray) -> None:
    def describe(opened, mark):
        return opened.resize(40, 30).draw(mark.transform(rotate=90), opacity=0.5, right=1, bottom=1)

    local = describe(palmette.open(png), palmette.open(png).resize(8))
    remote = describe(images.open(png), images.open(png).resize(8))
    assert remote.encode("avif", quality="low") == local.encode("avif", quality="low")
    assert numpy.array_equal(remote.to_numpy(), local.to_numpy())
    assert numpy.array_equal(
        images.from_array(pixels).to_numpy(3, background="red"),
        palmette.from_array(pixels).to_numpy(3, background="red"),
    )
    assert remote.engine("cpu").encode("png") == local.encode("png")


def test_what_the_server_tells(images: palmette.Client, png: bytes) -> None:
    assert images.info(png) == palmette.info(png)
    assert images.info(b"<svg xmlns='http://www.w3.org/2000/svg'/>") == palmette.Info("image/svg+xml")
    assert images.ready()["profile"] == palmette.PROFILE
    answer = images.open(png).resize(32).output("webp")
    assert (answer.content_type, answer.size, answer.engine) == ("image/webp", (32, 24), "cpu")
    assert answer.timings["encode"] > 0
    assert images.open(png).output("rgba").size is None
    assert images.open(png).resize(32).explain("webp")["steps"]


def test_sources_are_bytes_paths_and_files(images: palmette.Client, png: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(png)
    expected = palmette.open(png).resize(16).encode("png")
    with path.open("rb") as file:
        for source in [png, bytearray(png), memoryview(png), path, str(path), file, io.BytesIO(png)]:
            assert images.open(source).resize(16).encode("png") == expected
    images.open(path).draw(str(path), left=1).save(tmp_path / "out.webp")
    assert palmette.info(tmp_path / "out.webp").format == "image/webp"


def test_texts_bring_their_fonts(images: palmette.Client) -> None:
    font = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
    options = {"size": 20, "color": "red", "max_width": 60, "line_height": 1.5, "axes": {"wght": 500}}
    expected = palmette.text("Palme dattier", font, **options).encode("png")
    assert images.text("Palme dattier", font, **options).encode("png") == expected
    assert images.text("Palme dattier", Path(font).read_bytes(), **options).encode("png") == expected


def test_refusals_have_the_codes_and_words_of_the_server(images: palmette.Client, png: bytes) -> None:
    for code, message, call in [
        (
            9401,
            "transform 1 of the canvas: blur must be 0 to 250, got 251",
            lambda: images.open(png).transform(blur=251).encode("png"),
        ),
        (9410, "font:none|there is no font", lambda: images.text("a", "font:none").encode("png")),
        (9412, "not an image", lambda: images.open(b"no picture").encode("png")),
        (9412, "not an image", lambda: images.info(b"no picture")),
        (9432, "output_format must be", lambda: images.open(png).encode("webpp")),
    ]:
        with pytest.raises(palmette.Error, match=message) as caught:
            call()
        assert caught.value.code == code
        assert not str(caught.value).startswith("ERROR")
    # The connection serves the next request.
    assert images.open(png).encode("png")


def test_sources_that_fail(images: palmette.Client, png: bytes, tmp_path: Path) -> None:
    class Broken(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            raise ValueError("the tape has snapped")

    with pytest.raises(FileNotFoundError):
        images.open(tmp_path / "none.png").encode("png")
    with pytest.raises(palmette.Error, match="the tape has snapped") as caught:
        images.open(png).draw(Broken()).encode("png")
    assert caught.value.code == 9432
    with pytest.raises(TypeError, match="opened for reading bytes"):
        images.open(io.StringIO("text")).encode("png")
    with pytest.raises(TypeError, match="a picture must be bytes"):
        images.open(5)
    with pytest.raises(TypeError, match=r"from_array\(\) takes it"):
        images.open(numpy.zeros((2, 2, 4), numpy.uint8))
    assert images.open(png).encode("png")


def test_threads_and_processes_share_a_client(images: palmette.Client, png: bytes) -> None:
    expected = palmette.open(png).resize(16).encode("png")
    copy = pickle.loads(pickle.dumps(images))
    with ThreadPoolExecutor(4) as threads:
        made = threads.map(lambda client: client.open(png).resize(16).encode("png"), [images, copy] * 20)
        assert set(made) == {expected}


def test_addresses_are_checked() -> None:
    for url in [
        "",
        "pictures",
        "ftp://a",
        "http://",
        "http://a?b",
        "http://a#b",
        "http://me:secret@a",
        "http://a:99999",
    ]:
        with pytest.raises(ValueError):
            palmette.Client(url)
    assert "secret" not in repr(palmette.Client("http://a", token="secret"))


def test_a_server_that_asks_for_a_token(start: Callable[..., str], png: bytes, tmp_path: Path) -> None:
    (tmp_path / "tokens").write_text("an-old-token-of-many-characters\na-new-token-of-many-characters\n")
    url = start("--token-file", tmp_path / "tokens")
    expected = palmette.open(png).resize(16).encode("png")
    for token in ("an-old-token-of-many-characters", "a-new-token-of-many-characters"):
        assert palmette.Client(url, token=token).open(png).resize(16).encode("png") == expected
    for token in (None, "another-token-of-many-characters"):
        images = palmette.Client(url, token=token)
        assert images.ready()["ready"]
        for call in (images.open(png).resize(8).explain, images.open(png).encode):
            with pytest.raises(palmette.Error, match="token") as caught:
                call("png")
            assert caught.value.code == 9401


def test_a_server_with_tls(start: Callable[..., str], png: bytes, tmp_path: Path) -> None:
    pair = ["-keyout", tmp_path / "key.pem", "-out", tmp_path / "cert.pem", "-subj", "/CN=localhost"]
    name = ["-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"]
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        *pair,
        *name,
    ]
    subprocess.run(command, check=True, capture_output=True)
    url = start("--tls-cert", tmp_path / "cert.pem", "--tls-key", tmp_path / "key.pem")
    assert url.startswith("https://")
    trusting = palmette.Client(url, context=ssl.create_default_context(cafile=tmp_path / "cert.pem"))
    for _ in range(2):
        assert trusting.info(png) == palmette.info(png)
    with pytest.raises(palmette.Error, match="CERTIFICATE_VERIFY_FAILED"):
        palmette.Client(url).info(png)
    with pytest.raises(TypeError, match="context"):
        pickle.dumps(trusting)


def test_a_unix_socket(start: Callable[..., str], png: bytes, tmp_path: Path) -> None:
    address = f"unix:{tmp_path}/socket"
    start("--listen", address)
    images = palmette.Client(address)
    for _ in range(2):
        assert images.open(png).resize(16).encode("png") == palmette.open(png).resize(16).encode("png")
    with pytest.raises(palmette.Error, match="No such file"):
        palmette.Client(f"unix:{tmp_path}/none").ready()


def test_no_server() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    with pytest.raises(palmette.Error, match=f"http://127.0.0.1:{port}: .*refused") as caught:
        palmette.Client(f"http://127.0.0.1:{port}").ready()
    assert caught.value.code is None


Handler = Callable[[http.server.BaseHTTPRequestHandler, bytes], None]


class Asked(NamedTuple):
    """A request, and whose it was."""

    path: str
    headers: Message
    client_address: tuple[str, int]


@contextmanager
def serving(answer: Handler) -> Iterator[tuple[str, list[Asked]]]:
    """A server that keeps what it was asked, and answers as a test wants."""
    asked: list[Asked] = []

    class Server(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            asked.append(Asked(self.path, self.headers, self.client_address))
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            answer(self, body)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/base/", asked
    finally:
        server.shutdown()
        server.server_close()


def reply(handler: http.server.BaseHTTPRequestHandler, status: int, headers: dict[str, str], body: bytes) -> None:
    handler.send_response(status)
    for name, value in {**headers, "content-length": str(len(body))}.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


def test_a_request_has_the_form_of_the_binding_and_the_token() -> None:
    bodies = []

    def answer(handler: http.server.BaseHTTPRequestHandler, body: bytes) -> None:
        bodies.append(body)
        reply(handler, 200, {"content-type": "image/png"}, b"made")

    with serving(answer) as (url, asked):
        images = palmette.Client(url, token="secret", headers={"x-team": "a"})
        photo = images.open(b"the photo").resize(320).draw(b"the mark", opacity=0.5)
        assert photo.encode("webp", quality=70, background="red", anim=False) == b"made"
        assert photo.encode("webp") == b"made"
    request = asked[0]
    assert request.path == "/base/transform"
    assert request.headers["authorization"] == "Bearer secret" and request.headers["x-team"] == "a"
    boundary = request.headers["content-type"].partition("boundary=")[2]
    parts = [
        ('name="image"; filename="image"', "the photo"),
        ('name="draw_image"; filename="draw_image"', "the mark"),
        ('name="transforms"', '[{"imageIndex":0,"width":320},{"drawImageIndex":1,"targetImageIndex":0,"opacity":0.5}]'),
        ('name="output_format"', "image/webp"),
        ('name="output_quality"', "70"),
        ('name="background"', "red"),
        ('name="anim"', "false"),
    ]
    form = "".join(
        f"--{boundary}\r\ncontent-disposition: form-data; {name}\r\n\r\n{value}\r\n" for name, value in parts
    )
    assert bodies[0].decode() == f"{form}--{boundary}--\r\n"
    # Both went over one connection, with boundaries of their own.
    assert asked[0].client_address == asked[1].client_address
    assert asked[1].headers["content-type"] != asked[0].headers["content-type"]


@pytest.mark.parametrize(
    ("status", "headers", "body", "code", "message"),
    [
        (
            502,
            {},
            b"<html>\n <p>Bad gateway",
            9523,
            "the answer is not one of the Images binding: status 502, <html> <p>Bad gateway",
        ),
        (200, {"content-type": "text/html"}, b"Log in", 9523, "status 200, Log in"),
        (503, {"cf-images-binding": "err=9522"}, b"ERROR 9522: the queue is full", 9522, "^the queue is full$"),
        (400, {"cf-images-binding": "internal; err=9999 more"}, b"from a later server", 9999, "^from a later server$"),
        (401, {}, b"", 9523, "status 401$"),
    ],
)
def test_answers_that_are_none(status: int, headers: dict[str, str], body: bytes, code: int, message: str) -> None:
    with (
        serving(lambda handler, _: reply(handler, status, headers, body)) as (url, _),
        pytest.raises(palmette.Error, match=message) as caught,
    ):
        palmette.Client(url).open(b"x").encode("png")
    assert caught.value.code == code


def test_a_connection_that_was_closed_is_opened_again(tmp_path: Path) -> None:
    def answer(handler: http.server.BaseHTTPRequestHandler, _: bytes) -> None:
        reply(handler, 200, {"content-type": "image/png"}, b"made")
        # It says nothing of it, as a server that times out.
        handler.close_connection = True

    with serving(answer) as (url, asked):
        images = palmette.Client(url)
        for _ in range(3):
            assert images.open(b"x").encode("png") == b"made"
        # What an open file gave once, it does not give again.
        with pytest.raises(palmette.Error):
            images.open(io.BytesIO(b"x")).encode("png")
    assert len(asked) == 3


def test_a_server_that_is_silent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        images = palmette.Client(f"http://127.0.0.1:{server.getsockname()[1]}", timeout=0.2)
        with pytest.raises(palmette.Error, match="timed out"):
            images.open(b"x").encode("png")


def test_an_answer_that_breaks_off() -> None:
    def answer(handler: http.server.BaseHTTPRequestHandler, _: bytes) -> None:
        handler.send_response(200)
        handler.send_header("content-type", "image/png")
        handler.send_header("content-length", "100")
        handler.end_headers()
        handler.wfile.write(b"half")
        handler.close_connection = True

    with serving(answer) as (url, _), pytest.raises(palmette.Error, match="IncompleteRead"):
        palmette.Client(url).open(b"x").encode("png")


def test_a_refusal_that_comes_early_is_heard() -> None:
    """A server that has had enough says so, and closes while the request is still on its way."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def refuse() -> None:
            connection, _ = server.accept()
            connection.recv(1000)
            connection.sendall(b"HTTP/1.1 503 Busy\r\ncf-images-binding: err=9522\r\ncontent-length: 4\r\n\r\nbusy")
            connection.close()

        thread = threading.Thread(target=refuse)
        thread.start()
        with pytest.raises(palmette.Error, match="busy") as caught:
            palmette.Client(f"http://127.0.0.1:{server.getsockname()[1]}").open(bytes(5_000_000)).encode("png")
        thread.join()
    assert caught.value.code == 9522
