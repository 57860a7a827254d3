"""The internal columns of stored rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from localatlas.errors import InvalidDataError
from localatlas.protocols.storage import BLOB_COLUMN, EMBEDDING_COLUMN, POSITION_COLUMN

__all__ = ["attach", "storable"]


def storable(table: pa.Table) -> pa.Table:
    """Return the table without the columns of null type, which a store could never give a type later.

    Their names live in the dataset's own schema; once a batch brings values the store gains the column, and
    earlier rows get nulls there.
    """
    return table.select([i for i, field in enumerate(table.schema) if not pa.types.is_null(field.type)])


def attach(
    table: pa.Table,
    *,
    positions: NDArray[np.int64] | None = None,
    vectors: NDArray[np.float32] | None = None,
    blobs: Sequence[bytes | None] | None = None,
) -> pa.Table:
    """Return the table with internal columns put after the user's; without copying the vectors.

    Args:
        table: R rows; one without columns takes R from what is attached.
        positions: int64 [R], becomes `_position_index`.
        vectors: float32 [R, D], C-contiguous, becomes `_embeddings`.
        blobs: R items, becomes `_blob` (large_binary).

    Raises:
        InvalidDataError: a part has another number of rows than the table.
    """
    added: dict[str, pa.Array] = {}
    if positions is not None:
        added[POSITION_COLUMN] = pa.array(positions, pa.int64())
    if vectors is not None:
        added[EMBEDDING_COLUMN] = pa.FixedSizeListArray.from_arrays(pa.array(vectors.reshape(-1)), vectors.shape[1])
    if blobs is not None:
        added[BLOB_COLUMN] = pa.array(blobs, pa.large_binary())
    columns = {**dict(zip(table.column_names, table.columns, strict=True)), **added}
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        parts = ", ".join(f"{name} {length:,}" for name, length in lengths.items() if name in added)
        raise InvalidDataError(f"the data has {table.num_rows:,} rows, but there are: {parts}; give one for every row.")
    fields = [*table.schema, *(pa.field(name, array.type) for name, array in added.items())]
    return pa.Table.from_arrays(list(columns.values()), schema=pa.schema(fields))
