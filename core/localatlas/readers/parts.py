"""Rows in parts of a size that one append likes: not so many that they fill memory, not so few that each costs more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from localatlas.readers.joining import join
from localatlas.readers.rows import Rows

__all__ = ["first", "joined", "sized"]

PART_ROWS = 100_000
PART_BYTES = 128 << 20
# Images are opened when they are added; a thousand photographs are some hundred megabytes.
PART_IMAGES = 1_000


def sized(parts: Iterable[Rows]) -> Iterator[Rows]:
    """Yield the same rows in the same order, small parts joined and large ones cut."""
    waiting: list[Rows] = []
    size = 0
    for part in parts:
        for piece in _pieces(part):
            waiting.append(piece)
            size += _bytes(piece)
            if size >= PART_BYTES or sum(map(len, waiting)) >= _most(piece):
                yield joined(waiting)
                waiting, size = [], 0
    if waiting:
        yield joined(waiting)


def first(parts: Iterable[Rows], limit: int | None) -> Iterator[Rows]:
    """Yield the first `limit` rows; all of them when it is None."""
    left = limit
    for part in parts:
        if left is None:
            yield part
            continue
        yield part.slice(0, min(left, len(part)))
        left -= min(left, len(part))
        if not left:
            return


def joined(parts: Sequence[Rows], schema: pa.Schema | None = None) -> Rows:
    """Return one part of several that have the same things beside their columns."""
    if len(parts) == 1:
        return parts[0]
    tables = [part.table for part in parts if part.table is not None]
    vectors = [part.embeddings for part in parts if part.embeddings is not None]
    images: list[Any] = [image for part in parts for image in part.blobs or ()]
    return Rows(
        join(tables, schema).unify_dictionaries() if tables or schema else None,
        np.concatenate(vectors) if vectors else None,
        images if any(part.blobs is not None for part in parts) else None,
    )


def _pieces(part: Rows) -> Iterator[Rows]:
    most = _most(part)
    if _bytes(part) > PART_BYTES:
        most = max(1, min(most, len(part) * PART_BYTES // _bytes(part)))
    if len(part) <= most:
        yield part
        return
    for start in range(0, len(part), most):
        yield part.slice(start, most)


def _most(part: Rows) -> int:
    return PART_ROWS if part.blobs is None else PART_IMAGES


def _bytes(part: Rows) -> int:
    table = 0 if part.table is None else part.table.nbytes
    return table + (0 if part.embeddings is None else part.embeddings.nbytes)
