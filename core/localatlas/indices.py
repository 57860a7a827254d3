"""Finished indices and their maps, under the SDK's names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from localatlas.data_operations import (
    AtlasMapData,
    AtlasMapDuplicates,
    AtlasMapEmbeddings,
    AtlasMapTags,
    AtlasMapTopics,
)
from localatlas.errors import MapNotFoundError, NotReadyError, listing
from localatlas.map_pages import MapPages
from localatlas.paths import expanded
from localatlas.pipeline import jobs
from localatlas.pipeline.commit import index_records
from localatlas.pipeline.records import IndexRecord, MapRecord
from localatlas.protocols import DatasetStore
from localatlas.showing import map_html
from localatlas.stored_map import StoredMap

if TYPE_CHECKING:
    from localatlas.dataset import AtlasDataset
    from localatlas.quality import Quality

__all__ = ["AtlasIndex", "AtlasProjection", "find_map", "list_builds", "list_indices"]

OPEN_ATTEMPTS = 5


@dataclass(frozen=True)
class AtlasIndex:
    """The vectors of one field at one version of a dataset.

    Attributes:
        id: a UUID.
        name: as given to `create_index`.
        indexed_field: the column that was mapped; None for bare vectors.
        projections: its maps.
    """

    id: str
    name: str
    indexed_field: str | None
    projections: list[AtlasProjection]

    def __repr__(self) -> str:
        return f"AtlasIndex({self.name!r}, {len(self.projections)} maps)"

    def delete(self) -> bool:
        """Delete the index and its maps. Returns True. Raises MapNotFoundError when it is not there any more."""
        return all(projection.delete() for projection in self.projections)


class AtlasProjection(MapPages):
    """A map: its rows' places, topics, duplicates and neighbours."""

    def __init__(
        self,
        dataset: AtlasDataset,
        store: DatasetStore,
        map_id: str,
        found: tuple[IndexRecord, MapRecord] | None = None,
    ) -> None:
        """Stand for the map of an id, finished (`found` has its records, if they are at hand) or still building."""
        self.dataset = dataset
        self.id = self.projection_id = map_id
        self._store = store
        self._found = found
        self._opened: tuple[tuple[int, int], StoredMap] | None = None
        self._embeddings: AtlasMapEmbeddings | None = None

    @property
    def map_link(self) -> str:
        """The address of the map, to be opened with `localatlas open`."""
        return f"localatlas://{self.dataset.identifier}/{self.id}"

    @property
    def dataset_link(self) -> str:
        """The address of the dataset."""
        return f"localatlas://{self.dataset.identifier}"

    @property
    def stored(self) -> StoredMap:
        """The map's parts on disk (`localatlas.protocols.Map`); opened anew when rows or the map have changed since."""
        key = (self._store.version(), self.record[0].revision)
        if self._opened is None or self._opened[0] != key:
            self._opened, self._embeddings = (key, self._open_stored()), None
        return self._opened[1]

    def _open_stored(self) -> StoredMap:
        for _ in range(OPEN_ATTEMPTS):
            index, record = self.record
            try:
                return StoredMap.opened(self._store, index, record, self.dataset.identifier, self.dataset.id_field)
            except KeyError:
                # An update has replaced this version since its record was read; the next one is there.
                continue
        raise NotReadyError(f"parts of the map {self.name!r} are missing in {self.dataset.home}; build it again")

    @property
    def data(self) -> AtlasMapData:
        """The user's columns."""
        return AtlasMapData(self)

    @property
    def embeddings(self) -> AtlasMapEmbeddings:
        """Places, vectors and vector search; kept until rows change, for its vectors are mapped once."""
        _ = self.stored  # forgets the view of rows that have changed since
        if self._embeddings is None:
            self._embeddings = AtlasMapEmbeddings(self, self._store)
        return self._embeddings

    @property
    def topics(self) -> AtlasMapTopics:
        """Topics by row and by topic. Raises NotReadyError when the map was built without."""
        return AtlasMapTopics(self)

    @property
    def duplicates(self) -> AtlasMapDuplicates:
        """Duplicates by row. Raises NotReadyError when the map was built without."""
        return AtlasMapDuplicates(self)

    @property
    def tags(self) -> AtlasMapTags:
        """Named sets of rows, by hand or by a rule."""
        return AtlasMapTags(self)

    def select(self, selection: Any) -> list[Any]:
        """Return the ids of the rows that a selection means, in upload order.

        Args:
            selection: a node of `localatlas.selections`, or the equal dict or JSON text.

        Raises:
            AtlasValueError: it is no selection, or not one for this map.
            NotReadyError: the map was built without what it speaks of.
        """
        from localatlas.selections.on_map import MapRows

        rows = MapRows(self)
        return rows.ids(rows.selected(selection))

    def export(
        self,
        path: str | Path,
        selection: Any = None,
        columns: Sequence[str] | None = None,
        *,
        overwrite: bool = False,
    ) -> Path:
        """Write the map's rows to a file, with their places, topics, duplicates and tags, and return its path.

        Args:
            path: where (`~` is the user's folder); its ending chooses the format: .parquet, .csv, .arrow or .feather.
            selection: which rows; None is all.
            columns: which columns, in this order; None is all.
            overwrite: whether a file that is there may be replaced.

        Raises:
            AtlasValueError: the ending or a column is not known, the file is there already, or as `select` does.
        """
        from localatlas.exporting import export

        return export(self, expanded(path), selection, columns, overwrite=overwrite)

    def quality(self, sample: int = 500, seed: int = 0) -> Quality:
        """Return how faithful the map is to its vectors: figures, and with `print` a sentence on what each means.

        Args:
            sample: how many rows to look at, at most; the time grows with it and with the rows of the map.
            seed: of their choice.

        Raises:
            AtlasValueError: `sample` is less than 1.
            NotReadyError: the map has fewer than three rows.
        """
        from localatlas.quality import quality_of

        return quality_of(self, sample, seed)

    @property
    def schema(self) -> pa.Schema:
        """The columns of the map's views."""
        return self.data.tb.schema

    def delete(self) -> bool:
        """Delete the map and its tags, and with its last map the index. Returns True.

        A build or an update of it that is under way is stopped first. Whoever looks at the map goes on looking.

        Raises:
            MapNotFoundError: it is not there any more.
        """
        self._opened = self._embeddings = None
        return super().delete()

    def __repr__(self) -> str:
        return f"AtlasProjection({self.name!r}, {self.status}, {self.map_link})"

    def __str__(self) -> str:
        return f"{self.name}: {self.map_link}"

    def _repr_html_(self) -> str:
        return map_html(self)


def list_indices(dataset: AtlasDataset, store: DatasetStore) -> list[AtlasIndex]:
    """Return the finished indices of a dataset, in build order."""
    return [
        AtlasIndex(
            record.id,
            record.plan.name,
            record.plan.indexed_field,
            [AtlasProjection(dataset, store, each.id, (record, each)) for each in record.maps],
        )
        for record in index_records(store)
    ]


def list_builds(dataset: AtlasDataset, store: DatasetStore) -> list[AtlasProjection]:
    """Return the maps whose builds are under way, or ended before they were finished, in the order of their asking."""
    finished = {made.id for index in index_records(store) for made in index.maps}
    ids = dict.fromkeys(job.map_id for job in jobs.jobs(store) if job.base is None)
    return [AtlasProjection(dataset, store, each) for each in ids if each not in finished]


def find_map(
    dataset: AtlasDataset, name: str | None, atlas_index_id: str | None, projection_id: str | None
) -> AtlasProjection:
    """Return one map. Raises MapNotFoundError, which is a ValueError."""
    indices = dataset.indices
    maps = [each for index in indices for each in index.projections]
    if not maps:
        raise MapNotFoundError(f"{dataset.identifier} has no maps built yet; create_index(...) builds one")
    if atlas_index_id is not None:
        wanted = [each for index in indices if index.id == atlas_index_id for each in index.projections]
        asked = f"index id {atlas_index_id!r}"
    elif projection_id is not None:
        wanted, asked = [each for each in maps if each.id == projection_id], f"projection id {projection_id!r}"
    elif name is not None:
        wanted, asked = [each for each in maps if each.name == name], f"name {name!r}"
    else:
        wanted, asked = maps, ""
        if len(maps) > 1:
            raise MapNotFoundError(f"{dataset.identifier} has multiple maps; say which by name, index or projection id")
    if not wanted:
        names = listing([each.name for each in maps], shown=20)
        raise MapNotFoundError(f"{dataset.identifier} has no map for {asked}; its maps are: {names}")
    return wanted[0]
