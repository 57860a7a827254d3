"""Which of many hashes are equal, in order of first appearance, without an object per row."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

__all__ = ["HASH_BYTES", "content_hash", "distinct_rows", "first_appearances", "hashes_of", "row_hashes"]

HASH_BYTES = 16
# So many numbers of a row, four bytes each, tell most rows apart.
LOOKED_AT = HASH_BYTES // 4
ROWS_AT_ONCE = 8192


def content_hash(data: bytes | memoryview) -> bytes:
    """Return a hash of some content: for equal contents equal, and for others another."""
    return hashlib.blake2b(data, digest_size=HASH_BYTES).digest()


def hashes_of(contents: Iterable[bytes | memoryview]) -> NDArray[np.uint8]:
    """Return uint8 [N, 16], the hash of each content."""
    joined = b"".join(content_hash(content) for content in contents)
    return np.frombuffer(joined, dtype=np.uint8).reshape(-1, HASH_BYTES)


def row_hashes(rows: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return uint8 [N, 16], the hash of each row's bytes; `rows` float32 [N, D], C-contiguous."""
    if not rows.size:
        return np.broadcast_to(np.frombuffer(content_hash(b""), np.uint8), (len(rows), HASH_BYTES))
    data, width = rows.reshape(-1).data.cast("B"), rows.shape[1] * rows.itemsize
    return hashes_of(data[start : start + width] for start in range(0, len(data), width))


def distinct_rows(
    rows: NDArray[np.float32], report: Callable[[float], None]
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Return what `first_appearances` does of float32 [N, D] rows; `report` gets the share that is done.

    Only rows that are equal in a few places are looked at whole.
    """
    width = int(rows.shape[1])
    columns = np.linspace(0, width - 1, min(width, LOOKED_AT)).astype(np.intp)
    keys = np.zeros((len(rows), LOOKED_AT), dtype=np.float32)
    for start in range(0, len(rows), ROWS_AT_ONCE):
        part = slice(start, start + ROWS_AT_ONCE)
        keys[part, : len(columns)] = rows[part][:, columns]
        report(0.5 * start / len(rows))
    code, first = first_appearances(keys.view(np.uint8))
    alike = np.flatnonzero(np.bincount(code)[code] > 1)
    hashes = np.empty((len(alike), HASH_BYTES), dtype=np.uint8)
    for start in range(0, len(alike), ROWS_AT_ONCE):
        part = slice(start, start + ROWS_AT_ONCE)
        hashes[part] = row_hashes(np.ascontiguousarray(rows[alike[part]]))
        report(0.5 + 0.5 * start / len(alike))
    code, first = first_appearances(hashes)
    same_as = np.arange(len(rows))
    same_as[alike] = alike[first[code]]
    first = np.flatnonzero(same_as == np.arange(len(rows)))
    return np.searchsorted(first, same_as).astype(np.int32), first


def first_appearances(hashes: NDArray[np.uint8]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Return which distinct hash each of `hashes` uint8 [N, 16] is, and where each appears first.

    Returns:
        code: int32 [N], distinct hashes being numbered by their first appearance.
        first: int64 [C], growing.
    """
    if not len(hashes):
        return np.empty(0, np.int32), np.empty(0, np.int64)
    halves = np.ascontiguousarray(hashes).view(np.uint64)
    # Stable: among equals, the first comes first.
    order = np.lexsort((halves[:, 1], halves[:, 0]))
    sorted_ = halves[order]
    starts = np.concatenate([[True], (sorted_[1:] != sorted_[:-1]).any(axis=1)])
    first = order[starts]
    number = np.empty(len(first), dtype=np.int32)
    number[np.argsort(first)] = np.arange(len(first), dtype=np.int32)
    code = np.empty(len(hashes), dtype=np.int32)
    code[order] = number[np.cumsum(starts) - 1]
    return code, np.sort(first)
