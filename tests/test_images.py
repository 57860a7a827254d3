"""Images are decoded upright, on white, in RGB, whatever they were; what is no image is refused in words."""

from __future__ import annotations

import io
import sys
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from localatlas import images
from localatlas.errors import AtlasLookupError, InvalidDataError
from localatlas.testing.example import pictures
from PIL import Image

RED, BLUE = (255, 0, 0), (0, 0, 255)


def encoded(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def two_colours(size: tuple[int, int] = (40, 20)) -> Image.Image:
    """Return an image that is red on the left and blue on the right."""
    image = Image.new("RGB", size, RED)
    image.paste(BLUE, (size[0] // 2, 0, *size))
    return image


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_exif_orientation_is_set_upright(orientation: int) -> None:
    upright = two_colours()
    back = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    exif = Image.Exif()
    exif[274] = orientation
    stored = encoded(upright if back is None else upright.transpose(back), "JPEG", exif=exif, quality=95)
    seen = images.decode(stored)
    assert seen.size == (40, 20)
    assert np.abs(np.asarray(seen)[:, [5, 35]].mean(axis=0) - [RED, BLUE]).max() < 12


def test_transparency_becomes_white() -> None:
    clear = Image.new("RGBA", (4, 4), (255, 0, 0, 0))
    half = Image.new("LA", (4, 4), (0, 128))
    palette = clear.convert("P")
    palette.info["transparency"] = palette.getpixel((0, 0))
    assert images.decode(encoded(clear)).getpixel((1, 1)) == (255, 255, 255)
    assert images.decode(encoded(half)).getpixel((1, 1)) == (127, 127, 127)
    assert images.decode(encoded(palette, transparency=palette.info["transparency"])).getpixel((1, 1)) == (255,) * 3
    with_colour_key = encoded(Image.new("RGB", (4, 4), RED), transparency=RED)
    assert images.decode(with_colour_key).getpixel((1, 1)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "CMYK", "YCbCr", "LAB", "I;16", "I"])
def test_every_mode_comes_out_as_rgb(mode: str) -> None:
    image = two_colours().convert("L").convert(mode) if mode in {"I;16", "I"} else two_colours().convert(mode)
    kind = "JPEG" if mode in {"CMYK", "YCbCr"} else "TIFF"
    seen = images.decode(encoded(image, kind))
    assert (seen.mode, seen.size) == ("RGB", (40, 20))


def test_sixteen_bits_are_scaled_by_their_range() -> None:
    ramp = np.linspace(0, 65_535, 256).astype(np.uint16).reshape(16, 16)
    seen = np.asarray(images.decode(encoded(Image.fromarray(ramp))))[:, :, 0]
    assert np.abs(seen.astype(int) - np.arange(256).reshape(16, 16)).max() <= 1


def test_numbers_of_no_known_range_are_stretched() -> None:
    wide = np.linspace(-5.0, 1_000.0, 64, dtype=np.float32).reshape(8, 8)
    wide[0, 0] = np.nan
    seen = np.asarray(images.decode(encoded(Image.fromarray(wide), "TIFF")))
    assert (int(seen.min()), int(seen.max())) == (0, 255)
    flat = images.decode(encoded(Image.fromarray(np.full((3, 3), 7.0, np.float32)), "TIFF"))
    assert flat.getpixel((0, 0)) == (0, 0, 0)


def test_the_first_frame_stands_for_an_animation() -> None:
    frames = [Image.new("RGB", (6, 6), colour) for colour in (RED, BLUE)]
    for kind in ("GIF", "WEBP", "PNG"):
        seen = images.decode(encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=50))
        assert np.abs(np.asarray(seen).mean(axis=(0, 1)) - RED).max() < 12


def test_a_thumbnail_keeps_the_shape_and_never_grows() -> None:
    wide = encoded(two_colours((640, 160)), "JPEG")
    assert images.thumbnail(wide, 64).size == (64, 16)
    assert images.thumbnail(encoded(two_colours((20, 40))), 64).size == (20, 40)
    assert images.thumbnail(encoded(two_colours((900, 2))), 64).size == (64, 1)


def test_a_jpeg_may_be_decoded_smaller_but_not_too_small() -> None:
    data = encoded(two_colours((640, 320)), "JPEG")
    assert images.decode(data).size == (640, 320)
    assert images.decode(data, at_least=80).size == (160, 80)
    assert images.decode(encoded(two_colours((640, 320))), at_least=80).size == (640, 320)


BAD = [
    (b"", "no bytes"),
    (b"hello, world", "no image of a known format.*hello"),
    (b"<?xml version='1.0'?><svg/>", "SVG"),
    (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "no image of a known format"),
    (pictures(1)[0][:200], "damaged"),
    (encoded(two_colours((300, 300)), "JPEG")[:900], "damaged"),
    (b"\x89PNG\r\n\x1a\n" + bytes(50), "known format"),
]


@pytest.mark.parametrize(("data", "message"), BAD)
def test_what_is_no_image_is_refused_in_words(data: bytes, message: str) -> None:
    for read in (images.decode, images.check):
        with pytest.raises(InvalidDataError, match=message):
            read(data)


def test_decompression_bombs_are_refused_before_they_are_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    over = encoded(Image.new("1", (10_000, 9_000)))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(InvalidDataError, match=r"10,000 x 9,000 pixels; at most 89,478,485"):
            images.check(over)
        with pytest.raises(InvalidDataError, match="far more pixels"):
            images.check(encoded(Image.new("1", (20_000, 20_000))))
    monkeypatch.setattr(images, "MAX_BYTES", 100)
    with pytest.raises(InvalidDataError, match="at most 100"):
        images.check(pictures(1)[0])


@given(
    start=st.integers(0, 400),
    noise=st.binary(min_size=1, max_size=40),
    kind=st.sampled_from(["PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "AVIF", "ICO", "PPM", "JPEG2000"]),
)
def test_damage_of_any_kind_is_an_error_of_ours_or_an_image(start: int, noise: bytes, kind: str) -> None:
    data = bytearray(encoded(two_colours((48, 32)), kind))
    start %= len(data)
    data[start : start + len(noise)] = noise
    try:
        seen = images.decode(bytes(data))
    except InvalidDataError:
        return
    assert seen.mode == "RGB"


@given(data=st.binary(max_size=300))
def test_any_bytes_are_an_error_of_ours_or_an_image(data: bytes) -> None:
    try:
        images.check(data)
    except InvalidDataError:
        return


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_pixels_are_encoded_without_loss(mode: str) -> None:
    image = two_colours().convert(mode)
    again = Image.open(io.BytesIO(images.encode(image)))
    assert (again.mode, again.size) == (image.mode, image.size)
    assert again.convert("RGBA").tobytes() == image.convert("RGBA").tobytes()


def test_sixteen_bits_are_encoded_without_loss() -> None:
    ramp = np.arange(256, dtype=np.uint16).reshape(16, 16) * 257
    other_order = Image.frombytes("I;16B", (16, 16), ramp.astype(">u2").tobytes())
    for image in (Image.fromarray(ramp), Image.fromarray(ramp.astype(np.int32)), other_order):
        assert np.array_equal(np.asarray(Image.open(io.BytesIO(images.encode(image)))), ramp)


def test_an_image_that_png_cannot_hold_is_refused() -> None:
    with pytest.raises(InvalidDataError, match="scale them first"):
        images.encode(Image.new("F", (2, 2)))
    with pytest.raises(InvalidDataError, match="scale them first"):
        images.encode(Image.new("I", (2, 2), 70_000))


def test_a_turned_image_is_encoded_upright_and_once() -> None:
    exif = Image.Exif()
    exif[274] = 6
    opened = Image.open(io.BytesIO(encoded(two_colours(), "JPEG", exif=exif)))
    assert images.decode(images.encode(opened)).size == (20, 40)


def test_arrays_are_pixels() -> None:
    for shape in ((3, 5), (3, 5, 1), (3, 5, 3), (3, 5, 4)):
        pixels = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
        again = np.asarray(Image.open(io.BytesIO(images.from_pixels(pixels))))
        assert np.array_equal(again, pixels.reshape(again.shape))


@pytest.mark.parametrize(
    "pixels",
    [np.zeros((3, 3)), np.zeros(9, np.uint8), np.zeros((3, 3, 2), np.uint8), np.zeros((0, 3), np.uint8)],
)
def test_other_arrays_are_refused(pixels: np.ndarray) -> None:
    with pytest.raises(InvalidDataError, match=r"array of .*uint8 \[height, width\]"):
        images.from_pixels(pixels)


def test_without_pillow_the_way_to_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(AtlasLookupError, match=r'pip install "localatlas\[default\]"'):
        images.check(pictures(1)[0])
