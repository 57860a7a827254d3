"""Tags: named sets of rows, by hand or by a rule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from localatlas.data_operations.tag_records import TagRecord, read_tags
from localatlas.data_operations.tag_rules import check_cycle, check_name, check_size, check_unused, find_tag, with_rule
from localatlas.data_operations.view import View
from localatlas.errors import AtlasTypeError, AtlasValueError, RowNotFoundError, listing
from localatlas.protocols import DatasetStore

if TYPE_CHECKING:
    from localatlas.indices import AtlasProjection
    from localatlas.selections import Node
    from localatlas.selections.on_map import MapRows

__all__ = ["AtlasMapTags"]


class AtlasMapTags(View):
    """Columns: the id, then one boolean per tag, in the order of their making.

    A tag by rule is evaluated anew on every version of the map; a tag by hand is kept by id. Both outlive updates.
    What is read is what is kept at that moment.
    """

    def __init__(self, projection: AtlasProjection, auto_cleanup: bool = False) -> None:
        """View the tags of a finished map.

        Args:
            projection: the map.
            auto_cleanup: kept from the SDK; there are no files to clean up.
        """
        super().__init__(projection)
        self.auto_cleanup = auto_cleanup

    def get_tags(self) -> list[dict[str, Any]]:
        """Return all tags, oldest first.

        Each is a dict: `tag_id`, `tag_definition_id` (equal definitions share it), `tag_name`, `user_id`, `dsl_rule`
        (all that the tag says, as the JSON text of a selection) and `projection_id`.
        """
        from localatlas.selections import parse

        return [
            {
                "tag_id": tag.id,
                "tag_definition_id": tag.definition_id,
                "tag_name": tag.name,
                "user_id": tag.user_id,
                "dsl_rule": parse(tag.selection).to_json(),
                "projection_id": self.projection.id,
            }
            for tag in self._records()
        ]

    def get_datums_in_tag(self, tag_name: str, overwrite: bool = False) -> list[Any]:  # noqa: ARG002  the SDK's
        """Return the ids of the rows that have a tag, in upload order.

        Args:
            tag_name: which.
            overwrite: kept from the SDK; what is returned is always fresh.

        Raises:
            AtlasValueError: there is no such tag, or its rule does not fit the map any more.
        """
        rows = self._rows
        return rows.ids(rows.tagged(tag_name))

    def add(self, name: str, ids: Sequence[Any] | None = None, selection: Any = None) -> None:
        """Make a tag, or put more rows into one.

        Args:
            name: of the tag; a new one is made.
            ids: rows to put in by hand.
            selection: a rule (`localatlas.selections`), kept and evaluated anew on every version of the map. To a tag
                that has a rule it is added: rows that either selects have the tag.

        Raises:
            AtlasValueError: the name cannot be one, the selection is none for this map, or neither rows nor a rule
                are given; nothing was changed.
            RowNotFoundError: some ids are not on the map; nothing was changed.
            NotReadyError: the map was deleted.
        """
        if ids is None and selection is None:
            raise AtlasValueError(f"tag {name!r}: give ids, a selection or both")
        values = self._ids(ids) if ids is not None else []
        rule = self._rule(selection) if selection is not None else None
        with self._store.lock():
            # Raises for a map that was deleted meanwhile, whose tags nobody would remove.
            _ = self.projection.record
            tags = self._records()
            tag = next((each for each in tags if each.name == name), None)
            if tag is None:
                check_name(name, tags, self._columns())
                tag = TagRecord(map_id=self.projection.id, name=name)
            if rule is not None:
                check_cycle(name, rule, tags)
                tag = with_rule(tag, rule)
            tag = tag.with_ids(values)
            check_size(tag)
            tag.save(self._store)

    def remove(self, name: str, ids: Sequence[Any] | None = None) -> None:
        """Remove a tag, or take rows out of it by hand; these stay out, whatever the rule says.

        Args:
            name: of the tag.
            ids: the rows; None removes the whole tag.

        Raises:
            AtlasValueError: there is no such tag, or another tag's rule speaks of it.
            RowNotFoundError: some ids are not on the map; nothing was changed.
        """
        with self._store.lock():
            tags = self._records()
            tag = find_tag(tags, name)
            if ids is None:
                check_unused(name, tags, "removed")
                self._store.remove(tag.object_name)
                return
            # Rows that were deleted since may still be taken out.
            tag.without_ids(self._ids(ids, allowed=tag.added)).save(self._store)

    def rename(self, old: str, new: str) -> None:
        """Give a tag another name.

        Raises:
            AtlasValueError: there is no such tag, the name cannot be one, or another tag's rule speaks of it.
        """
        with self._store.lock():
            tags = self._records()
            tag = find_tag(tags, old)
            check_unused(old, tags, "renamed")
            check_name(new, [each for each in tags if each.id != tag.id], self._columns())
            tag.model_copy(update={"name": new}).save(self._store)

    def rows(self, name: str) -> NDArray[np.bool_]:
        """Return which rows of the map have a tag, bool [R]; deleted ones have none.

        Raises:
            AtlasValueError: there is no such tag, or its rule does not fit the map any more.
        """
        return self._rows.tagged(name)

    @property
    def tb(self) -> pa.Table:  # not kept: tags change under a view
        """The view as an Arrow table."""
        return self._table()

    def _table(self) -> pa.Table:
        rows = self._rows
        living = pa.array(rows.stored.alive)
        columns = {tag.name: pa.array(rows.of_tag(tag)).filter(living) for tag in rows.tags}
        return pa.table({self.id_field: rows.stored.row_ids.filter(living), **columns})

    @property
    def _rows(self) -> MapRows:
        """The newest version of the map, with the tags as they are now."""
        from localatlas.selections.on_map import MapRows

        return MapRows(self.projection)

    def _rule(self, selection: Any) -> Node:
        """Return a rule that this map can answer."""
        from localatlas.selections import parse

        rule = parse(selection)
        self._rows.selected(rule)
        return rule

    def _records(self) -> list[TagRecord]:
        return read_tags(self._store, self.projection.id)

    def _columns(self) -> list[str]:
        return [self.id_field, *self.projection.stored.schema.names]

    @property
    def _store(self) -> DatasetStore:
        return self._map.store

    def _ids(self, ids: Sequence[Any], allowed: Sequence[Any] = ()) -> list[int | str]:
        """Return ids as they are kept. Raises AtlasTypeError, RowNotFoundError."""
        if isinstance(ids, str | bytes) or not hasattr(ids, "__iter__"):
            raise AtlasTypeError(f"ids must be a list of ids, got {type(ids).__qualname__}")
        from localatlas.selections import has_ids

        values = list(has_ids(ids).ids)
        stored = self.projection.stored
        known = set(stored.row_ids.filter(pa.array(stored.alive)).to_pylist()) | set(allowed)
        missing = [value for value in values if value not in known]
        if missing:
            raise RowNotFoundError(
                f"the map {self.projection.name!r} has no rows with the {self.id_field} {listing(missing)}; "
                "nothing was changed"
            )
        return values
