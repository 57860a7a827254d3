"""Tags as they are kept: one object each, beside the map and independent of its versions."""

from __future__ import annotations

import hashlib
import json
import uuid
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from localatlas.naming import DEFAULT_ORGANIZATION
from localatlas.pipeline.records import records_below
from localatlas.protocols import DatasetStore

__all__ = ["TagRecord", "read_tags", "tags_prefix"]


class TagRecord(BaseModel):
    """A tag: the rows that its rule selects, and rows put in or taken out by hand.

    Attributes:
        id: a UUID.
        map_id: the map's.
        name: unique among the map's tags.
        rule: a selection as JSON values; None for a tag by hand.
        added: ids put in by hand.
        removed: ids taken out by hand; they win over the rule.
        user_id: who made it.
        created: when.
    """

    model_config = ConfigDict(extra="ignore")

    id: str = Field(default_factory=lambda: str(uuid.uuid4()))
    map_id: str
    name: str
    rule: dict[str, Any] | None = None
    added: list[int | str] = []
    removed: list[int | str] = []
    user_id: str = DEFAULT_ORGANIZATION
    created: datetime = Field(default_factory=lambda: datetime.now(UTC))

    @property
    def object_name(self) -> str:
        """The name of the object that holds this record."""
        return f"{tags_prefix(self.map_id)}{self.id}.json"

    @property
    def selection(self) -> dict[str, Any]:
        """All that the tag says, as one selection: `(rule | ids put in) & ~ids taken out`."""
        by_hand: dict[str, Any] = {"type": "ids", "ids": self.added}
        whole = by_hand if self.rule is None else self.rule
        if self.rule is not None and self.added:
            whole = {"type": "any", "of": [self.rule, by_hand]}
        if self.removed:
            out = {"type": "not", "of": {"type": "ids", "ids": self.removed}}
            whole = {"type": "all", "of": [whole, out]}
        return whole

    @property
    def definition_id(self) -> str:
        """A hash that equal definitions share."""
        return hashlib.sha256(json.dumps(self.selection, sort_keys=True).encode()).hexdigest()[:32]

    def with_ids(self, ids: list[int | str]) -> TagRecord:
        """Return the tag with rows put in by hand."""
        put = set(ids)
        kept = set(self.added)
        return self.model_copy(
            update={
                "added": [*self.added, *(each for each in dict.fromkeys(ids) if each not in kept)],
                "removed": [each for each in self.removed if each not in put],
            }
        )

    def without_ids(self, ids: list[int | str]) -> TagRecord:
        """Return the tag with rows taken out by hand, which only a rule needs to remember."""
        out = set(ids)
        known = set(self.removed)
        remembered = [each for each in dict.fromkeys(ids) if each not in known] if self.rule is not None else []
        return self.model_copy(
            update={
                "added": [each for each in self.added if each not in out],
                "removed": [*self.removed, *remembered],
            }
        )

    def save(self, store: DatasetStore) -> None:
        """Write the record, whole; the caller holds the dataset's lock."""
        store.put(self.object_name, self.model_dump_json().encode())


def tags_prefix(map_id: str) -> str:
    """Return what the names of a map's tags start with."""
    return f"tags/{map_id}/"


def read_tags(store: DatasetStore, map_id: str) -> list[TagRecord]:
    """Return a map's tags, oldest first."""
    found = [TagRecord.model_validate_json(record) for record in records_below(store, tags_prefix(map_id))]
    return sorted(found, key=lambda tag: (tag.created, tag.id))
