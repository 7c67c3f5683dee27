"""Several results of one picture, by the library and by a server, and by servers that misbehave."""

from __future__ import annotations

import io
from collections.abc import Callable

import palmette
import pytest
from PIL import Image
from test_client import reply, serving

RENDITIONS: list[palmette.Rendition] = [
    {"format": "webp", "transforms": [{"width": 32}]},
    {"format": "jpeg", "quality": 70, "background": "red", "transforms": [{"width": 40}, {"rotate": 90}]},
    {"format": "png", "anim": False},
    {"format": "rgba", "quality": None, "transforms": None},
]


@pytest.fixture(params=["library", "server"])
def opened(
    request: pytest.FixtureRequest, png: bytes
) -> Callable[[], palmette.Transformer | palmette.RemoteTransformer]:
    """A picture, here and at a server."""
    if request.param == "library":
        return lambda: palmette.open(png)
    client = palmette.Client(request.getfixturevalue("server"))
    return lambda: client.open(png)


def test_each_is_what_a_call_for_it_alone_gives(opened, png: bytes) -> None:
    answers = opened().transform(flip="h").outputs(RENDITIONS)
    flipped = palmette.open(png).transform(flip="h")
    assert [answer.data for answer in answers] == [
        flipped.resize(32).encode("webp"),
        flipped.resize(40).transform(rotate=90).encode("jpeg", quality=70, background="red"),
        flipped.encode("png"),
        flipped.encode("rgba"),
    ]
    assert [(answer.content_type, answer.size) for answer in answers] == [
        ("image/webp", (32, 24)),
        ("image/jpeg", (30, 40)),
        ("image/png", (64, 48)),
        ("application/octet-stream", (64, 48)),
    ]
    assert all(answer.engine == "cpu" and "encode" in answer.timings for answer in answers)
    assert Image.open(io.BytesIO(answers[0].data)).size == (32, 24)


def test_one_that_fails_is_an_error_in_its_place(opened) -> None:
    wide: palmette.Rendition = {"format": "png", "transforms": [{"width": 20_000, "fit": "contain"}]}
    first, failed, last = opened().outputs([{"format": "png"}, wide, {"format": "gif"}])
    assert isinstance(failed, palmette.Error)
    assert failed.code == 9413
    assert "output 2" in str(failed)
    assert (first.content_type, last.content_type) == ("image/png", "image/gif")


@pytest.mark.parametrize(
    ("renditions", "error", "message"),
    [
        (
            [{"format": "png"}, {"format": "png", "qualty": 5}],
            palmette.Error,
            'output 2: unknown option "qualty"; known',
        ),
        ([{"format": "png", "qualty": 5}], palmette.Error, "did you mean quality?"),
        ([{"format": "png", "transforms": [{"widht": 5}]}], palmette.Error, 'unknown option "widht"'),
        ([{"format": "png", "transforms": [{"blur": 251}]}], palmette.Error, "blur must be 0 to 250, got 251"),
        ([{"format": "jpgg"}], palmette.Error, "must be one of"),
        ([{"format": "png", "quality": 0}], palmette.Error, "quality must be 1 to 100"),
        ([{"quality": 5}], TypeError, "output 1: a rendition needs a format"),
        (["png"], TypeError, "output 1: a rendition must be a dict, got str"),
        ([{"format": "png", "transforms": [5]}], TypeError, "output 1: transforms must be a list of dicts"),
        (5, TypeError, "not iterable"),
        ([], palmette.Error, "1 to 32"),
        ([{"format": "png"}] * 33, palmette.Error, "1 to 32"),
    ],
)
def test_wrong_ones_are_refused_by_their_place(opened, renditions, error: type[Exception], message: str) -> None:
    with pytest.raises(error) as refused:
        opened().outputs(renditions)
    assert message in str(refused.value)


def part(body: bytes, **headers: str) -> bytes:
    lines = [
        f"{name.replace('_', '-')}: {value}" for name, value in {**headers, "content_length": str(len(body))}.items()
    ]
    return b"--b\r\n" + "\r\n".join(lines).encode() + b"\r\n\r\n" + body + b"\r\n"


PICTURE = part(b"--b--\r\n", content_type="image/png", image_width="1", image_height="2")


@pytest.mark.parametrize(
    ("content_type", "body", "message"),
    [
        ("multipart/mixed; boundary=b", PICTURE + b"--b--\r\n", "the answer has 1 of 2 results"),
        ("multipart/mixed; boundary=b", PICTURE + PICTURE[:-3], "the answer has 1 of 2 results"),
        (
            "multipart/mixed; boundary=b",
            PICTURE + part(b"x", content_type="image/png"),
            "is not one of the Images binding",
        ),
        ("multipart/mixed; boundary=b", b"--b\r\nx: y\r\n\r\n", "is not one of the Images binding"),
        ("image/png", b"picture", "is not one of the Images binding: status 200, picture"),
    ],
)
def test_answers_that_are_torn_or_none(content_type: str, body: bytes, message: str) -> None:
    headers = {"content-type": content_type}
    with (
        serving(lambda handler, _: reply(handler, 200, headers, body)) as (url, _),
        pytest.raises(palmette.Error) as error,
    ):
        palmette.Client(url).open(b"x").outputs([{"format": "png"}, {"format": "png"}])
    assert error.value.code == 9523
    assert message in str(error.value)
