"""The result of the embed stage: distinct vectors, and which of them each content has."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.lib.format import open_memmap
from numpy.typing import NDArray

from localatlas.pipeline.journal import PARTIAL_VECTORS, Journal
from localatlas.pipeline.stages import load_array, save_array
from localatlas.protocols.nouns import Metric

__all__ = ["Vectors", "collapse", "gather_given"]

ROWS_AT_ONCE = 8192


@dataclass(frozen=True)
class Vectors:
    """What the embed stage leaves.

    Attributes:
        distinct: float32 [N, D], memory-mapped, in order of first appearance.
        of_content: int32 [C], the row of `distinct` that each content has.
    """

    distinct: NDArray[np.float32]
    of_content: NDArray[np.int32]

    @classmethod
    def load(cls, folder: Path) -> Vectors:
        """Open what `collapse` wrote."""
        return cls(load_array(folder / "vectors.npy"), load_array(folder / "vector_of.npy"))


def collapse(vectors: NDArray[np.float32], folder: Path) -> None:
    """Turn the contents' vectors [C, D] into distinct ones [N, D] in `folder`, and drop the working files.

    Texts that differ in letters alone often share a vector; they must not fill each other's neighbour lists.
    """
    known: dict[bytes, int] = {}
    of_content = np.empty(len(vectors), dtype=np.int32)
    first: list[int] = []
    for row, vector in enumerate(vectors):
        code = known.setdefault(hashlib.blake2b(vector.tobytes(), digest_size=16).digest(), len(known))
        if code == len(first):
            first.append(row)
        of_content[row] = code
    save_array(folder / "vector_of.npy", of_content)
    if len(first) < len(vectors):
        temporary = folder / "vectors.distinct.part"
        distinct = open_memmap(temporary, mode="w+", dtype=np.float32, shape=(len(first), vectors.shape[1]))
        rows = np.array(first, dtype=np.intp)
        for start in range(0, len(rows), ROWS_AT_ONCE):
            distinct[start : start + ROWS_AT_ONCE] = vectors[rows[start : start + ROWS_AT_ONCE]]
        distinct.flush()
        temporary.replace(folder / "vectors.npy")
        (folder / PARTIAL_VECTORS).unlink()
    else:
        (folder / PARTIAL_VECTORS).replace(folder / "vectors.npy")
    Journal.clear(folder)


def gather_given(blocks: Iterable[NDArray[np.float32]], shape: tuple[int, int], metric: Metric, folder: Path) -> None:
    """Write vectors that the user brought to `folder`, as `collapse` wants them; L2-normalised for cosine.

    A vector of zeros has no direction and stays as it is: its cosine distance to everything is 1.
    """
    vectors = open_memmap(folder / PARTIAL_VECTORS, mode="w+", dtype=np.float32, shape=shape)
    start = 0
    for block in blocks:
        rows = block.astype(np.float32, copy=True)
        if metric == "cosine":
            # In float64: the squares of large float32 values overflow.
            length = np.linalg.norm(rows.astype(np.float64), axis=1, keepdims=True)
            rows = (rows / np.where(length == 0, 1, length)).astype(np.float32)
        vectors[start : start + len(rows)] = rows
        start += len(rows)
    collapse(vectors, folder)
