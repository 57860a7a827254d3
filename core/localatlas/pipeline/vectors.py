"""The result of the embed stage: distinct vectors, and which of them each content has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from localatlas.pipeline.distinct import distinct_rows
from localatlas.pipeline.journal import PARTIAL_VECTORS, Journal
from localatlas.pipeline.resident import release
from localatlas.pipeline.stages import load_array, save_array
from localatlas.protocols.nouns import Metric

__all__ = ["Vectors", "collapse", "gather_given"]

ROWS_AT_ONCE = 8192
# A block that stays in a processor's cache while it is worked on.
ROWS_IN_CACHE = 256
# Of the work with vectors that the user brought, the share of reading them; the rest compares them.
GATHERED = 0.9


def _silent(done: float) -> None:
    """Report to nobody."""


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

    def told(done: float) -> None:
        release(vectors)
        report(done)

    of_content, first = distinct_rows(vectors, told)
    release(vectors)
    save_array(folder / "vector_of.npy", of_content)
    if len(first) < len(vectors):
        temporary = folder / "vectors.distinct.part"
        _write(temporary, _picked(vectors, first, report), (len(first), int(vectors.shape[1])))
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

    def prepared() -> Iterator[NDArray[np.float32]]:
        done = 0
        for block in given:
            yield _unit_length(block) if metric == "cosine" else block
            done += len(block)
            report(GATHERED * done / shape[0])

    path = folder / PARTIAL_VECTORS
    _write(path, prepared(), shape)
    collapse(load_array(path), folder, lambda done: report(GATHERED + (1.0 - GATHERED) * done))


def _picked(
    vectors: NDArray[np.float32], rows: NDArray[np.int64], report: Callable[[float], None]
) -> Iterator[NDArray[np.float32]]:
    for start in range(0, len(rows), ROWS_AT_ONCE):
        yield vectors[rows[start : start + ROWS_AT_ONCE]]
        release(vectors)
        report(1.0)


def _write(path: Path, blocks: Iterable[NDArray[np.float32]], shape: tuple[int, int]) -> None:
    """Write blocks of rows as one `.npy`: through a mapping, every page would be a fault first and memory after."""
    with path.open("wb") as file:
        head = {"descr": npy.dtype_to_descr(np.dtype(np.float32)), "fortran_order": False, "shape": shape}
        npy.write_array_header_1_0(file, head)
        for block in blocks:
            file.write(np.ascontiguousarray(block, dtype=np.float32).data)


def _unit_length(block: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return float32 [B, D] vectors scaled to length 1."""
    scaled = np.empty(block.shape, dtype=np.float32)
    for start in range(0, len(block), ROWS_IN_CACHE):
        # In float64: the squares of large float32 values overflow.
        rows = block[start : start + ROWS_IN_CACHE].astype(np.float64)
        length = np.linalg.norm(rows, axis=1, keepdims=True)
        scaled[start : start + ROWS_IN_CACHE] = rows / np.where(length == 0, 1, length)
    return scaled
