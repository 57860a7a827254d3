from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from localatlas import AtlasDataset

Localatlas = Callable[..., Any]


@pytest.fixture
def mapped(dataset: AtlasDataset) -> AtlasDataset:
    dataset.create_index(name="first", indexed_field="text", progress=False)
    AtlasDataset("acme/empty", description="nothing yet " * 20)
    return dataset


def test_an_empty_home_says_how_to_begin(localatlas: Localatlas, components: str) -> None:
    done = localatlas("ls")
    assert done.status == 0
    assert "No datasets in memory://" in done.out
    assert "localatlas demo" in done.out.replace("\n", "")
    assert json.loads(localatlas("ls", "--json").out) == []


def test_datasets_are_listed_a_line_each_within_the_width(localatlas: Localatlas, mapped: AtlasDataset) -> None:
    lines = localatlas("ls").out.splitlines()
    assert [line.split()[:3] for line in lines[1:]] == [["acme/empty", "0", "0"], ["sample", "7", "1"]]
    assert lines[0].split() == ["dataset", "rows", "maps", "made", "description"]
    assert max(len(line.rstrip()) for line in lines) <= 80


def test_json_tells_all_of_every_dataset(localatlas: Localatlas, mapped: AtlasDataset) -> None:
    empty, sample = json.loads(localatlas("ls", "--json").out)
    assert (empty["identifier"], empty["columns"], empty["maps"]) == ("acme/empty", {}, [])
    made = mapped.maps[0]
    assert sample["id"] == mapped.id
    assert sample["columns"] == {"id": "string", "text": "string", "n": "int64"}
    assert (sample["rows"], sample["id_field"]) == (7, "id")
    assert sample["maps"] == [
        {
            "id": made.id,
            "index_id": made.atlas_index_id,
            "name": "first",
            "rows": 7,
            "placed": 6,
            "topic_depths": 2,
            "created": sample["maps"][0]["created"],
            "components": {
                "embedder": "use-multilingual-v3",
                "neighbor finder": "exact",
                "projector": "umap",
                "topic model": "nomic-topic",
                "topic labeler": "phrases",
                "duplicate detector": "nomic-duplicates",
            },
        }
    ]


def test_info_shows_columns_and_what_a_map_cost(localatlas: Localatlas, mapped: AtlasDataset) -> None:
    done = localatlas("info", "sample")
    assert done.status == 0
    for words in ("sample   7 rows", mapped.id, "text    string", "(id)", "first", "6 rows placed", "projector umap"):
        assert words in done.out
    assert [stage in done.out for stage in ("snapshot", "layout", "pages")] == [True, True, True]


def test_info_of_an_empty_dataset_and_of_another_organization(localatlas: Localatlas, mapped: AtlasDataset) -> None:
    done = localatlas("info", "acme/empty")
    assert done.status == 0
    assert "acme/empty   0 rows" in done.out


def test_info_as_json_is_the_entry_of_the_list(localatlas: Localatlas, mapped: AtlasDataset) -> None:
    assert json.loads(localatlas("info", "sample", "--json").out) == json.loads(localatlas("ls", "--json").out)[1]


def test_info_of_an_unknown_dataset_names_those_that_are_there(localatlas: Localatlas, mapped: AtlasDataset) -> None:
    done = localatlas("info", "smaple")
    assert (done.status, done.out) == (1, "")
    told = done.err.replace("\n", " ")
    assert told.startswith("Error: there is no dataset 'local/smaple' in ")
    assert "'local/sample'" in told


def test_names_and_descriptions_are_no_markup(localatlas: Localatlas, components: str) -> None:
    odd = AtlasDataset("odd", description="[bold]of[/bold] [/tea]")
    odd.add_data([{"text": "a", "[/x]": 1}, {"text": "b", "[/x]": 2}])
    odd.create_index(name="[/map]", indexed_field="text", progress=False)
    assert "[bold]of[/bold] [/tea]" in localatlas("ls").out
    shown = localatlas("info", "odd").out
    for words in ("[bold]of[/bold] [/tea]", "[/x]", "[/map]"):
        assert words in shown
