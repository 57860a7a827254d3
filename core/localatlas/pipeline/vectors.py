"""The result of the embed stage: distinct vectors, and which of them each content has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.lib.format import open_memmap
from numpy.typing import NDArray

from localatlas.pipeline.distinct import HASH_BYTES, first_appearances, hashes_of
from localatlas.pipeline.journal import PARTIAL_VECTORS, Journal
from localatlas.pipeline.resident import release
from localatlas.pipeline.stages import load_array, save_array
from localatlas.protocols.nouns import Metric

__all__ = ["Vectors", "collapse", "gather_given"]

ROWS_AT_ONCE = 8192
# Of the work with vectors that the user brought, the share of reading them; the rest compares them.
GATHERED = 0.5


def _silent(done: float) -> None:
    """Report to nobody."""


def _blocks(rows: int) -> Iterator[slice]:
    """Yield slices of some thousand rows."""
    for start in range(0, rows, ROWS_AT_ONCE):
        yield slice(start, min(start + ROWS_AT_ONCE, rows))


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


def collapse(vectors: NDArray[np.float32], folder: Path, report: Callable[[float], None] = _silent) -> None:
    """Turn the contents' vectors [C, D] into distinct ones [N, D] in `folder`, and drop the working files.

    Texts that differ in letters alone often share a vector; they must not fill each other's neighbour lists.
    `report` gets the share that is done, and may raise.
    """
    hashes = np.empty((len(vectors), HASH_BYTES), dtype=np.uint8)
    for rows in _blocks(len(vectors)):
        hashes[rows] = hashes_of(memoryview(row).cast("B") for row in np.ascontiguousarray(vectors[rows]))
        release(vectors)
        report(rows.stop / len(vectors))
    of_content, first = first_appearances(hashes)
    save_array(folder / "vector_of.npy", of_content)
    if len(first) < len(vectors):
        temporary = folder / "vectors.distinct.part"
        distinct = open_memmap(temporary, mode="w+", dtype=np.float32, shape=(len(first), vectors.shape[1]))
        for rows in _blocks(len(first)):
            distinct[rows] = vectors[first[rows]]
            release(vectors, distinct)
        distinct.flush()
        temporary.replace(folder / "vectors.npy")
        (folder / PARTIAL_VECTORS).unlink()
    else:
        (folder / PARTIAL_VECTORS).replace(folder / "vectors.npy")
    Journal.clear(folder)


def gather_given(
    given: Iterable[NDArray[np.float32]],
    shape: tuple[int, int],
    metric: Metric,
    folder: Path,
    report: Callable[[float], None] = _silent,
) -> None:
    """Write vectors that the user brought to `folder`, as `collapse` wants them; L2-normalised for cosine.

    A vector of zeros has no direction and stays as it is: its cosine distance to everything is 1.
    `report` gets the share that is done, and may raise.
    """
    vectors = open_memmap(folder / PARTIAL_VECTORS, mode="w+", dtype=np.float32, shape=shape)
    start = 0
    for block in given:
        rows = block.astype(np.float32, copy=True)
        if metric == "cosine":
            # In float64: the squares of large float32 values overflow.
            length = np.linalg.norm(rows.astype(np.float64), axis=1, keepdims=True)
            rows = (rows / np.where(length == 0, 1, length)).astype(np.float32)
        vectors[start : start + len(rows)] = rows
        start += len(rows)
        release(vectors)
        report(GATHERED * start / shape[0])
    collapse(vectors, folder, lambda done: report(GATHERED + (1.0 - GATHERED) * done))
