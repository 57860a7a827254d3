"""What all views share: ids in front, upload order, deleted rows hidden."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa

from localatlas.stored_map import StoredMap

if TYPE_CHECKING:
    from localatlas.indices import AtlasProjection

__all__ = ["View"]


class View(ABC):
    """Base of the views."""

    def __init__(self, projection: AtlasProjection) -> None:
        """View a finished map. Raises NotReadyError while it is building."""
        self.projection = projection
        self._map: StoredMap = projection.stored

    @cached_property
    def tb(self) -> pa.Table:
        """The view as an Arrow table."""
        return self._living(self._table())

    @property
    def df(self) -> pd.DataFrame:
        """The view as a DataFrame."""
        frame: pd.DataFrame = self.tb.to_pandas()
        return frame

    @property
    def id_field(self) -> str:
        """The column of ids: the dataset's id field, or `_position_index`."""
        return self._map.id_column

    @abstractmethod
    def _table(self) -> pa.Table:
        """Return all mapped rows, [R]."""

    def _living(self, table: pa.Table) -> pa.Table:
        """Leave out the rows that were deleted since the map was built."""
        alive = self._map.alive
        return table if alive.all() else table.filter(pa.array(alive))

    def _with_ids(self, columns: dict[str, pa.Array | pa.ChunkedArray]) -> pa.Table:
        return pa.table({self.id_field: self._map.row_ids, **columns})

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.projection.name!r}, {self.tb.num_rows:,} rows)"
