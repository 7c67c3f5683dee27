"""Arrays in and out: shapes, strides, types, and who owns the memory."""

import array

import numpy
import palmette
import pytest


def test_channels_are_spread(pixels: numpy.ndarray) -> None:
    rgb = palmette.from_array(pixels[..., :3]).to_numpy()
    assert numpy.array_equal(rgb[..., :3], pixels[..., :3]) and (rgb[..., 3] == 255).all()
    for grey in (pixels[..., 0], pixels[..., :1]):
        made = palmette.from_array(grey).to_numpy()
        assert (made[..., :3] == pixels[..., :1]).all() and (made[..., 3] == 255).all()


@pytest.mark.parametrize(
    "view",
    [
        lambda a: a[::-1],
        lambda a: a[:, ::-1],
        lambda a: a[::2, 1::3],
        lambda a: a[..., [2, 1, 0]],
        lambda a: a[..., 2::-1],
        lambda a: a.transpose(1, 0, 2),
        lambda a: numpy.asfortranarray(a),
        lambda a: numpy.broadcast_to(a[:1], a.shape),
        lambda a: memoryview(numpy.ascontiguousarray(a)),
    ],
)
def test_strides_are_followed(pixels: numpy.ndarray, view) -> None:
    given = view(pixels)
    expected = numpy.asarray(given)
    assert numpy.array_equal(palmette.from_array(given).to_numpy()[..., : expected.shape[2]], expected)


def test_a_read_only_array_is_read(pixels: numpy.ndarray) -> None:
    fixed = pixels.copy()
    fixed.flags.writeable = False
    assert palmette.from_array(fixed).size == (64, 48)


def test_an_array_may_change_afterwards(pixels: numpy.ndarray) -> None:
    changing = pixels.copy()
    photo = palmette.from_array(changing)
    changing[:] = 0
    assert numpy.array_equal(photo.to_numpy(), pixels)


@pytest.mark.parametrize("dtype", ["int8", "uint16", "float32", "float64", "bool", "complex64", "int64"])
def test_other_types_are_refused(pixels: numpy.ndarray, dtype: str) -> None:
    with pytest.raises(TypeError, match=f"the array must be of uint8, got {dtype}"):
        palmette.from_array(pixels.astype(dtype))


@pytest.mark.parametrize("given", [None, 5, "text", [[1, 2], [3, 4]], object(), numpy.uint8(5)])
def test_what_is_no_array_is_refused(given) -> None:
    with pytest.raises(TypeError, match="the array must be of uint8, got "):
        palmette.from_array(given)


def test_other_buffers_are_refused_by_their_format() -> None:
    with pytest.raises(TypeError, match="the array must be of uint8, got d"):
        palmette.from_array(array.array("d", [1.0]))


@pytest.mark.parametrize("shape", [(4,), (4, 4, 2), (4, 4, 5), (1, 4, 4, 3)])
def test_other_shapes_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="the shape of the array must be .*, got \\("):
        palmette.from_array(numpy.zeros(shape, numpy.uint8))


@pytest.mark.parametrize("shape", [(0, 4, 4), (4, 0, 3), (1, 12_001, 4), (0, 0)])
def test_sizes_out_of_range_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(palmette.Error) as caught:
        palmette.from_array(numpy.zeros(shape, numpy.uint8))
    assert caught.value.code == 9413


def test_an_array_over_the_limits_is_not_copied() -> None:
    # No memory is behind most of it.
    huge = numpy.broadcast_to(numpy.zeros((1, 1, 4), numpy.uint8), (100_000, 1_000_000, 4))
    with pytest.raises(palmette.Error, match="outside the limits"):
        palmette.from_array(huge)


def test_what_comes_out_is_not_a_copy(pixels: numpy.ndarray) -> None:
    made = palmette.from_array(pixels).to_numpy()
    assert made.shape == (48, 64, 4) and made.dtype == numpy.uint8
    assert made.flags.c_contiguous and made.flags.writeable and not made.flags.owndata
    made[0, 0] = 7
    # Its memory stays, though nothing else holds it.
    row = palmette.from_array(pixels).to_numpy()[1]
    assert numpy.array_equal(row, pixels[1])


def test_three_channels_lie_on_the_background(pixels: numpy.ndarray) -> None:
    photo = palmette.from_array(numpy.zeros((2, 2, 4), numpy.uint8))
    assert photo.to_numpy(3).shape == (2, 2, 3)
    assert (photo.to_numpy(3, background="#010203") == [1, 2, 3]).all()
    assert (photo.to_numpy(background="#010203") == [1, 2, 3, 255]).all()
    with pytest.raises(ValueError, match="channels must be 3 or 4, got 1"):
        photo.to_numpy(1)


def test_pixels_are_not_for_open(pixels: numpy.ndarray) -> None:
    with pytest.raises(TypeError, match=r"palmette.from_array\(\) takes it"):
        palmette.open(pixels)
