"""A dataset on disk that is deleted while it is built: nothing comes back."""

from __future__ import annotations

from pathlib import Path

import pytest
from localatlas import AtlasDataset, registries
from localatlas.errors import BuildError
from localatlas.home import Home
from localatlas.protocols import DatasetKey
from reference import register_all


@pytest.fixture
def dataset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AtlasDataset:
    for registry in registries.ALL:
        monkeypatch.setattr(registry, "_registered", {})
    storage = registries.storage.load("file")
    register_all()
    registries.storage.register("file", storage)
    monkeypatch.setenv("LOCALATLAS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LOCALATLAS_EXECUTOR", "inline")
    made = AtlasDataset("gone", unique_id_field="id")
    made.add_data([{"id": f"r{row}", "text": f"word{row} word{row % 3}"} for row in range(12)])
    return made


@pytest.mark.parametrize("when", ["embed", "layout", "pages", "commit"])
def test_a_build_whose_dataset_goes_ends_and_writes_nothing_more(
    dataset: AtlasDataset, tmp_path: Path, when: str
) -> None:
    key = DatasetKey("local", "gone")

    def listen(stage: str, fraction: float, overall: float, message: str) -> None:
        if stage == when and Home().find(key) is not None:
            # As `delete` does where a build does not hear that it should stop.
            Home().delete(key, dataset.id)

    with pytest.raises(BuildError, match="the dataset local/gone was deleted while 'gone' was built"):
        dataset.create_index(indexed_field="text", progress=listen)
    assert Home().find(key) is None
    left = [path for path in (tmp_path / "home").rglob("*") if path.is_file()]
    assert [path for path in left if "scratch" not in path.parts] == []
