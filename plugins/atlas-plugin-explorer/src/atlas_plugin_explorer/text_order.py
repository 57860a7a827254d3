"""Puts points in the order of a column whose values no page holds: texts and ids."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from localatlas.protocols import Map
from localatlas.selections.rows import blocks
from numpy.typing import NDArray

from atlas_plugin_explorer.columns import is_text, plain

__all__ = ["NO_RANK", "ranks_of"]

NO_RANK = np.iinfo(np.uint32).max
"""Stands for a row without a value."""
# Whole texts would take as much memory as the column; few texts agree for so long.
LONGEST_KEY = 64


def ranks_of(map: Map, name: str, rows: NDArray[np.integer]) -> NDArray[np.uint32]:  # noqa: A002  the noun's name
    """Return where each of some rows comes among them when the column is sorted, uint32 [N]; equal ones share a rank.

    Texts go by their first 64 characters, whatever their case, in the order of Unicode; numbers by their size.
    """
    keys = [key_of(plain(block.values(name))) for block in blocks(map, [name])]
    column = pa.chunked_array([chunk for key in keys for chunk in key.chunks]).combine_chunks().take(pa.array(rows))
    ranks = pc.rank(column, sort_keys="ascending", tiebreaker="dense")
    # Nulls come last.
    found: NDArray[np.uint32] = ranks.to_numpy(zero_copy_only=False).astype(np.uint32)
    found[column.is_null().to_numpy(zero_copy_only=False)] = NO_RANK
    return found


def key_of(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return what a block is sorted by."""
    if not is_text(values.type):
        return values
    return pc.utf8_lower(pc.utf8_slice_codeunits(values, 0, LONGEST_KEY))
