"""Which rows and vectors of a new version were on the map before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from localatlas.pipeline.base_map import BaseMap
from localatlas.pipeline.index import LentIndex

__all__ = ["Matching", "match"]


@dataclass(frozen=True)
class Matching:
    """A new version held against the one before. Rows are the dataset's, vectors the distinct ones.

    Attributes:
        base_row: int64 [R], the earlier version's row that each row is; -1 for a new row.
        anchor: int64 [N], the earlier version's row that lends each vector its place and topics; -1 for a new vector.
        old_of: int32 [N], the earlier version's vector that each vector is; -1 for a new one.
        equal: whether vectors that were there before have the same bytes now. A model that was changed, or rows that
            had to be embedded again in other batches, give others.
    """

    base_row: NDArray[np.int64]
    anchor: NDArray[np.int64]
    old_of: NDArray[np.int32]
    equal: bool

    @property
    def old(self) -> NDArray[np.intp]:
        """The vectors that were on the map before."""
        return np.flatnonzero(self.old_of >= 0)

    @property
    def new(self) -> NDArray[np.intp]:
        """The vectors that were not."""
        return np.flatnonzero(self.old_of < 0)


def match(base: BaseMap, positions: NDArray[np.int64], index: LentIndex) -> Matching:
    """Hold the rows `positions` int64 [R] and their index against an earlier version.

    A row is known by `_position_index`, which is never used twice and whose content never changes. A vector that no
    old row has any more, but a new row has again (a row that was replaced, its text unchanged), is known by its bytes.
    """
    base_row = _found(base.positions, positions)
    anchor = base_row[index.first_rows].astype(np.int64)
    old_of = np.where(anchor >= 0, base.vector_of_row[np.maximum(anchor, 0)], -1).astype(np.int32)
    anchor[old_of < 0] = -1
    _revive(base, index.vectors, anchor, old_of)
    return Matching(base_row, anchor, old_of, equal=_equal(base.vectors, index.vectors, old_of))


def _found(sorted_values: NDArray[np.int64], wanted: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where each value is, -1 where it is not."""
    if not len(sorted_values):
        return np.full(len(wanted), -1, dtype=np.int64)
    at = np.minimum(np.searchsorted(sorted_values, wanted), len(sorted_values) - 1)
    return np.where(sorted_values[at] == wanted, at, -1).astype(np.int64)


def _revive(base: BaseMap, vectors: NDArray[np.float32], anchor: NDArray[np.int64], old_of: NDArray[np.int32]) -> None:
    """Match what no row matched, by its bytes."""
    if base.vectors.shape[1] != vectors.shape[1]:
        return
    gone = np.ones(len(base.vectors), dtype=bool)
    gone[old_of[old_of >= 0]] = False
    known = {base.vectors[row].tobytes(): row for row in np.flatnonzero(gone).tolist()}
    if not known:
        return
    for row in np.flatnonzero(old_of < 0).tolist():
        found = known.get(vectors[row].tobytes(), -1)
        if found >= 0:
            old_of[row], anchor[row] = found, base.first_rows[found]


def _equal(before: NDArray[np.float32], now: NDArray[np.float32], old_of: NDArray[np.int32]) -> bool:
    if before.shape[1] != now.shape[1]:
        return False
    kept = np.flatnonzero(old_of >= 0)
    if len(np.unique(old_of[kept])) != len(kept):
        return False
    step = 8192
    blocks = (kept[start : start + step] for start in range(0, len(kept), step))
    return all(np.array_equal(now[block], before[old_of[block]]) for block in blocks)
