from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from localatlas import AtlasDataset, hooks
from localatlas.errors import AtlasTypeError, AtlasValueError, NotReadyError
from localatlas.indices import AtlasProjection


@pytest.fixture
def made(dataset: AtlasDataset) -> AtlasProjection:
    return dataset.create_index(indexed_field="text", progress=False)


def test_a_page_needs_a_plugin_that_makes_it(
    made: AtlasProjection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hooks, "call", lambda hook, **arguments: None)
    for write in (made.to_html, made.to_folder):
        with pytest.raises(NotReadyError, match="pip install atlas-plugin-explorer"):
            write(tmp_path / "a.html")


def test_one_name_is_no_list_of_names(made: AtlasProjection) -> None:
    with pytest.raises(AtlasTypeError, match=r"write allow_hosts=\['maps\.example'\]"):
        made.open(allow_hosts="maps.example")


def test_a_map_that_is_still_building_is_not_written(dataset: AtlasDataset, tmp_path: Path) -> None:
    with pytest.raises(NotReadyError, match="does not exist"):
        AtlasProjection(dataset, dataset._store, "none").to_html(tmp_path / "a.html")


def test_a_file_has_the_ending_of_one(made: AtlasProjection, tmp_path: Path) -> None:
    with pytest.raises(AtlasValueError, match=r"a\.txt: the file of a page ends in \.html; to_folder"):
        made.to_html(tmp_path / "a.txt")


@pytest.mark.parametrize(("wrong", "error"), [(1.5, AtlasTypeError), (True, AtlasTypeError), (-1, AtlasValueError)])
def test_the_size_is_a_number_of_bytes(made: AtlasProjection, tmp_path: Path, wrong: Any, error: type) -> None:
    with pytest.raises(error, match="text_bytes="):
        made.to_html(tmp_path / "a.html", text_bytes=wrong)
