from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from localatlas import AtlasDataset

Localatlas = Callable[..., Any]


@pytest.fixture
def mapped(dataset: AtlasDataset) -> AtlasDataset:
    dataset.create_index(name="first", indexed_field="text", progress=False)
    return dataset


def test_by_meaning_the_nearest_rows_come_first(localatlas: Localatlas, mapped: AtlasDataset) -> None:
    done = localatlas("search", "sample", "red apple pie", "-k", "3")
    assert (done.status, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0].split() == ["distance", "id", "text"]
    assert {line.split()[1] for line in lines[1:3]} == {"r0", "r2"}
    assert lines[1].split()[0] == "0.000"
    assert len(lines) == 4
    assert max(len(line.rstrip()) for line in lines) <= 80


def test_json_has_ids_distances_and_rows(localatlas: Localatlas, mapped: AtlasDataset) -> None:
    found = json.loads(localatlas("search", "sample", "red apple pie", "-k", "2", "--json").out)
    ids, distances = mapped.maps[0].embeddings.search("red apple pie", k=2)
    assert [hit["id"] for hit in found] == ids[0]
    assert [hit["distance"] for hit in found] == pytest.approx(distances[0])
    assert found[0]["row"] == mapped.get_data([found[0]["id"]])[0]


def test_words_are_found_in_the_order_of_the_rows(localatlas: Localatlas, mapped: AtlasDataset) -> None:
    done = localatlas("search", "sample", "BOAT", "--words", "-k", "2")
    assert [line.split()[0] for line in done.out.splitlines()[1:3]] == ["r3", "r4"]
    assert "3 rows hold it; -k shows more." in done.out
    assert "distance" not in done.out
    found = json.loads(localatlas("search", "sample", "river", "--words", "--json").out)
    assert [(hit["id"], hit["distance"]) for hit in found] == [("r3", None), ("r4", None), ("r5", None)]


def test_expressions_are_found(localatlas: Localatlas, mapped: AtlasDataset) -> None:
    found = json.loads(localatlas("search", "sample", "^(red|old)", "--regex", "--json").out)
    assert [hit["id"] for hit in found] == ["r0", "r2", "r5"]
    found = json.loads(localatlas("search", "sample", "r[12]", "--regex", "--field", "id", "--json").out)
    assert [hit["id"] for hit in found] == ["r1", "r2"]


def test_words_in_long_texts_are_shown_where_they_are(localatlas: Localatlas, components: str) -> None:
    made = AtlasDataset("long")
    made.add_data([{"text": "before " * 90 + "[the needle] " + "after " * 90}, {"text": "hay"}])
    made.create_index(indexed_field="text", progress=False)
    shown = localatlas("search", "long", "needle]", "--words").out
    assert "[the needle]" in " ".join(shown.split())
    assert "…" in shown
    # An expression of RE2 that Python's own do not know.
    assert localatlas("search", "long", r"\Qneedle\E", "--regex").out.startswith("id")


def test_nothing_found_is_said(localatlas: Localatlas, mapped: AtlasDataset) -> None:
    done = localatlas("search", "sample", "zebra", "--words")
    assert (done.status, done.out) == (0, "No row holds that.\n")
    assert localatlas("search", "sample", "zebra", "--words", "--json").out == "[]\n"


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["nope", "x"], 1, "there is no dataset 'local/nope'"),
        (["sample", "x", "--map", "nope"], 1, "has no map for name 'nope'"),
        (["sample", "[", "--regex"], 1, "is not a regular expression"),
        (["sample", "x", "--words", "--field", "nope"], 1, "no column 'nope'"),
        (["sample", "x", "--field", "text"], 2, "give --words or --regex with it"),
        (["sample", "x", "--image", "--words"], 2, "--image looks by what is seen"),
        (["sample", "x", "-k", "0"], 2, "0 is not in the range"),
        (["sample"], 2, "Missing argument 'QUERY'"),
    ],
)
def test_what_cannot_be_is_refused(
    localatlas: Localatlas, mapped: AtlasDataset, arguments: list[str], status: int, words: str
) -> None:
    done = localatlas("search", *arguments)
    assert (done.status, done.out) == (status, "")
    assert words in " ".join(done.err.split())


def test_a_map_of_vectors_has_no_meaning_to_search(localatlas: Localatlas, components: str) -> None:
    made = AtlasDataset("vectors")
    made.add_data([{"name": "a"}, {"name": "b"}, {"name": "c"}], embeddings=[[1.0, 0], [0, 1.0], [1.0, 1.0]])
    made.create_index(topic_model=False, progress=False)
    done = localatlas("search", "vectors", "a")
    assert (done.status, "your own" in done.err) == (1, True)
    found = localatlas("search", "vectors", "a|c", "--regex", "--field", "name")
    assert [line.split()[-1] for line in found.out.splitlines()[1:]] == ["a", "c"]


def test_json_has_no_values_that_json_lacks(localatlas: Localatlas, components: str) -> None:
    made = AtlasDataset("odd")
    day = dt.datetime(2024, 1, 31, 10, tzinfo=dt.UTC)
    made.add_data([{"text": "hay", "share": math.nan, "day": day, "raw": b"\xff", "price": Decimal("1.10")}] * 2)
    made.create_index(indexed_field="text", progress=False)
    out = localatlas("search", "odd", "hay", "--words", "-k", "1", "--json").out
    row = json.loads(out, parse_constant=pytest.fail)[0]["row"]
    assert (row["share"], row["day"], row["raw"], row["price"]) == (None, "2024-01-31T10:00:00+00:00", "/w==", "1.10")
