"""A storage that acknowledges before it has written is found by the kit's kills, and by them alone."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
from localatlas.testing import run_checks

# Keeps the newest object in memory until the next one comes; whoever asks in this process does not notice.
LATE = """
from atlas_plugin_lance import LanceStorage

LATEST = {}


class Late:
    def __init__(self, store, where):
        self.store, self.where = store, where

    def __getattr__(self, name):
        return getattr(self.store, name)

    def flush(self):
        for name, data in LATEST.get(self.where, {}).items():
            self.store.put(name, data)

    def put(self, name, data):
        if not name or ".." in name or name.startswith("/") or "//" in name:
            self.store.put(name, data)
        self.flush()
        LATEST[self.where] = {name: data if isinstance(data, bytes) else data.read_bytes()}

    def get(self, name):
        found = LATEST.get(self.where, {})
        return found[name] if name in found else self.store.get(name)

    def objects(self, prefix=""):
        late = {name for name in LATEST.get(self.where, {}) if name.startswith(prefix)}
        return sorted({*self.store.objects(prefix), *late})

    def path(self, name):
        self.flush()
        return self.store.path(name)

    def remove(self, prefix):
        self.flush()
        LATEST.pop(self.where, None)
        self.store.remove(prefix)


class LateStorage(LanceStorage):
    def create(self, key, record):
        LATEST.pop((self.options.address, key), None)
        return Late(super().create(key, record), (self.options.address, key))

    def open(self, key):
        return Late(super().open(key), (self.options.address, key))
"""


@pytest.mark.slow
def test_only_kills_find_a_storage_that_writes_late(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "late_storage.py").write_text(LATE, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    late = importlib.import_module("late_storage").LateStorage
    results = run_checks(late, options={"merged_grace_seconds": 0}, skip={"import_is_light": "it imports Lance"})
    assert [result.name for result in results if not result.ok] == ["kill_loses_no_acknowledged_change"]
