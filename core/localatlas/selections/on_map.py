"""Selections and tags over one version of a finished map."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from localatlas.data_operations.tag_records import TagRecord, read_tags
from localatlas.data_operations.tag_rules import find_tag
from localatlas.errors import AtlasError, AtlasValueError, NotReadyError, listing
from localatlas.selections.evaluation import evaluate
from localatlas.selections.space import IndexSpace

if TYPE_CHECKING:
    from localatlas.indices import AtlasProjection
    from localatlas.pipeline.records import IndexRecord
    from localatlas.stored_map import StoredMap

__all__ = ["MapRows"]

ATTEMPTS = 20


class MapRows:
    """Answers which rows of a map are meant; all answers are of one version, whatever updates it meanwhile.

    Attributes:
        stored: the version.
    """

    def __init__(self, projection: AtlasProjection, seconds: float | None = None) -> None:
        """Take the newest version of a map; a selection may take so many `seconds`, None is as long as it takes.

        Raises:
            NotReadyError: the map is building.
        """
        self.stored, self._index = _opened(projection)
        self._seconds = seconds

    def selected(self, selection: Any) -> NDArray[np.bool_]:
        """Return the rows that a selection means, bool [R]. Raises what `evaluate` does."""
        return self._selected(selection, ())

    def tagged(self, name: str) -> NDArray[np.bool_]:
        """Return the rows that have a tag, bool [R].

        Raises:
            AtlasValueError: there is no such tag, or its rule does not fit the map any more.
        """
        return self.of_tag(find_tag(self.tags, name))

    def of_tag(self, tag: TagRecord) -> NDArray[np.bool_]:
        """Return the rows of a tag, likewise."""
        return self._of_tag(tag, ())

    def ids(self, rows: NDArray[np.bool_]) -> list[Any]:
        """Return the ids of some rows, in upload order."""
        return list(self.stored.row_ids.filter(pa.array(rows)).to_pylist())

    @cached_property
    def tags(self) -> list[TagRecord]:
        """The map's tags, oldest first."""
        return read_tags(self.stored.store, self.stored.id)

    @cached_property
    def space(self) -> IndexSpace:
        """The vectors behind the map."""
        return IndexSpace(self.stored, self.stored.store, self._index)

    def _selected(self, selection: Any, above: tuple[str, ...]) -> NDArray[np.bool_]:
        def tagged(name: str) -> NDArray[np.bool_]:
            return self._of_tag(find_tag(self.tags, name), above)

        return evaluate(selection, self.stored, space=self.space, tags=tagged, seconds=self._seconds)

    def _of_tag(self, tag: TagRecord, above: tuple[str, ...]) -> NDArray[np.bool_]:
        """Return a tag's rows; `above` are the tags by whose rules it was reached."""
        if tag.name in above:
            raise AtlasValueError(f"the tag {tag.name!r} is defined by itself: {listing([*above, tag.name])}")
        try:
            return self._selected(tag.selection, (*above, tag.name))
        except AtlasError as error:
            error.add_note(f"This is the rule of the tag {tag.name!r}; tags.remove({tag.name!r}) removes it.")
            raise


def _opened(projection: AtlasProjection) -> tuple[StoredMap, IndexRecord]:
    """Return the parts of a map and the record of its index, of the same version."""
    for _ in range(ATTEMPTS):
        index = projection.record[0]
        stored = projection.stored
        if projection.record[0].revision == index.revision:
            return stored, index
    raise NotReadyError(f"the map {projection.name!r} is updated faster than it can be read; try again")
