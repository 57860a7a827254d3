"""The storage `lance`: a home in a folder or an object store."""

from __future__ import annotations

import shutil
import uuid
from functools import cached_property
from typing import ClassVar

from localatlas.errors import DatasetExistsError, DatasetNotFoundError
from localatlas.protocols import DatasetKey, DatasetStore

from atlas_plugin_lance.dataset import LanceDatasetStore
from atlas_plugin_lance.head import HEAD_NAME, Head
from atlas_plugin_lance.options import LanceStorageOptions
from atlas_plugin_lance.place import Place, place_of

__all__ = ["LanceStorage"]

RECORD = "dataset.json"
# What a creation or deletion that died has left is removed by a later one, but never what may be under way now.
LEFT_BEHIND_SECONDS = 3600.0


class LanceStorage:
    """Keeps datasets as `ORGANIZATION/SLUG/INCARNATION/{rows.lance,objects}`; `ORGANIZATION/SLUG/HEAD.json` shows one.

    A dataset exists exactly as long as its HEAD.json, which is created and replaced at once; all else may be half done.
    """

    Options: ClassVar[type[LanceStorageOptions]] = LanceStorageOptions
    durable: ClassVar[bool] = True

    def __init__(self, options: LanceStorageOptions) -> None:
        """Keep the options; nothing is read or written yet."""
        self.options = options

    @cached_property
    def _place(self) -> Place:
        return place_of(self.options)

    def datasets(self) -> list[DatasetKey]:
        """Return the keys of all datasets, sorted."""
        files = self._place.files
        keys = [DatasetKey(first, second) for first in files.folders() for second in files.folders(first)]
        return sorted(key for key in keys if self.exists(key))

    def exists(self, key: DatasetKey) -> bool:
        """Whether the dataset is there."""
        try:
            self._place.files.read(f"{key}/{HEAD_NAME}")
        except KeyError:
            return False
        return True

    def create(self, key: DatasetKey, record: bytes) -> DatasetStore:
        """Make an empty dataset whose object `dataset.json` is `record`. Raises DatasetExistsError."""
        files = self._place.files
        head = Head(incarnation=uuid.uuid4().hex)
        folder = f"{key}/{head.incarnation}"
        if self.exists(key):
            raise _exists(key, self.options.address)
        files.write(f"{folder}/objects/{RECORD}", record)
        if not files.create(f"{key}/{HEAD_NAME}", head.to_bytes()):
            files.remove_folder(folder)
            raise _exists(key, self.options.address)
        self._sweep(key, head.incarnation)
        return LanceDatasetStore(self._place, key, head.incarnation, self.options)

    def open(self, key: DatasetKey) -> DatasetStore:
        """Open a dataset. Raises DatasetNotFoundError."""
        return LanceDatasetStore(self._place, key, self._head(key).incarnation, self.options)

    def delete(self, key: DatasetKey) -> None:
        """Remove a dataset and all it holds. Raises DatasetNotFoundError."""
        head = self._head(key)
        files = self._place.files
        # From here on it is not there, even if the rest is never reached.
        files.remove(f"{key}/{HEAD_NAME}")
        files.remove_folder(f"{key}/{head.incarnation}")
        self._sweep(key, head.incarnation)
        if self._place.remote:
            shutil.rmtree(self._place.local / str(key) / head.incarnation, ignore_errors=True)
        elif not files.folders(str(key)):
            files.remove_folder(str(key), older_than=0.0) if not self.exists(key) else None

    def _head(self, key: DatasetKey) -> Head:
        try:
            return Head.from_bytes(self._place.files.read(f"{key}/{HEAD_NAME}"))
        except KeyError:
            message = f"there is no dataset {str(key)!r} in {self.options.address}; `localatlas ls` shows all"
            raise DatasetNotFoundError(message) from None

    def _sweep(self, key: DatasetKey, current: str) -> None:
        files = self._place.files
        for folder in files.folders(str(key)):
            if folder != current:
                files.remove_folder(f"{key}/{folder}", older_than=LEFT_BEHIND_SECONDS)


def _exists(key: DatasetKey, address: str) -> DatasetExistsError:
    message = f"the dataset {str(key)!r} exists already in {address}; open it, or delete it first"
    return DatasetExistsError(message)
