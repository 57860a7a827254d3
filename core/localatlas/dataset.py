"""AtlasDataset: rows that become maps."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from localatlas.building import BuildRequest, build
from localatlas.dataset_rows import DatasetRows
from localatlas.errors import DatasetNotFoundError, InvalidIdentifierError, listing
from localatlas.home import Home
from localatlas.indices import AtlasIndex, AtlasProjection, find_map, list_indices
from localatlas.naming import dataset_key, is_uuid
from localatlas.opening import DEFAULT_DESCRIPTION, check_arguments, check_opened, open_or_create
from localatlas.pipeline import jobs
from localatlas.pipeline.progress import Listener
from localatlas.pipeline.records import DatasetRecord, LayoutMode
from localatlas.pipeline.removal import stop_builds
from localatlas.protocols import DatasetKey, DatasetStore
from localatlas.protocols.components import Modality
from localatlas.protocols.nouns import Metric
from localatlas.showing import dataset_html
from localatlas.updating import UpdateMode, update_all
from localatlas.waiting import Waited, wait_until_free

__all__ = ["AtlasDataset", "AtlasIndex", "AtlasProjection"]


class AtlasDataset(DatasetRows):
    """A dataset: created on first use, loaded afterwards.

    Args:
        identifier: `name` or `organization/name`.
        description: shown with the dataset; another one than it has replaces that.
        unique_id_field: the column of ids; without one, rows are known by `_position_index`.
        is_public: recorded and shown; a local home has one user. None is True for a new dataset, and leaves another
            as it is.
        dataset_id: loads the dataset of this id instead.
        organization_name: the organization, if `identifier` names none.
        home: the address of the home; the configured one by default.

    Raises:
        InvalidIdentifierError: the name cannot be used, or neither name nor id is given.
        DatasetNotFoundError: no dataset has `dataset_id`.
        InvalidOptionError: the dataset exists with another id field.
    """

    def __init__(
        self,
        identifier: str | None = None,
        description: str | None = DEFAULT_DESCRIPTION,
        unique_id_field: str | None = None,
        is_public: bool | None = None,
        dataset_id: str | None = None,
        organization_name: str | None = None,
        *,
        home: str | None = None,
    ) -> None:
        texts = {"description": description, "unique_id_field": unique_id_field, "organization_name": organization_name}
        check_arguments(identifier=identifier, dataset_id=dataset_id, **texts)
        self._home = Home(home)
        if dataset_id is not None:
            if not is_uuid(dataset_id):
                raise InvalidIdentifierError(f"{dataset_id!r} is not a valid dataset id; ids are UUIDs")
            self._record, self._store = self._home.find_id(dataset_id)
            check_opened(self._record, self._store, description, unique_id_field, is_public)
            self._is_new = False
            return
        key = dataset_key(identifier or "", organization_name)
        new = DatasetRecord(
            id=str(uuid4()),
            name=(identifier or "").rpartition("/")[2],
            organization=key.organization,
            slug=key.slug,
            description=description or "",
            unique_id_field=unique_id_field,
            is_public=is_public is not False,
        )
        self._record, self._store, self._is_new = open_or_create(self._home, key, new, is_public)

    @classmethod
    def _opened(cls, home: Home, record: DatasetRecord, store: DatasetStore) -> AtlasDataset:
        """Return the dataset of a record and store that `home` found."""
        dataset = cls.__new__(cls)
        vars(dataset).update(_home=home, _record=record, _store=store, _is_new=False)
        return dataset

    @classmethod
    def load(cls, identifier: str, *, home: str | None = None) -> AtlasDataset:
        """Return an existing dataset by identifier. Raises DatasetNotFoundError."""
        key = dataset_key(identifier)
        place = Home(home)
        found = place.find(key)
        if found is None:
            known = [f"{record.organization}/{record.slug}" for record in place.records()]
            raise DatasetNotFoundError(
                f"there is no dataset {str(key)!r} in {place.address}; it has: {listing(known) or 'none'}"
            )
        return cls._opened(place, *found)

    @property
    def indices(self) -> list[AtlasIndex]:
        """The finished indices, in build order."""
        return list_indices(self, self._store)

    @property
    def maps(self) -> list[AtlasProjection]:
        """The finished maps, in build order."""
        return [projection for index in self.indices for projection in index.projections]

    @property
    def projections(self) -> list[AtlasProjection]:
        """The same as `maps`."""
        return self.maps

    def get_map(
        self, name: str | None = None, atlas_index_id: str | None = None, projection_id: str | None = None
    ) -> AtlasProjection:
        """Return one map: of an index id, by projection id, by name, or the only one.

        Raises:
            MapNotFoundError: a ValueError; there is none, or several and nothing to choose by.
        """
        return find_map(self, name, atlas_index_id, projection_id)

    def create_index(
        self,
        name: str | None = None,
        indexed_field: str | None = None,
        modality: Modality | None = None,
        projection: Any = None,
        topic_model: Any = True,
        duplicate_detection: Any = True,
        embedding_model: Any = None,
        reuse_embeddings_from_index: str | None = None,
        *,
        metric: Metric | None = None,
        seed: int | None = None,
        wait: bool = True,
        progress: bool | Listener = True,
    ) -> AtlasProjection:
        """Build an index and its map over the rows as they are now.

        Everything is checked before the build starts. A build that died goes on where it stopped when the same
        call is made again; after success the same call makes a new map.

        Args:
            name: of the index; the dataset's name by default.
            indexed_field: the text column to map; with vectors of your own, the column that names the topics.
            modality: "text", "image" or "embedding"; what the data is by default.
            projection: None (chosen by size), a projector's name, a dict, ProjectionOptions, a plugin's Options or
                a projector.
            topic_model: True, False or None (off), a name, a dict, NomicTopicOptions, a plugin's Options or instance.
            duplicate_detection: likewise, with NomicDuplicatesOptions.
            embedding_model: None (the built-in one), a name, a dict, NomicEmbedOptions, or an embedder.
            reuse_embeddings_from_index: the name of an index whose embedder to use again; its vectors are kept.
            metric: what near means: "cosine" (by default), or "euclidean" for vectors whose length counts.
            seed: of every random choice; the configured one by default.
            wait: False starts the build in a process of its own, which outlives this one.
            progress: shows a progress bar, or receives every step.

        Raises:
            InvalidOptionError, UnknownPluginError, InvalidDataError: something cannot be; nothing was started.
            BuildError, PluginError: the build failed; what it finished is kept.
        """
        request = BuildRequest(
            name=name or self.name,
            indexed_field=indexed_field,
            modality=modality,
            projection=projection,
            topic_model=topic_model,
            duplicate_detection=duplicate_detection,
            embedding_model=embedding_model,
            reuse_embeddings_from_index=reuse_embeddings_from_index,
            metric=metric,
            seed=seed,
        )
        return build(self, self._home, self._store, request, wait=wait, progress=progress)

    def update_indices(
        self,
        rebuild_topic_models: bool = False,
        *,
        layout: LayoutMode = "keep",
        wait: bool = True,
        progress: bool | Listener = True,
    ) -> None:
        """Bring every map up to date with the rows as they are now, under its id.

        New rows cost only themselves; old points keep their places byte for byte; rows deleted since disappear.
        Old rows keep their topics, new rows get those of their neighbours. The version before stays whole until the
        new one is; a call that was interrupted goes on when it is made again. Without new or deleted rows, nothing
        happens.

        Args:
            rebuild_topic_models: find topics anew, over all rows.
            layout: "keep" leaves old points where they are; "warm" lays all out again from there, which is better
                where much is new; "new" from nothing. Both find topics anew, too, and do so without new rows.
            wait: False updates in processes of their own, which outlive this one.
            progress: shows a progress bar, or receives every step.

        Raises:
            InvalidOptionError: a map was built with a class that this process does not know, or by a projector that
                cannot go on from an earlier layout; nothing was started.
            BuildError, PluginError: some maps could not be updated and stay as they were; the others are updated.
        """
        how = UpdateMode(rebuild_topic_models, layout)
        update_all(self, self._home, self._store, how, wait=wait, progress=progress)

    def update_maps(
        self,
        data: Any = None,
        embeddings: Any = None,
        blobs: Any = None,
        *,
        rebuild_topic_models: bool = False,
        layout: LayoutMode = "keep",
        wait: bool = True,
        progress: bool | Listener = True,
        shard_size: object = None,
        num_workers: object = None,
    ) -> None:
        """Add rows, as `add_data` does, and bring every map up to date, as `update_indices` does.

        Args:
            data: the rows.
            embeddings: their vectors.
            blobs: their images.
            rebuild_topic_models: find topics anew, over all rows.
            layout: as in `update_indices`.
            wait: likewise.
            progress: likewise.
            shard_size: of the SDK; has no meaning here.
            num_workers: likewise.

        Raises:
            AtlasError: as both of them do; the rows are in once the update begins.
        """
        if data is not None or embeddings is not None or blobs is not None:
            self.add_data(data, embeddings, blobs)
        del shard_size, num_workers
        self.update_indices(rebuild_topic_models, layout=layout, wait=wait, progress=progress)

    def wait_for_dataset_lock(self, timeout: float | None = None) -> Waited[AtlasDataset]:
        """Wait until nobody changes the rows and no build runs; works with and without `with`. Does not hold the lock.

        Raises:
            DatasetLockedError: `timeout` seconds are over.
        """
        return wait_until_free(self, self._store, timeout)

    def delete(self) -> bool:
        """Delete the dataset, its indices and maps; builds that are under way are stopped first. Returns True.

        Raises:
            DatasetNotFoundError: it was deleted already; another one that took its name since stays.
        """
        self._store.version()  # raises when it was deleted already
        stop_builds(self._store, jobs.jobs(self._store))
        # An append that is under way ends before, and none begins meanwhile.
        with self._store.lock():
            self._home.delete(DatasetKey(self._record.organization, self._record.slug), self.id)
        return True

    def __repr__(self) -> str:
        return f"AtlasDataset({self.identifier!r}, {self.total_datums:,} rows, {len(self.maps)} maps)"

    def _repr_html_(self) -> str:
        return dataset_html(self)

    def __str__(self) -> str:
        return "\n".join(f"{projection.name}: {projection.map_link}" for projection in self.maps) or repr(self)
