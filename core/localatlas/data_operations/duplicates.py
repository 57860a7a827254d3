"""Which rows say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from localatlas.data_operations.view import View
from localatlas.errors import NotReadyError
from localatlas.protocols import DuplicateVerdict

if TYPE_CHECKING:
    from localatlas.indices import AtlasProjection

__all__ = ["AtlasMapDuplicates"]


class AtlasMapDuplicates(View):
    """Columns: the id, `duplicate_class` ("singleton", "retention candidate", "deletion candidate"), `cluster_id`."""

    def __init__(self, projection: AtlasProjection) -> None:
        """View the duplicates. Raises NotReadyError when the map was built without."""
        super().__init__(projection)
        if self._map.duplicate_groups is None:
            raise NotReadyError(
                f"duplicate detection has not been run on {projection.name!r}; create_index(duplicate_detection=True)"
            )

    def deletion_candidates(self) -> list[Any]:
        """Return the ids of the rows that may go, in upload order."""
        doomed = pc.equal(self.tb["duplicate_class"].cast(pa.string()), DuplicateVerdict.DELETION.label)
        return list(self.tb.filter(doomed)[self.id_field].to_pylist())

    def _table(self) -> pa.Table:
        groups = self._map.duplicate_groups
        assert groups is not None  # noqa: S101  for the type checker: the constructor refuses None
        names = pa.array([verdict.label for verdict in DuplicateVerdict])
        verdict = pa.DictionaryArray.from_arrays(pa.array(groups.verdict.astype(np.int8)), names)
        return self._with_ids({"duplicate_class": verdict, "cluster_id": pa.array(groups.cluster)})

    def __repr__(self) -> str:
        clusters = len(pc.unique(self.tb["cluster_id"]))
        return f"{len(self.deletion_candidates()):,} deletion candidates in {clusters:,} clusters"
