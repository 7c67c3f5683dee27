"""The same calls for a server: a form is built as they come, and sent by Python's own HTTP client.

Python's client speaks ``https``, survives a fork, and starts no thread. A connection is kept for the next request of any thread; one
that the server closed in the meantime is opened again.
"""

from __future__ import annotations

import base64
import collections
import http.client
import json
import os
import secrets
import socket
import ssl
import urllib.parse
from typing import TYPE_CHECKING, Any, Final, Literal, Self, Unpack

from . import _palmette
from ._error import Error
from ._types import Answer, Info, Readable, Rendition

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import numpy
    import numpy.typing
    from typing_extensions import Buffer

    from ._options import DrawOptions, Format, OutputOptions, TextOptions, TransformOptions
    from ._types import Array, Source

_CHUNK_BYTES: Final = 1 << 20
_MESSAGE_CHARS: Final = 200
_NOT_AN_ANSWER: Final = 9523
_SOURCE_FAILED: Final = 9432


class Client:
    """A Palmette server. It may be shared by threads, and sent to other processes.

    >>> images = palmette.Client("https://pictures.example.com", token="…")
    >>> webp = images.open("photo.jpg").resize(800, 600).encode("webp")

    Args:
        url: The address, ``http://…``, ``https://…``, or ``unix:`` and the path of a socket.
        token: Sent as ``authorization: Bearer …`` with every request.
        timeout: Seconds that the server may be silent; default none, as it has limits of its own.
        headers: Sent with every request.
        context: How the certificate of the server is checked; default as the machine does.
    """

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        timeout: float | None = None,
        headers: Mapping[str, str] | None = None,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self.url: Final = url.rstrip("/")
        self._socket = url.removeprefix("unix:") if url.startswith("unix:") else None
        parts = urllib.parse.urlsplit("http://localhost" if self._socket else url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError(f"url must be the address of a server, such as http://127.0.0.1:9901, got {url!r}")
        if parts.username is not None:
            raise ValueError("a user in the url is not sent; use token")
        self._is_secure = parts.scheme == "https"
        self._host: str = parts.hostname
        self._port = parts.port
        self._path = parts.path.rstrip("/")
        self._timeout = timeout
        self._headers = dict(headers or {})
        if token is not None:
            self._headers["authorization"] = f"Bearer {token}"
        self._context = context
        self._open_pool()

    def open(self, source: Source, /) -> RemoteTransformer:
        """Begins with a picture: the bytes of a file, a path, or a file that is open. It is read while it is sent."""
        return RemoteTransformer(self, _palmette.Tree.image(_checked(source)))

    def from_array(self, array: Array, /) -> RemoteTransformer:
        """Begins with pixels, as :func:`palmette.from_array`; they are sent as PNG."""
        return self.open(_palmette.from_array(array).encode("png"))

    def text(self, text: str, /, font: Source, **options: Unpack[TextOptions]) -> RemoteTransformer:
        """Begins with a text.

        The font is a URL that the server can fetch, ``font:NAME`` for one that it has, or a file, which is sent along; by default, a server
        takes one of up to 768 KiB so.
        """
        is_url = isinstance(font, str) and (font.startswith(("font:", "data:")) or "://" in font)
        url = str(font) if is_url else f"data:;base64,{base64.b64encode(b''.join(_chunks(font))).decode()}"
        return RemoteTransformer(self, _palmette.Tree.text(text, url, **options))

    def info(self, source: Source, /) -> Info:
        """Asks for the format and size of a picture; the server looks at its header only.

        Raises:
            Error: it is no picture (9412), or there is no answer.
        """
        content_type, pieces = _palmette.info_form(secrets.randbits(128), _checked(source))
        fields = self._json(*self._post("/info", content_type, pieces))
        return Info(fields["format"], fields.get("file_size"), fields.get("width"), fields.get("height"))

    def ready(self) -> dict[str, Any]:
        """Asks whether the server takes requests, and what it is: its ``version``, its ``profile``, its engine.

        Raises:
            Error: nothing answers, or it takes none.
        """
        return self._json(*self._request("GET", "/ready", {}, []))

    def close(self) -> None:
        """Closes the connections that are kept. The client may be used again."""
        while self._idle:
            self._idle.pop().close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"palmette.Client({self.url!r})"

    def __getstate__(self) -> dict[str, Any]:
        """Leaves the connections out, and how certificates are checked, which cannot be copied."""
        if self._context is not None:
            raise TypeError("a client with a context cannot be sent to another process")
        return {name: value for name, value in self.__dict__.items() if name not in ("_idle", "_owner")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._open_pool()

    def _open_pool(self) -> None:
        # Appending and popping are atomic.
        self._idle: collections.deque[http.client.HTTPConnection] = collections.deque()
        self._owner = os.getpid()

    def _connection(self) -> tuple[http.client.HTTPConnection, bool]:
        """Returns a connection, and whether it was used before."""
        if self._owner != os.getpid():
            # A fork of the process has no part in its connections.
            self._open_pool()
        try:
            return self._idle.pop(), True
        except IndexError:
            pass
        if self._socket is not None:
            return _UnixConnection(self._socket, self._timeout), False
        if self._is_secure:
            context = self._context or ssl.create_default_context()
            return http.client.HTTPSConnection(self._host, self._port, timeout=self._timeout, context=context), False
        return http.client.HTTPConnection(self._host, self._port, timeout=self._timeout), False

    def _post(self, path: str, content_type: str, pieces: list[Any]) -> tuple[http.client.HTTPResponse, bytes]:
        return self._request("POST", path, {"content-type": content_type}, pieces)

    def _request(
        self, method: str, path: str, headers: Mapping[str, str], pieces: list[Any]
    ) -> tuple[http.client.HTTPResponse, bytes]:
        """Sends a request and reads its answer, which is one of the binding."""
        while True:
            connection, is_used = self._connection()
            body = _Body(pieces)
            try:
                response, content = self._exchange(connection, method, path, headers, body)
            except _SourceError as failed:
                connection.close()
                if isinstance(failed.cause, (OSError, TypeError)):
                    raise failed.cause from None
                raise Error(f"a source failed: {failed.cause}", _SOURCE_FAILED) from failed.cause
            except (OSError, http.client.HTTPException) as broken:
                connection.close()
                # A server may close a connection that waits. What was read from an open file is gone.
                if is_used and not isinstance(broken, TimeoutError) and body.is_repeatable:
                    continue
                raise Error(f"{self.url}: {broken or type(broken).__name__}") from broken
            if response.will_close or not body.is_sent:
                connection.close()
            else:
                self._idle.append(connection)
            self._check(response, content)
            return response, content

    def _exchange(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: _Body,
    ) -> tuple[http.client.HTTPResponse, bytes]:
        all_headers = {**self._headers, **headers}
        if body.pieces:
            all_headers["transfer-encoding"] = "chunked"
        try:
            connection.request(
                method, self._path + path, body=body if body.pieces else None, headers=all_headers, encode_chunked=True
            )
        except (BrokenPipeError, ConnectionResetError):
            # A server that refuses does not wait for the rest, and has said why.
            if connection.sock is None:
                raise
        response = connection.getresponse()
        return response, response.read()

    def _check(self, response: http.client.HTTPResponse, content: bytes) -> None:
        """Raises the failure that an answer tells."""
        if failure := _failure(response.headers, content):
            raise failure
        if not 200 <= response.status < 300:
            raise self._foreign(response, content)

    def _json(self, response: http.client.HTTPResponse, content: bytes) -> dict[str, Any]:
        """Reads an answer that is an object."""
        try:
            answer = json.loads(content)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise self._foreign(response, content)
        return answer

    def _foreign(self, response: http.client.HTTPResponse, content: bytes) -> Error:
        """Makes the error for an answer of something else, such as a gate before the server."""
        line = " ".join(content.decode(errors="replace").split())[:_MESSAGE_CHARS]
        message = f"{self.url}: the answer is not one of the Images binding: status {response.status}"
        return Error(f"{message}, {line}" if line else message, _NOT_AN_ANSWER)


class RemoteTransformer:
    """A picture and the steps on it, for a server. Nothing is read or sent before :meth:`encode` or one of its relatives.

    A step changes nothing: it returns a new description. The server checks the options.
    """

    def __init__(self, client: Client, tree: _palmette.Tree, engine: str | None = None) -> None:
        self._client = client
        self._tree = tree
        self._engine = engine

    def resize(
        self, width: float | None = None, height: float | None = None, /, **options: Unpack[TransformOptions]
    ) -> RemoteTransformer:
        """As :meth:`palmette.Transformer.resize`."""
        return self._with(self._tree.resize(width, height, **options))

    def transform(self, **options: Unpack[TransformOptions]) -> RemoteTransformer:
        """As :meth:`palmette.Transformer.transform`."""
        return self._with(self._tree.transform(**options))

    def draw(self, overlay: RemoteTransformer | Source, /, **options: Unpack[DrawOptions]) -> RemoteTransformer:
        """As :meth:`palmette.Transformer.draw`."""
        child = overlay._tree if isinstance(overlay, RemoteTransformer) else _palmette.Tree.image(_checked(overlay))
        return self._with(self._tree.draw(child, **options))

    def engine(self, choice: Literal["auto", "cpu", "gpu"], /) -> RemoteTransformer:
        """Chooses the engine of the server. Of an overlay the choice does not count."""
        return RemoteTransformer(self._client, self._tree, choice)

    def encode(self, format: Format, /, **options: Unpack[OutputOptions]) -> bytes:
        """Makes the picture and returns the bytes of its file.

        Raises:
            Error: the server refuses, with its code; or there is no answer.
            OSError: a source cannot be read.
        """
        return self._picture(format, options)[1]

    def output(self, format: Format, /, **options: Unpack[OutputOptions]) -> Answer:
        """As :meth:`encode`, with what the server tells about the result."""
        response, data = self._picture(format, options)
        content_type = response.headers.get("content-type", "application/octet-stream")
        size = None
        if content_type.startswith("image/"):
            opened = _palmette.info(data)
            size = (opened.width or 0, opened.height or 0)
        timings = dict(_timings(response.headers.get("server-timing", "")))
        return Answer(data, content_type, size, None, response.headers.get("palmette-engine"), timings)

    def outputs(self, renditions: Iterable[Rendition], /) -> list[Answer | Error]:
        """As :meth:`palmette.Transformer.outputs`: sources are sent and decoded once. Only servers of this project know how.

        Raises:
            Error: something is wrong with all results, or not all of the answer arrives.
        """
        renditions = list(renditions)
        random = secrets.randbits(128)
        content_type, pieces = self._tree.form_of_renditions(random, renditions, engine=self._engine)
        response, content = self._client._post("/transform", content_type, pieces)
        boundary = response.headers.get_boundary()
        if response.headers.get_content_type() != "multipart/mixed" or boundary is None:
            raise self._client._foreign(response, content)
        try:
            answers = [_rendition(headers, data) for headers, data in _parts(content, boundary)]
        except (KeyError, ValueError) as malformed:
            raise self._client._foreign(response, content[:_MESSAGE_CHARS]) from malformed
        if len(answers) != len(renditions):
            message = f"{self._client.url}: the answer has {len(answers)} of {len(renditions)} results"
            raise Error(message, _NOT_AN_ANSWER)
        return answers

    def save(
        self, path: str | os.PathLike[str], /, format: Format | None = None, **options: Unpack[OutputOptions]
    ) -> None:
        """As :meth:`palmette.Transformer.save`."""
        data = self.encode(_palmette.format_of(path) if format is None else format, **options)
        with open(path, "wb") as file:
            file.write(data)

    def to_numpy(
        self, channels: Literal[3, 4] = 4, *, background: str | None = None
    ) -> numpy.typing.NDArray[numpy.uint8]:
        """As :meth:`palmette.Transformer.to_numpy`; the pixels come as PNG."""
        return _palmette.open(self.encode("png", background=background, anim=False)).to_numpy(channels)

    def explain(self, format: Format, /, **options: Unpack[OutputOptions]) -> dict[str, Any]:
        """Asks the server for its plan."""
        return self._client._json(*self._send(format, options, explain=True))

    def _with(self, tree: _palmette.Tree) -> RemoteTransformer:
        return RemoteTransformer(self._client, tree, self._engine)

    def _picture(self, format: str, options: OutputOptions) -> tuple[http.client.HTTPResponse, bytes]:
        """Takes an answer that has the type of a picture."""
        response, data = self._send(format, options)
        if not response.headers.get("content-type", "").startswith(("image/", "application/octet-stream")):
            raise self._client._foreign(response, data)
        return response, data

    def _send(
        self, format: str, options: OutputOptions, *, explain: bool = False
    ) -> tuple[http.client.HTTPResponse, bytes]:
        random = secrets.randbits(128)
        content_type, pieces = self._tree.form(random, format, engine=self._engine, explain=explain, **options)
        return self._client._post("/transform", content_type, pieces)


class _UnixConnection(http.client.HTTPConnection):
    """A connection to a socket of this machine."""

    def __init__(self, path: str, timeout: float | None) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        """Opens it."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class _SourceError(Exception):
    """A source failed while it was sent."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(str(cause))
        self.cause = cause


class _Body:
    """The pieces of a form, one after the other."""

    def __init__(self, pieces: list[Any]) -> None:
        self.pieces = pieces
        self.is_repeatable = not any(isinstance(piece, Readable) for piece in pieces)
        self.is_sent = not pieces

    def __iter__(self) -> Iterator[Buffer]:
        for piece in self.pieces:
            try:
                # An empty chunk would end the body.
                yield from (chunk for chunk in _chunks(piece) if len(memoryview(chunk)))
            except Exception as error:
                raise _SourceError(error) from error
        self.is_sent = True


def _chunks(source: Source) -> Iterator[Buffer]:
    """Reads a source bit by bit."""
    if isinstance(source, (str, os.PathLike)):
        with open(source, "rb") as file:
            yield from _chunks(file)
    elif isinstance(source, Readable):
        while chunk := source.read(_CHUNK_BYTES):
            if not isinstance(chunk, bytes):
                raise TypeError('the file must be opened for reading bytes: open(path, "rb")')
            yield chunk
    else:
        yield memoryview(source).cast("B")


def _checked(source: Source) -> Source:
    """Refuses what is no source, where it is given."""
    if isinstance(source, (str, os.PathLike, Readable)):
        return source
    try:
        dimensions = memoryview(source).ndim
    except TypeError:
        allowed = "bytes, a path or a file that is open for reading bytes"
        raise TypeError(f"a picture must be {allowed}, got {type(source).__name__}") from None
    if dimensions > 1:
        raise TypeError("this is an array of pixels; palmette.from_array() takes it")
    return source


def _timings(header: str) -> Iterator[tuple[str, float]]:
    """Reads ``name;dur=milliseconds, …``."""
    for entry in header.split(","):
        stage, *fields = (field.strip() for field in entry.split(";"))
        for field in fields:
            name, _, value = field.partition("=")
            if name == "dur":
                yield stage, float(value) / 1000


def _failure(headers: Mapping[str, str], content: bytes) -> Error | None:
    """Returns the failure that an answer tells, or a part of one."""
    _, _, digits = headers.get("cf-images-binding", "").partition("err=")
    code = digits[: len(digits) - len(digits.lstrip("0123456789"))]
    if not code:
        return None
    text = content.decode(errors="replace").strip()
    return Error(text.removeprefix(f"ERROR {code}: "), int(code))


def _rendition(headers: Mapping[str, str], data: bytes) -> Answer | Error:
    """Makes a result of a part of an answer."""
    if failure := _failure(headers, data):
        return failure
    size = (int(headers["image-width"]), int(headers["image-height"]))
    timings = dict(_timings(headers.get("server-timing", "")))
    return Answer(data, headers["content-type"], size, None, headers.get("palmette-engine"), timings)


def _parts(content: bytes, boundary: str) -> Iterator[tuple[Mapping[str, str], bytes]]:
    """Takes an answer of ``multipart/mixed`` apart, as far as it came. Parts tell their lengths, so pictures may hold anything."""
    delimiter = f"--{boundary}\r\n".encode()
    at = 0
    while content.startswith(delimiter, at):
        end = content.find(b"\r\n\r\n", at)
        if end < 0:
            return
        lines = content[at + len(delimiter) : end].decode("latin-1").split("\r\n")
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        start = end + 4
        at = start + int(headers["content-length"])
        if not content.startswith(b"\r\n", at):
            return
        yield headers, content[start:at]
        at += 2
