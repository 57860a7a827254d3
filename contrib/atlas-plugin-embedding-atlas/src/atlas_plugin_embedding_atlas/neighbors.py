"""The nearest rows of every row, as embedding-atlas reads them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from localatlas.errors import InvalidOptionError
from localatlas.indices import AtlasProjection
from numpy.typing import NDArray

__all__ = ["MOST_NEIGHBORS", "NEIGHBORS", "neighbor_column"]

# As many as the viewer's own command keeps.
NEIGHBORS = 15
MOST_NEIGHBORS = 200
# Rows asked at once: what comes back are Python lists.
BLOCK = 2048
KIND = pa.struct({"ids": pa.list_(pa.int64()), "distances": pa.list_(pa.float32())})


def neighbor_column(projection: AtlasProjection, rows: NDArray[np.int64], k: int) -> pa.ChunkedArray:
    """Return the `k` rows nearest to each row by the map's vectors, nearest first, without the row itself.

    Args:
        projection: a finished map.
        rows: int64 [N], the map's rows that are shown; all have vectors.
        k: 1 to 200; fewer where there are fewer rows.

    Returns:
        N structs `{ids, distances}`; ids are places in `rows`, 0 to N - 1, distances are in the map's metric.

    Raises:
        InvalidOptionError: `k` is out of range.
    """
    if not 1 <= k <= MOST_NEIGHBORS:
        raise InvalidOptionError(f"neighbors={k!r}: it is 1 to {MOST_NEIGHBORS}, or 0 to leave them out")
    ids = projection.stored.row_ids.take(pa.array(rows)).to_pylist()
    place = {value: number for number, value in enumerate(ids)}
    chunks = [_block(projection, ids[start : start + BLOCK], place, k) for start in range(0, len(ids), BLOCK)]
    return pa.chunked_array(chunks, type=KIND)


def _block(projection: AtlasProjection, ids: list[object], place: dict[object, int], k: int) -> pa.Array:
    # A row finds itself first.
    found, distances = projection.embeddings.vector_search(ids=ids, k=k + 1)
    made = [
        {"ids": [place[value] for value in near[1:]], "distances": far[1:]}
        for near, far in zip(found, distances, strict=True)
    ]
    return pa.array(made, type=KIND)
