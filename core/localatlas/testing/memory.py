"""A storage that keeps everything in this process: for tests, and proof that the protocol asks for no database."""

from __future__ import annotations

import threading
import uuid
from pathlib import Path
from typing import ClassVar

from localatlas.errors import DatasetExistsError, DatasetNotFoundError
from localatlas.protocols import ComponentOptions, DatasetKey, DatasetStore
from localatlas.testing.memory_dataset import MemoryDatasetStore

__all__ = ["MemoryDatasetStore", "MemoryStorage", "MemoryStorageOptions"]

RECORD = "dataset.json"
# By address; a home lives as long as the process.
_HOMES: dict[str, dict[DatasetKey, MemoryDatasetStore]] = {}
_HOMES_GUARD = threading.Lock()


class MemoryStorageOptions(ComponentOptions):
    """Options of the storage in memory."""

    address: str = "memory://default"
    """`memory://NAME`; all instances of one address in a process share what they hold."""


class MemoryStorage:
    """Keeps datasets in this process."""

    Options: ClassVar[type[MemoryStorageOptions]] = MemoryStorageOptions
    durable: ClassVar[bool] = False

    def __init__(self, options: MemoryStorageOptions) -> None:
        self.options = options

    @staticmethod
    def example_address(folder: Path) -> str:
        """Return an address that nobody uses yet."""
        return f"memory://{folder.name}-{uuid.uuid4().hex}"

    def datasets(self) -> list[DatasetKey]:
        """Return the keys of all datasets, sorted."""
        with _HOMES_GUARD:
            return sorted(_HOMES.get(self.options.address, {}))

    def exists(self, key: DatasetKey) -> bool:
        """Whether the dataset is there."""
        return key in self.datasets()

    def create(self, key: DatasetKey, record: bytes) -> DatasetStore:
        """Make an empty dataset whose object `dataset.json` is `record`. Raises DatasetExistsError."""
        store = MemoryDatasetStore(key)
        store.put(RECORD, record)
        with _HOMES_GUARD:
            if _HOMES.setdefault(self.options.address, {}).setdefault(key, store) is not store:
                raise DatasetExistsError(f"the dataset {str(key)!r} exists already in {self.options.address}")
        return store

    def open(self, key: DatasetKey) -> DatasetStore:
        """Open a dataset. Raises DatasetNotFoundError."""
        with _HOMES_GUARD:
            store = _HOMES.get(self.options.address, {}).get(key)
        if store is None:
            raise self._missing(key)
        return store

    def delete(self, key: DatasetKey) -> None:
        """Remove a dataset and all it holds. Raises DatasetNotFoundError."""
        with _HOMES_GUARD:
            store = _HOMES.get(self.options.address, {}).pop(key, None)
        if store is None:
            raise self._missing(key)
        store.close()

    def _missing(self, key: DatasetKey) -> DatasetNotFoundError:
        return DatasetNotFoundError(f"there is no dataset {str(key)!r} in {self.options.address}")
