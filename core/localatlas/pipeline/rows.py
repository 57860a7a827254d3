"""Ids and texts of a dataset version, read once when first asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from localatlas.protocols import DatasetStore
from localatlas.protocols.storage import POSITION_COLUMN

__all__ = ["RowReader"]


@dataclass
class RowReader:
    """Reads one version's ids and label texts by row number, 0..R-1 in upload order."""

    store: DatasetStore
    version: int
    id_field: str | None
    label_field: str | None

    def ids(self, rows: NDArray[np.intp]) -> pa.Array:
        """Return the ids of some rows."""
        return self._ids.take(pa.array(rows))

    def texts(self, rows: NDArray[np.intp]) -> list[str | None]:
        """Return the texts of some rows; None for a null, a blank or where no field was named."""
        if self.label_field is None:
            return [None] * len(rows)
        found = self._texts.take(pa.array(rows)).to_pylist()
        return [text if text and text.strip() else None for text in found]

    @cached_property
    def _ids(self) -> pa.Array:
        return self._column(self.id_field or POSITION_COLUMN)

    @cached_property
    def _texts(self) -> pa.Array:
        column = self._column(self.label_field or "")
        return column if pa.types.is_large_string(column.type) else column.cast(pa.large_string())

    def _column(self, name: str) -> pa.Array:
        batches = list(self.store.scan([name], self.version))
        return pa.chunked_array([batch.column(0) for batch in batches]).combine_chunks()
