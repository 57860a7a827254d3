"""Storages in files with one fault each that shows only among processes, by the check that has to catch it.

They are found by name from other processes, so they are classes of a module.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa
from atlas_plugin_lance import LanceStorage
from atlas_plugin_lance.dataset import LanceDatasetStore
from localatlas.protocols import DatasetKey, DatasetStore

__all__ = ["FAULTS"]

# What this process has acknowledged and not written, by the folder of the dataset.
LATE_ROWS: dict[str, list[pa.Table]] = {}
LATE_OBJECTS: dict[str, dict[str, bytes]] = {}
APPENDED: set[str] = set()
FEW_ROWS = 4


class Faulty(LanceStorage):
    """Opens datasets as `Store`."""

    Store: ClassVar[type[LanceDatasetStore]]

    def create(self, key: DatasetKey, record: bytes) -> DatasetStore:
        super().create(key, record)
        return self.open(key)

    def open(self, key: DatasetKey) -> DatasetStore:
        return self.Store(self._place, key, self._head(key).incarnation, self.options)


class NoHolder:
    """Keeps no other process out."""

    longest_wait = 0.01

    def acquire(self) -> bool:
        return True

    def release(self) -> None:
        pass

    def held(self) -> bool:
        return False


class LocksThreadsOnlyStore(LanceDatasetStore):
    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._lock._holder = NoHolder()


class LocksThreadsOnly(Faulty):
    Store = LocksThreadsOnlyStore


class FileHolder:
    """Holds by a file that is there, which nobody removes when its holder dies."""

    longest_wait = 0.01

    def __init__(self, path: Path) -> None:
        self.path = path

    def acquire(self) -> bool:
        try:
            self.path.touch(exist_ok=False)
        except FileExistsError:
            return False
        return True

    def release(self) -> None:
        self.path.unlink()

    def held(self) -> bool:
        return self.path.exists()


class LeavesItsLockStore(LanceDatasetStore):
    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        if not isinstance(self._lock._holder, FileHolder):
            self._lock._holder = FileHolder(self.scratch() / "lock")


class LeavesItsLock(Faulty):
    Store = LeavesItsLockStore


class RemembersItsVersionStore(LanceDatasetStore):
    own = 0

    def append(self, rows: pa.Table) -> int:
        self.own = super().append(rows)
        return self.own

    def version(self) -> int:
        return self.own or super().version()


class RemembersItsVersion(Faulty):
    Store = RemembersItsVersionStore


class AppendsLaterStore(LanceDatasetStore):
    """Keeps larger batches back until somebody asks; this process never sees that, another one does."""

    def append(self, rows: pa.Table) -> int:
        if self._folder not in APPENDED or rows.num_rows <= FEW_ROWS:
            APPENDED.add(self._folder)
            return super().append(rows)
        late = LATE_ROWS.setdefault(self._folder, [])
        late.append(rows)
        return int(LanceDatasetStore._head(self).version) + len(late)

    def next_position(self) -> int:
        late = LATE_ROWS.get(self._folder)
        return late[-1]["_position_index"][-1].as_py() + 1 if late else super().next_position()

    def version(self) -> int:
        return int(LanceDatasetStore._head(self).version) + len(LATE_ROWS.get(self._folder, []))

    def _head(self) -> Any:
        for rows in LATE_ROWS.pop(self._folder, []):
            super().append(rows)
        return super()._head()


class AppendsLater(Faulty):
    Store = AppendsLaterStore


class PutsLaterStore(LanceDatasetStore):
    """Keeps objects back until somebody asks; this process never sees that, another one does."""

    def put(self, name: str, data: bytes | Path) -> None:
        if isinstance(data, Path) or not name.startswith("indices/"):
            super().put(name, data)
        else:
            LATE_OBJECTS.setdefault(self._folder, {})[name] = data

    def get(self, name: str) -> bytes:
        self._write()
        return super().get(name)

    def path(self, name: str) -> Path:
        self._write()
        return super().path(name)

    def objects(self, prefix: str = "") -> list[str]:
        self._write()
        return super().objects(prefix)

    def remove(self, prefix: str) -> None:
        self._write()
        super().remove(prefix)

    def _write(self) -> None:
        for name, data in LATE_OBJECTS.pop(self._folder, {}).items():
            super().put(name, data)


class PutsLater(Faulty):
    Store = PutsLaterStore


FAULTS: dict[str, type[Faulty]] = {
    "lock_keeps_other_processes_out": LocksThreadsOnly,
    "lock_dies_with_its_holder": LeavesItsLock,
    "appends_of_another_process_are_seen": RemembersItsVersion,
    "kill_loses_no_acknowledged_row": AppendsLater,
    "kill_loses_no_acknowledged_change": PutsLater,
}
