"""Encoded images as pixels: upright, RGB, on white; and pixels as encoded images.

Blobs are stored as the bytes they came in. Orientation, palettes, transparency, CMYK and more than 8 bits are dealt
with here, when an image is looked at. pillow comes with the image plugin and is imported when the first image is.
"""

from __future__ import annotations

import io
import struct
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from localatlas.errors import AtlasLookupError, InvalidDataError

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["FORMATS", "MAX_BYTES", "MAX_PIXELS", "check", "decode", "encode", "from_pixels", "jpeg", "thumbnail"]

MAX_BYTES = 64 * 2**20
"""The largest encoded image that is taken: 64 MiB."""
MAX_PIXELS = 2**30 // 4 // 3
"""The most pixels that are taken, 89,478,485, where pillow begins to warn of a decompression bomb."""
FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "AVIF", "JPEG2000", "PPM", "ICO")
"""What is read, as far as pillow can here. Formats that run other programs (EPS) or hold no pixels stay out."""

# What pillow's readers raise on damaged files: its own errors are OSErrors and SyntaxErrors, the rest slips through.
# Warnings are raised where the user has made them errors.
DAMAGE = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    struct.error,
    EOFError,
    RuntimeError,
    Warning,
)
# What PNG holds as it is, and what holds other modes of pillow without loss; what remains becomes RGB.
OF_PNG = frozenset({"1", "L", "LA", "I;16", "P", "RGB", "RGBA"})
LIKE = MappingProxyType({"I": "I;16", "La": "LA", "PA": "RGBA", "RGBa": "RGBA"})
SHORT = 255
LONG = 65_535
# Any side will do to prove that a file can be read to its end; a JPEG is decoded at an eighth then.
PROOF_SIDE = 64
# pillow's warnings are turned off for a moment; the filters belong to the whole process, so one thread at a time.
_muting = threading.Lock()


def decode(data: bytes, *, at_least: int | None = None) -> Image:
    """Return an encoded image as RGB pixels, upright, on white; of an animation the first frame.

    Args:
        data: the bytes of a file of one of `FORMATS`.
        at_least: a JPEG may be decoded smaller (by 2, 4 or 8), which is faster, so long as both sides keep as many
            pixels.

    Raises:
        InvalidDataError: it is no image, it is damaged, or it is larger than `MAX_BYTES` or `MAX_PIXELS`.
        AtlasLookupError: pillow is not installed.
    """
    return _on_white(_read(data, at_least))


def check(data: bytes) -> None:
    """Read an encoded image to its end. Raises what `decode` raises."""
    _read(data, PROOF_SIDE)


def thumbnail(data: bytes, side: int) -> Image:
    """Return an encoded image as `decode` does, its longer side at most `side` pixels, its shape kept."""
    image = decode(data, at_least=2 * side)
    image.thumbnail((side, side), _pillow().Resampling.BICUBIC)
    return image


def encode(image: Image) -> bytes:
    """Return pixels as a PNG file, without loss; upright, without metadata but the colour profile.

    CMYK and other colour spaces that PNG lacks become RGB.

    Raises:
        InvalidDataError: the image cannot be read, or holds floating-point numbers.
    """
    from PIL import ImageOps

    try:
        if image.mode in {"F", "I"} and not _fits_16_bits(image):
            raise InvalidDataError(f"its pixels (mode {image.mode}) are no numbers of 8 or 16 bits; scale them first")
        upright = ImageOps.exif_transpose(image)
        if upright.mode.startswith("I;16") and upright.mode not in OF_PNG:
            upright = upright.convert("I")  # of another byte order; the way to PNG's leads through here
        plain = upright if upright.mode in OF_PNG else upright.convert(LIKE.get(upright.mode, "RGB"))
        buffer = io.BytesIO()
        plain.save(buffer, format="PNG", compress_level=3, exif=b"")
    except DAMAGE as error:
        raise InvalidDataError(str(error)) from error
    return buffer.getvalue()


def jpeg(image: Image | np.ndarray[Any, Any], quality: int) -> bytes:
    """Return RGB pixels, or an array uint8 [H, W, 3], as a JPEG file; `quality` is 1 to 95."""
    buffer = io.BytesIO()
    pixels = _pillow().fromarray(image) if isinstance(image, np.ndarray) else image
    pixels.save(buffer, format="JPEG", quality=quality)
    return buffer.getvalue()


def from_pixels(pixels: np.ndarray[Any, Any]) -> bytes:
    """Return an array uint8 [H, W], [H, W, 3] (RGB) or [H, W, 4] (RGBA) as a PNG file.

    Raises:
        InvalidDataError: another type or shape.
    """
    array = pixels[:, :, 0] if pixels.ndim == 3 and pixels.shape[2] == 1 else pixels  # noqa: PLR2004  a shape
    fits = array.ndim == 2 or (array.ndim == 3 and array.shape[2] in (3, 4))  # noqa: PLR2004  a shape
    if array.dtype != np.uint8 or not fits or 0 in array.shape:
        raise InvalidDataError(
            f"it is an array of {pixels.dtype} {list(pixels.shape)}; pixels are uint8 [height, width], "
            "[height, width, 3] or [height, width, 4]"
        )
    return encode(_pillow().fromarray(np.ascontiguousarray(array)))


def _fits_16_bits(image: Image) -> bool:
    low, high = image.getextrema()
    return image.mode == "I" and 0 <= int(low) <= int(high) <= LONG  # type: ignore[arg-type]  # one band


def _pillow() -> Any:
    try:
        from PIL import Image
    except ImportError as error:
        raise AtlasLookupError(
            'images are read with pillow, which is not installed here: pip install "localatlas[default]"'
        ) from error
    return Image


def _read(data: bytes, at_least: int | None) -> Image:
    """Return the first frame of an encoded image, its pixels loaded, upright, in its own mode."""
    pillow = _pillow()
    if not data:
        raise InvalidDataError("it has no bytes")
    if len(data) > MAX_BYTES:
        raise InvalidDataError(f"it has {len(data):,} bytes; at most {MAX_BYTES:,} are taken")
    try:
        with _muted():
            image: Image = pillow.open(io.BytesIO(data), formats=_readable(pillow))
            _check_size(image)
            turn = _turn(image, pillow)
        if at_least is not None and image.format == "JPEG":
            image.draft(None, (at_least, at_least))
        image.load()
        return image if turn is None else image.transpose(turn)
    except pillow.DecompressionBombError as error:
        raise InvalidDataError(_too_large("far more pixels")) from error
    except InvalidDataError:
        raise
    except DAMAGE as error:
        raise InvalidDataError(_unreadable(data, error)) from error


def _check_size(image: Image) -> None:
    if image.width * image.height > MAX_PIXELS:
        raise InvalidDataError(_too_large(f"{image.width:,} x {image.height:,} pixels"))


@contextmanager
def _muted() -> Iterator[None]:
    """Keep pillow's warnings of large and odd files from the user: such files are refused, or read as they are."""
    with _muting, warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"PIL\.")
        yield


def _readable(pillow: Any) -> list[str]:
    pillow.init()
    return [name for name in FORMATS if name in pillow.OPEN]


def _too_large(size: str) -> str:
    return f"it has {size}; at most {MAX_PIXELS:,} are taken, because decoding it would fill the memory"


def _unreadable(data: bytes, error: BaseException) -> str:
    from PIL import UnidentifiedImageError

    if not isinstance(error, UnidentifiedImageError):
        return f"it is a damaged image ({error})"
    if b"<svg" in data[:1024]:
        return "it is an SVG drawing, which holds no pixels; render it as PNG first"
    return f"it is no image of a known format; it begins with {data[:12]!r}; taken are {', '.join(FORMATS)}"


def _turn(image: Image, pillow: Any) -> Any:
    """Return how to set an image upright, by its EXIF orientation (tag 274); None if it stands."""
    way = pillow.Transpose
    turns = {
        2: way.FLIP_LEFT_RIGHT,
        3: way.ROTATE_180,
        4: way.FLIP_TOP_BOTTOM,
        5: way.TRANSPOSE,
        6: way.ROTATE_270,
        7: way.TRANSVERSE,
        8: way.ROTATE_90,
    }
    try:
        return turns.get(image.getexif().get(274, 1))
    except DAMAGE:
        # Pixels count; a torn tag beside them does not make them less.
        return None


def _on_white(image: Image) -> Image:
    if image.has_transparency_data:
        clear = image.convert("RGBA")
        white = _pillow().new("RGBA", clear.size, "white")
        return _pillow().alpha_composite(white, clear).convert("RGB")  # type: ignore[no-any-return]
    return _to_rgb(image)


def _to_rgb(image: Image) -> Image:
    if image.mode.startswith("I") or image.mode == "F":
        return _pillow().fromarray(_eight_bits(np.asarray(image))).convert("RGB")  # type: ignore[no-any-return]
    return image if image.mode == "RGB" else image.convert("RGB")


def _eight_bits(values: np.ndarray[Any, Any]) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Scale more than 8 bits: 16 bits by their full range; floats and wider integers from the least to the most."""
    wide = np.nan_to_num(np.asarray(values, dtype=np.float64), posinf=0.0, neginf=0.0)
    low, high = float(wide.min()), float(wide.max())
    if values.dtype.kind in "iu" and low >= 0 and high <= LONG:
        low, high = 0.0, float(LONG)
    return np.round((wide - low) * (SHORT / ((high - low) or 1.0))).astype(np.uint8)
