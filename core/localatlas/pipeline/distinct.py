"""Which of many hashes are equal, in order of first appearance, without an object per row."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

__all__ = ["HASH_BYTES", "content_hash", "first_appearances", "hashes_of"]

HASH_BYTES = 16


def content_hash(data: bytes | memoryview) -> bytes:
    """Return a hash of some content: for equal contents equal, and for others another."""
    return hashlib.blake2b(data, digest_size=HASH_BYTES).digest()


def hashes_of(contents: Iterable[bytes | memoryview]) -> NDArray[np.uint8]:
    """Return uint8 [N, 16], the hash of each content."""
    joined = b"".join(content_hash(content) for content in contents)
    return np.frombuffer(joined, dtype=np.uint8).reshape(-1, HASH_BYTES)


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
