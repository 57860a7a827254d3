from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from localatlas import AtlasDataset

Localatlas = Callable[..., Any]
BOATS = '{"type": "text", "query": "boat"}'


@pytest.fixture
def mapped(dataset: AtlasDataset) -> AtlasDataset:
    dataset.create_index(name="first", indexed_field="text", progress=False)
    return dataset


def test_rows_are_tagged_by_id_and_by_rule(localatlas: Localatlas, mapped: AtlasDataset) -> None:
    done = localatlas("tag", "sample", "good", "--ids", "r0, r1")
    assert (done.status, done.err, done.out.split()) == (0, "", ["tag", "rows", "good", "2"])
    assert localatlas("tag", "sample", "boats", "--where", BOATS).out.split() == ["tag", "rows", "boats", "3"]
    tags = mapped.maps[0].tags
    assert tags.get_datums_in_tag("good") == ["r0", "r1"]
    assert tags.get_datums_in_tag("boats") == ["r3", "r4", "r5"]
    listed = localatlas("tag", "sample").out.splitlines()
    assert [line.split() for line in listed] == [["tag", "rows"], ["good", "2"], ["boats", "3"]]
    assert json.loads(localatlas("tag", "sample", "--json").out) == [
        {"tag": "good", "rows": 2, "ids": ["r0", "r1"]},
        {"tag": "boats", "rows": 3, "ids": ["r3", "r4", "r5"]},
    ]
    assert [each["tag"] for each in json.loads(localatlas("tag", "sample", "good", "--json").out)] == ["good"]


def test_rows_are_taken_out_and_tags_removed(localatlas: Localatlas, mapped: AtlasDataset) -> None:
    localatlas("tag", "sample", "boats", "--where", BOATS)
    assert localatlas("tag", "sample", "boats", "--remove", "--ids", "r4").out.split()[-1] == "2"
    assert mapped.maps[0].tags.get_datums_in_tag("boats") == ["r3", "r5"]
    done = localatlas("tag", "sample", "boats", "--remove")
    assert (done.status, done.out) == (0, "The map 'first' has no tags.\n")
    assert mapped.maps[0].tags.get_tags() == []


def test_ids_that_are_numbers_are_numbers(localatlas: Localatlas, components: str) -> None:
    made = AtlasDataset("numbered")
    made.add_data([{"text": "a b"}, {"text": "b c"}, {"text": "c d"}])
    made.create_index(indexed_field="text", progress=False)
    assert localatlas("tag", "numbered", "few", "--ids", "0,2").status == 0
    assert made.maps[0].tags.get_datums_in_tag("few") == [0, 2]
    done = localatlas("tag", "numbered", "few", "--ids", "0,x")
    assert (done.status, "are whole numbers" in done.err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["sample", "none"], 1, "has no tag 'none'"),
        (["sample", "new", "--ids", "nope"], 1, "'nope'"),
        (["sample", "new", "--where", '{"type": "txt"}'], 1, "did you mean 'text'"),
        (["sample", "new", "--where", "{"], 1, "selection"),
        (["sample", "none", "--remove"], 1, "has no tag 'none'"),
        (["sample", "x", "--remove", "--where", BOATS], 2, "it takes no --where"),
        (["sample", "--ids", "r0"], 2, "Missing argument 'NAME'"),
    ],
)
def test_what_cannot_be_is_refused(
    localatlas: Localatlas, mapped: AtlasDataset, arguments: list[str], status: int, words: str
) -> None:
    done = localatlas("tag", *arguments)
    assert (done.status, done.out) == (status, "")
    assert words in " ".join(done.err.split())
    assert mapped.maps[0].tags.get_tags() == []
