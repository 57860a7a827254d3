"""The user's rows as they were mapped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pyarrow as pa

from localatlas.data_operations.view import View
from localatlas.errors import AtlasValueError, listing, suggestion
from localatlas.stored_map import user_columns

if TYPE_CHECKING:
    from localatlas.indices import AtlasProjection

__all__ = ["AtlasMapData"]


class AtlasMapData(View):
    """The id column first, then the user's columns in the order of upload."""

    def __init__(self, projection: AtlasProjection, fields: Sequence[str] | None = None) -> None:
        """View all columns, or `fields`. Raises AtlasValueError for a column that is not there."""
        super().__init__(projection)
        known = user_columns(self._map.store.schema(self._map.version))
        for field in fields or ():
            if field not in known:
                raise AtlasValueError(f"the map has no column {field!r}{suggestion(field, known)}; {listing(known)}")
        self.fields = list(fields) if fields is not None else known

    def _table(self) -> pa.Table:
        rest = [field for field in self.fields if field != self.id_field]
        table = self._map.columns(rest)
        return self._with_ids({name: table[name] for name in rest})
