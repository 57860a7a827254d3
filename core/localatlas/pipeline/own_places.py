"""Rows that bring their places with them: all else is made as it would be."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from localatlas.errors import InvalidDataError, listing
from localatlas.pipeline.contracts import blame, check_places
from localatlas.pipeline.index import LentIndex
from localatlas.pipeline.making import Making
from localatlas.pipeline.stages import save_array
from localatlas.protocols import Context, DatasetStore, SupportsPlaces
from localatlas.registry import Entry

__all__ = ["OwnPlaces"]


class OwnPlaces:
    """Another way of making a map, but for the places."""

    def __init__(
        self,
        making: Making,
        projector: SupportsPlaces,
        entry: Entry,
        index: LentIndex,
        store: DatasetStore,
        version: int,
    ) -> None:
        self._making, self._projector, self._entry = making, projector, entry
        self._index, self._store, self._version = index, store, version

    @property
    def extends(self) -> str:
        """What tells the version started from."""
        return self._making.extends

    @cached_property
    def places(self) -> NDArray[np.float32]:
        """Where the rows lie, float32 [R, 2].

        Raises:
            InvalidDataError: a row that is mapped has no place.
        """
        names = self._projector.place_columns()
        table = pa.Table.from_batches(list(self._store.scan(names, self._version))).select(names)
        with blame(self._entry):
            places = check_places(self._entry, self._projector.places(table), table.num_rows)
        nowhere = np.flatnonzero(~np.isfinite(places).all(axis=1) & (self._index.vector_of_row >= 0))
        if nowhere.size:
            raise InvalidDataError(
                f"{nowhere.size:,} rows have no place in {listing(names)} (rows {listing(nowhere.tolist())}, counted "
                "from 0); give them one, or leave them out of the map by a null in the mapped column"
            )
        return places

    def neighbors(self, k: int, folder: Path, context: Context) -> None:
        """Find the `k` nearest of every vector."""
        self._making.neighbors(k, folder, context)

    def layout(self, folder: Path, context: Context) -> None:
        """Put every vector where the first of its rows lies."""
        save_array(folder / "positions.npy", self.places[self._index.first_rows])
        context.progress(1.0, "places read")

    def topics(self, layout: Path, folder: Path, context: Context) -> None:
        """Find topics over the layout in a folder, and name them."""
        self._making.topics(layout, folder, context)
