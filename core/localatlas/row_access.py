"""Rows by id: read in the order asked, deleted all or none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from localatlas.adding import tidy
from localatlas.errors import AtlasTypeError, AtlasValueError, RowNotFoundError, listing
from localatlas.protocols import DatasetStore
from localatlas.protocols.storage import POSITION_COLUMN
from localatlas.stored_map import user_columns

__all__ = ["RowAccess"]


@dataclass(frozen=True)
class RowAccess:
    """Reads and deletes the rows of one dataset.

    Attributes:
        store: the dataset's.
        identifier: `organization/slug`, for messages.
        id_field: the column of ids; None when rows are known by `_position_index`.
    """

    store: DatasetStore
    identifier: str
    id_field: str | None

    @property
    def column(self) -> str:
        """The column that ids are looked up in."""
        return self.id_field or POSITION_COLUMN

    def read(self, ids: Any) -> list[dict[str, Any]]:
        """Return rows as dicts. Raises AtlasTypeError, AtlasValueError, RowNotFoundError."""
        values = self._values(ids)
        if not len(values):
            return []
        names = user_columns(self.store.schema())
        table = self.store.take(self.column, values, names if self.id_field else [POSITION_COLUMN, *names])
        self._all_there(values, table[self.column], "")
        return list(table.to_pylist())

    def delete(self, ids: Any) -> None:
        """Delete rows, all or none. Raises AtlasTypeError, AtlasValueError, RowNotFoundError."""
        values = self._values(ids)
        if not len(values):
            return
        with self.store.lock():
            self._all_there(values, self.store.find(self.column, values), "; nothing was deleted")
            before = self.store.version()
            self.store.delete(self.column, values)
            tidy(self.store, before)

    def _all_there(self, wanted: pa.Array, found: pa.Array | pa.ChunkedArray, consequence: str) -> None:
        have = set(found.to_pylist())
        missing = [value for value in wanted.to_pylist() if value not in have]
        if missing:
            raise RowNotFoundError(f"{self.identifier} has no row with {self.column} {listing(missing)}{consequence}")

    def _values(self, ids: Any) -> pa.Array:
        """Return ids as an Arrow array of the id column's type."""
        values = _as_list(ids)
        schema = self.store.schema()
        if schema is None:
            if values:
                raise RowNotFoundError(f"{self.identifier} has no rows yet, so none with the ids {listing(values)}")
            return pa.array([], pa.int64())
        kind = schema.field(self.column).type
        if nested := [value for value in values if isinstance(value, list | tuple | np.ndarray)]:
            raise AtlasValueError(f"ids must be one flat list; it holds {listing(nested)}")
        # pyarrow would read 0.5 as 0 and b"a" as "a".
        plain = int | np.integer if pa.types.is_integer(kind) else str
        if wrong := [v for v in values if v is not None and (isinstance(v, bool) or not isinstance(v, plain))]:
            raise AtlasValueError(f"ids must be of the id column's type {kind}, not {listing(wrong)}")
        try:
            return pa.array(values, type=kind)
        except (pa.ArrowInvalid, OverflowError) as error:
            raise AtlasValueError(f"ids must be of the id column's type {kind}: {error}") from error


def _as_list(ids: Any) -> list[Any]:
    """Return ids in their order: a set has none, and a string is one id."""
    if isinstance(ids, pa.Array | pa.ChunkedArray):
        return list(ids.to_pylist())
    if isinstance(ids, np.ndarray | pd.Series | pd.Index):
        return list(ids.tolist()) if ids.ndim else [ids.item()]
    if not isinstance(ids, list | tuple | range):
        raise AtlasTypeError(f"ids must be a list of ids, or an array or Series of them, got {type(ids).__qualname__}")
    return list(ids)
