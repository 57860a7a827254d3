"""Images that a user brings, as encoded bytes."""

from __future__ import annotations

import base64
import binascii
import os
import sys
from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Any
from urllib.parse import unquote, unquote_to_bytes, urlsplit

import numpy as np
import pandas as pd
import pyarrow as pa

from localatlas import images
from localatlas.errors import AtlasTypeError, InvalidDataError
from localatlas.ingest.downloads import fetching, is_web, shown_url
from localatlas.paths import expanded

__all__ = ["to_blobs"]

ACCEPTED = "paths, URLs, bytes, PIL images or arrays uint8 [height, width, 3]"
SHOWN_FAULTS = 5
SHOWN_CHARACTERS = 120
STACK_DIMENSIONS = (3, 4)


def to_blobs(blobs: Any) -> list[bytes | None]:
    """Return images as encoded bytes, in order; None where a row has none.

    Bytes, files, `data:` URLs and answers of servers are kept as they are; PIL images and arrays become PNG files,
    without loss. Every image is decoded once, to its end. A null or a blank string is a row without an image.

    Args:
        blobs: a list, tuple, array, pandas or Polars Series, Arrow array or Hugging Face column of str, Path (`~` is
            the user's folder), http, https, file and `data:` URLs, bytes, PIL images, NumPy arrays uint8 [H, W],
            [H, W, 3] or [H, W, 4], or dicts with `bytes` or `path`; or one array uint8 [N, H, W] or [N, H, W, 3].

    Raises:
        AtlasTypeError: `blobs` is no list.
        InvalidDataError: an item is no image, cannot be had, or is larger than `images.MAX_BYTES` bytes or
            `images.MAX_PIXELS` pixels; the message names rows and faults.
    """
    items = [None if _is_missing(item) else _unwrapped(item) for item in _as_list(blobs)]
    made: list[bytes | None] = []
    faults: list[str] = []
    urls = [item for item in items if isinstance(item, str) and is_web(item)]
    with fetching(urls, images.MAX_BYTES) as answers:
        for row, item in enumerate(items):
            try:
                made.append(None if item is None else _checked(item, answers))
            except InvalidDataError as error:
                faults.append(f"row {row} ({_shown(item)}): {error}")
                if len(faults) == SHOWN_FAULTS:
                    break
    if faults:
        raise InvalidDataError(f"blobs, rows counted from 0: {'; '.join(faults)}. Nothing was added")
    return made


def _as_list(blobs: Any) -> list[Any]:
    if isinstance(blobs, pa.Array | pa.ChunkedArray):
        return list(blobs.to_pylist())
    if isinstance(blobs, np.ndarray):
        return _from_array(blobs)
    # pandas and Hugging Face columns know the stream interface too, but their items are what is meant.
    if isinstance(blobs, pd.Series):
        return list(blobs)
    one = isinstance(blobs, str | bytes | bytearray | memoryview | os.PathLike | Mapping | pd.DataFrame)
    # A column that makes its items when asked may have `__getitem__` alone.
    listed = isinstance(blobs, Iterable) or hasattr(type(blobs), "__getitem__")
    if one or _is_pil(blobs) or not listed:
        raise AtlasTypeError(
            f"blobs must be a list of {ACCEPTED}, got {type(blobs).__qualname__}; write blobs=[...], one for every row"
        )
    return list(blobs)


def _from_array(blobs: np.ndarray[Any, Any]) -> list[Any]:
    if blobs.ndim == 1:
        return blobs.tolist() if blobs.dtype.kind in "OSU" else list(blobs)
    alone = blobs.ndim == STACK_DIMENSIONS[0] and blobs.shape[2] in (1, 3, 4)
    if blobs.ndim not in STACK_DIMENSIONS or alone:
        raise AtlasTypeError(
            f"blobs is an array {list(blobs.shape)}, which reads as one image; write blobs=[array], or give an array "
            "[images, height, width] or [images, height, width, 3]"
        )
    return list(blobs)


def _is_missing(item: Any) -> bool:
    if isinstance(item, str):
        return not item.strip()
    return item is None or item is pd.NA or item is pd.NaT or (isinstance(item, float) and item != item)  # noqa: PLR0124  NaN


def _unwrapped(item: Any) -> Any:
    """Return what a dict of a Hugging Face column holds: its bytes, else its path."""
    if not isinstance(item, Mapping):
        return item
    content, path = item.get("bytes"), item.get("path")
    return content if content is not None else path


def _checked(item: Any, answers: Mapping[str, Future[bytes]]) -> bytes:
    data = answers[item].result() if isinstance(item, str) and item in answers else _bytes_of(item)
    images.check(data)
    return data


def _bytes_of(item: Any) -> bytes:
    if isinstance(item, bytes | bytearray | memoryview):
        return bytes(item)
    if isinstance(item, str) and item[:5].lower() == "data:":
        return _from_data_url(item)
    if isinstance(item, str | os.PathLike):
        return _from_file(_local_path(os.fspath(item)))
    if _is_pil(item):
        return images.encode(item)
    if isinstance(item, np.ndarray):
        return images.from_pixels(item)
    raise InvalidDataError(f"an item of type {type(item).__qualname__} is not taken; give {ACCEPTED}")


def _is_pil(item: Any) -> bool:
    # Who has a PIL image has imported pillow; nobody else pays for it.
    module = sys.modules.get("PIL.Image")
    return module is not None and isinstance(item, module.Image)


def _from_data_url(text: str) -> bytes:
    """Return what a `data:` URL holds (RFC 2397)."""
    head, comma, body = text.partition(",")
    if not comma:
        raise InvalidDataError("this data: URL has no comma, and so no data")
    raw = unquote_to_bytes(body)
    if not head.lower().endswith(";base64"):
        return raw
    try:
        return base64.b64decode(b"".join(raw.split()), validate=True)
    except binascii.Error as error:
        raise InvalidDataError(f"this data: URL is not base64 ({error})") from error


def _local_path(text: str | bytes) -> Path:
    name = os.fsdecode(text)
    if name[:5].lower() == "file:":
        parts = urlsplit(name)
        if parts.netloc not in {"", "localhost"}:
            raise InvalidDataError(f"it is a file of the machine {parts.netloc!r}; give a file of this one")
        return Path(unquote(parts.path))
    if "://" in name:
        scheme = name.partition("://")[0]
        raise InvalidDataError(f"URLs of the scheme {scheme!r} are not fetched; http, https, file and data are")
    return expanded(name)


def _from_file(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise InvalidDataError("it is a folder; give the files in it")
        if not path.is_file():
            raise InvalidDataError("there is no such file" + _resolved(path))
        size = path.stat().st_size
        if size > images.MAX_BYTES:
            raise InvalidDataError(f"it has {size:,} bytes; at most {images.MAX_BYTES:,} are taken")
        return path.read_bytes()
    except (OSError, ValueError, RuntimeError) as error:
        if isinstance(error, InvalidDataError):
            raise
        raise InvalidDataError(f"the file cannot be read ({error})") from error


def _resolved(path: Path) -> str:
    return "" if path.is_absolute() else f" in {Path.cwd()}"


def _shown(item: Any) -> str:
    if isinstance(item, bytes | bytearray | memoryview):
        return f"{len(item):,} bytes"
    if isinstance(item, str | os.PathLike):
        text = os.fsdecode(item)
        text = shown_url(text) if "://" in text else text
        return repr(text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…")
    return type(item).__qualname__
