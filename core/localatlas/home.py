"""A home: where datasets are kept, opened by the scheme of its address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from localatlas import registries
from localatlas.config import settings
from localatlas.data_inference import StorageOptions
from localatlas.errors import DatasetNotFoundError, StorageError
from localatlas.paths import expanded
from localatlas.pipeline.records import DatasetRecord
from localatlas.protocols import DatasetKey, DatasetStore, StorageBackend

__all__ = ["RECORD", "Home"]

RECORD = "dataset.json"
_SCHEME = re.compile(r"^([a-z][a-z0-9+.-]+)://")


class Home:
    """The datasets under one address."""

    def __init__(
        self, address: str | None = None, backend: str | None = None, options: dict[str, Any] | None = None
    ) -> None:
        """Open the home at `address`, or the configured one.

        Args:
            address: a folder or `scheme://…`.
            backend: opens it; named by the scheme when None.
            options: of the backend; the configured ones when None.
        """
        now = settings()
        storage = now.storage if options is None else None
        options = options or {}
        if isinstance(storage, StorageOptions):
            options = {key: value for key, value in storage.given().items() if key not in ("backend", "address")}
            address, storage = address or storage.address, storage.backend
        self.address = address or now.home
        scheme = _SCHEME.match(self.address)
        if scheme is None:
            # A program may change its folder after it opened its home.
            self.address = str(expanded(self.address).absolute())
        self.backend = backend or storage or (scheme.group(1) if scheme else "file")
        self.options = options
        self._storage: StorageBackend = registries.storage.create(self.backend, {**options, "address": self.address})

    def records(self) -> list[DatasetRecord]:
        """Return the records of all datasets, sorted by identifier."""
        with self._reachable():
            found = [self.find(key) for key in self._storage.datasets()]
        return [record for record, _ in filter(None, found)]

    def find(self, key: DatasetKey) -> tuple[DatasetRecord, DatasetStore] | None:
        """Return a dataset's record and store, or None."""
        with self._reachable():
            try:
                store = self._storage.open(key)
                return self.record(store), store
            except (DatasetNotFoundError, KeyError):
                # Without a record it is not there yet, or not any more.
                return None

    def find_id(self, dataset_id: str) -> tuple[DatasetRecord, DatasetStore]:
        """Return the dataset of an id. Raises DatasetNotFoundError."""
        with self._reachable():
            keys = self._storage.datasets()
        for key in keys:
            found = self.find(key)
            if found is not None and found[0].id == dataset_id:
                return found
        raise DatasetNotFoundError(f"no dataset in {self.address} has the id {dataset_id}; `localatlas ls` shows all")

    def create(self, record: DatasetRecord) -> DatasetStore:
        """Make an empty dataset. Raises DatasetExistsError."""
        with self._reachable():
            return self._storage.create(DatasetKey(record.organization, record.slug), record.to_bytes())

    def delete(self, key: DatasetKey, dataset_id: str) -> None:
        """Remove a dataset and everything made from it.

        Raises:
            DatasetNotFoundError: there is none of this name, or it has another id.
        """
        found = self.find(key)
        if found is None or found[0].id != dataset_id:
            raise DatasetNotFoundError(f"the dataset {key} with the id {dataset_id} is not in {self.address} any more")
        with self._reachable():
            self._storage.delete(key)

    @contextmanager
    def _reachable(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StorageError(
                f"the home {self.address} cannot be read or written: {error}; set LOCALATLAS_HOME to another folder"
            ) from error

    @staticmethod
    def record(store: DatasetStore) -> DatasetRecord:
        """Return a dataset's record."""
        return DatasetRecord.model_validate_json(store.get(RECORD))
