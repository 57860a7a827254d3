"""The version of a map that an update starts from, as it was committed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from localatlas.pipeline.records import IndexRecord
from localatlas.pipeline.stages import load_array
from localatlas.protocols import DatasetStore, Layout, NeighborGraph, Topics
from localatlas.protocols.storage import POSITION_COLUMN
from localatlas.stored_map import StoredMap

__all__ = ["STATE", "BaseMap"]

# Layout states are committed with the map, under names that begin so.
STATE = "layout.state."


@dataclass(frozen=True)
class BaseMap:
    """A finished version, read from the store: what is in the scratch folder may be gone.

    Attributes:
        record: of the index.
        map: the map over the rows of its version.
        vectors: float32 [N, D], memory-mapped.
        graph: the neighbours of the vectors.
        state: what the projector left for `transform`.
    """

    record: IndexRecord
    map: StoredMap
    vectors: NDArray[np.float32]
    graph: NeighborGraph
    state: Mapping[str, NDArray[np.generic]]

    @classmethod
    def load(cls, store: DatasetStore, record: IndexRecord, id_field: str | None) -> BaseMap:
        """Open a finished version. Raises KeyError when its parts are gone."""
        (made,) = record.maps
        opened = StoredMap.opened(store, record, made, "", id_field)
        begin = f"{made.prefix}/{STATE}"
        state = {name[len(begin) : -len(".npy")]: load_array(store.path(name)) for name in store.objects(begin)}
        arrays = [load_array(store.path(f"{record.prefix}/neighbors.{name}.npy")) for name in ("indices", "distances")]
        vectors = load_array(store.path(f"{record.prefix}/vectors.npy"))
        return cls(record, opened, vectors, NeighborGraph(arrays[0], arrays[1]), state)

    @property
    def key(self) -> str:
        """What tells this version from every other of the dataset."""
        return f"{self.record.id} {self.record.revision}"

    @property
    def last_topic_id(self) -> int:
        """The largest topic id that the map ever had; -1 if it never had topics."""
        now = -1 if self.topics is None else int(self.topics.topic_id.max(initial=-1))
        return max(self.record.maps[0].last_topic_id, now)

    @cached_property
    def positions(self) -> NDArray[np.int64]:
        """`_position_index` of the rows, int64 [R], growing."""
        return np.asarray(self.map.table[POSITION_COLUMN].to_numpy(), dtype=np.int64)

    @cached_property
    def vector_of_row(self) -> NDArray[np.int32]:
        """The vector of each row, int32 [R]; -1 for a row without one."""
        return np.asarray(self.map.table["vector"].fill_null(-1).to_numpy(), dtype=np.int32)

    @cached_property
    def first_rows(self) -> NDArray[np.intp]:
        """The first row of each vector, intp [N]."""
        first = np.full(len(self.vectors), -1, dtype=np.intp)
        rows = np.flatnonzero(self.vector_of_row >= 0)[::-1]
        first[self.vector_of_row[rows]] = rows
        return first

    @cached_property
    def places(self) -> NDArray[np.float32]:
        """Where the rows lie, float32 [R, 2]; NaN for a row without a place."""
        return self.map.layout.positions

    @property
    def layout(self) -> Layout:
        """Where the vectors lie, each at the first of its rows, and the projector's state."""
        return Layout(np.ascontiguousarray(self.places[self.first_rows]), self.state or None)

    @cached_property
    def topics(self) -> Topics | None:
        """Topics over the rows, exemplars as `_position_index`."""
        return self.map.topic_model
