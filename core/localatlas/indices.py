"""Finished indices and their maps, under the SDK's names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from localatlas import hooks
from localatlas.data_operations import (
    AtlasMapData,
    AtlasMapDuplicates,
    AtlasMapEmbeddings,
    AtlasMapTags,
    AtlasMapTopics,
)
from localatlas.errors import MapNotFoundError, NotReadyError, listing
from localatlas.pipeline import jobs
from localatlas.pipeline.commit import index_records
from localatlas.pipeline.records import IndexRecord, Job, MapRecord, StageReport
from localatlas.pipeline.topic_table import read_table
from localatlas.protocols import DatasetStore
from localatlas.stored_map import StoredMap

if TYPE_CHECKING:
    from localatlas.dataset import AtlasDataset

__all__ = ["AtlasIndex", "AtlasProjection", "find_map", "list_indices"]


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


class AtlasProjection:
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
        self._opened: tuple[int, StoredMap] | None = None
        self._embeddings: AtlasMapEmbeddings | None = None

    @property
    def record(self) -> tuple[IndexRecord, MapRecord]:
        """The records of the index and of this map.

        Raises:
            NotReadyError: the map is still building, or its build did not finish; the message says which.
        """
        if self._found is None:
            for index in index_records(self._store):
                for each in index.maps:
                    if each.id == self.id:
                        self._found = (index, each)
                        return self._found
            raise NotReadyError(self._why_not())
        return self._found

    @property
    def job(self) -> Job | None:
        """The build's record."""
        return next((job for job in jobs.jobs(self._store) if job.map_id == self.id), None)

    @property
    def status(self) -> str:
        """One of queued, running, done, failed, cancelled, or stopped for a build whose process died."""
        job = self.job
        if job is None:
            return "done" if self._found else "unknown"
        if job.state in {"queued", "running"} and not jobs.is_claimed(self._store, job):
            return "stopped"
        return job.state

    @property
    def error(self) -> str | None:
        """Why the build failed, or None."""
        job = self.job
        return job.error if job is not None else None

    def cancel(self) -> None:
        """Ask a build in another process to stop; what it finished is kept."""
        job = self.job
        if job is not None and job.state in {"queued", "running"}:
            jobs.request_cancel(self._store, job)

    @property
    def name(self) -> str:
        """The index's name."""
        if self._found is None and (job := self.job) is not None:
            return job.plan.name
        return self.record[0].plan.name

    @property
    def atlas_index_id(self) -> str:
        """The id of the index."""
        return self.record[0].id

    @property
    def stages(self) -> list[StageReport]:
        """What each stage of the build cost."""
        return self.record[0].reports

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
        """The map's parts on disk (`localatlas.protocols.Map`); opened anew when rows have changed since."""
        version = self._store.version()
        if self._opened is None or self._opened[0] != version:
            self._opened, self._embeddings = (version, self._open_stored()), None
        return self._opened[1]

    def _open_stored(self) -> StoredMap:
        index, record = self.record
        names = self._store.objects(record.prefix)
        topics = f"{record.prefix}/topics.arrow"
        return StoredMap(
            id=self.id,
            name=index.plan.name,
            dataset_identifier=self.dataset.identifier,
            id_field=self.dataset.id_field,
            text_field=index.plan.label_field,
            seed=index.plan.seed,
            store=self._store,
            version=index.version,
            table=read_table(self._store.path(f"{record.prefix}/map.arrow")),
            topic_table=read_table(self._store.path(topics)) if topics in names else None,
            find_page=self._page,
        )

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
        from localatlas.selections.on_map import rows_of

        return list(self.stored.row_ids.filter(pa.array(rows_of(self, selection))).to_pylist())

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
            path: where; its ending chooses the format: .parquet, .csv, .arrow or .feather.
            selection: which rows; None is all.
            columns: which columns, in this order; None is all.
            overwrite: whether a file that is there may be replaced.

        Raises:
            AtlasValueError: the ending or a column is not known, the file is there already, or as `select` does.
        """
        from localatlas.exporting import export

        return export(self, Path(path), selection, columns, overwrite=overwrite)

    @property
    def schema(self) -> pa.Schema:
        """The columns of the map's views."""
        return self.data.tb.schema

    def open(self, *, host: str = "127.0.0.1", port: int = 0, browser: bool = True) -> None:
        """Serve the map's page until interrupted. Raises NotReadyError when no explorer is installed."""
        if not hooks.call("localatlas_open", map=self.stored, host=host, port=port, browser=browser):
            raise NotReadyError("no installed plugin shows maps; pip install atlas-plugin-explorer")

    def _page(self, name: str) -> Path:
        return self._store.path(f"{self.record[1].prefix}/pages/{name}")

    def _why_not(self) -> str:
        job = self.job
        if job is None:
            return f"the map {self.id} does not exist any more"
        if self.status == "stopped":
            where = f"during {job.stage!r}" if job.stage else "before its first stage"
            return f"the build of {job.plan.name!r} stopped {where}; the same create_index call goes on"
        if job.state in {"queued", "running"}:
            return f"the map {job.plan.name!r} is still building: {job.stage or 'queued'}, {job.progress:.0%}"
        return f"the build of {job.plan.name!r} {job.state}: {job.error or 'it was cancelled'}"

    def __repr__(self) -> str:
        return f"AtlasProjection({self.name!r}, {self.status}, {self.map_link})"


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
