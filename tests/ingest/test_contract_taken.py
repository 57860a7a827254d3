"""What the SDK's validation table refuses or alters, and what is taken here as it is."""

from __future__ import annotations

import datetime as dt
import decimal
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from begun import images, named, pictures, png, seen
from localatlas import AtlasDataset
from localatlas.errors import InvalidDataError

BERLIN = ZoneInfo("Europe/Berlin")
WHEN = dt.datetime(2024, 3, 31, 2, 30, 1, 123456, tzinfo=BERLIN)
TAKEN: dict[str, pa.Array] = {
    "bool": pa.array([True, None, False]),
    "list": pa.array([["x", None, ""], [], None]),
    "large list": pa.array([[1], [], None], pa.large_list(pa.int8())),
    "list of a fixed size": pa.array([[1.0, 2.0], None, [3.0, 4.0]], pa.list_(pa.float32(), 2)),
    "struct": pa.array([{"a": 1, "b": [None]}, None, {"a": None, "b": []}]),
    "map": pa.array([[("k", 1)], None, []], pa.map_(pa.string(), pa.int64())),
    "decimal": pa.array([decimal.Decimal("0.1"), None, decimal.Decimal("-99999999.9")], pa.decimal128(20, 1)),
    "binary": pa.array([b"", None, b"\0\xff"]),
    "large_string": pa.array(["", None, "x"], pa.large_string()),
    "null and empty strings": pa.array(["", None, "null"]),
    "integers beyond 32 bits": pa.array([2**40 + 7, None, -(2**63)], pa.int64()),
    "unsigned 64 bits": pa.array([2**64 - 1, None, 0], pa.uint64()),
    "doubles": pa.array([0.1, None, 1e300], pa.float64()),
    "half floats": pa.array(np.array([0.5, 2.0, 0.0], np.float16)),
    "zones": pa.array([WHEN, None, WHEN], pa.timestamp("us", "Europe/Berlin")),
    "nanoseconds": pa.array([1, None, 2**62], pa.timestamp("ns")),
    "dates": pa.array([dt.date(1, 1, 1), None, dt.date(9999, 12, 31)]),
    "times of day": pa.array([dt.time(23, 59, 59, 999_999), None, dt.time(0)]),
    "seconds of the day": pa.array([86_399, None, 0], pa.time32("s")),
    "durations": pa.array([dt.timedelta(-1), None, dt.timedelta(0, 0, 1)]),
    "text that looks like dates": pa.array(["2024-01-01", None, "2024-01-01T00:00:00Z"]),
    "categories": pa.array(["u", None, "u"]).dictionary_encode(),
    "categories that are numbers": pa.array([7, None, 7]).dictionary_encode(),
}


@pytest.mark.parametrize("case", TAKEN)
def test_it_is_taken_and_comes_back_as_it_was(home: Path, case: str) -> None:
    dataset = AtlasDataset("taken", unique_id_field="id")
    given = pa.table({"id": ["a", "b", "c"], "text": ["u v", "v w", "w"], "value": TAKEN[case]})
    dataset.add_data(given)
    dataset.add_data(given.set_column(0, "id", pa.array(["d", "e", "f"])))
    expected = TAKEN[case].to_pylist() * 2
    back = pa.Table.from_batches(list(dataset.scan()))
    assert back.schema.field("value").type.equals(dataset.schema.field("value").type)
    if not pa.types.is_dictionary(TAKEN[case].type):
        assert back.schema.field("value").type == TAKEN[case].type
    assert back["value"].to_pylist() == expected
    assert [row["value"] for row in dataset.get_data(list("fedcba"))] == expected[::-1]
    view = dataset.create_index(indexed_field="text", topic_model=False, progress=False).data
    assert view.tb["value"].to_pylist() == expected


def test_nan_stays_nan_and_null_stays_null(home: Path) -> None:
    dataset = AtlasDataset("nan")
    dataset.add_data(pa.table({"x": [float("nan"), None, 1.0]}))
    back = next(dataset.scan()).column(0)
    assert back.is_null().to_pylist() == [False, True, False]
    assert np.isnan(back[0].as_py())


def test_a_column_of_nothing_but_nulls_appears_once_it_has_values(home: Path) -> None:
    dataset = AtlasDataset("nulls")
    with pytest.warns(UserWarning, match="'later' hold nothing but nulls") as told:
        dataset.add_data([{"text": "x", "later": None}])
    assert told[0].filename == __file__
    dataset.add_data([{"text": "y", "later": 2}])
    assert dataset.get_data([0, 1]) == [
        {"_position_index": 0, "text": "x", "later": None},
        {"_position_index": 1, "text": "y", "later": 2},
    ]


def test_an_extra_column_widens_and_a_missing_one_is_null(home: Path) -> None:
    dataset = named()
    dataset.add_data([{"id": "c", "extra": [1.5]}])
    assert dataset.get_data(["a", "c"]) == [
        {"id": "a", "text": "first", "n": 1, "extra": None},
        {"id": "c", "text": None, "n": None, "extra": [1.5]},
    ]


def test_a_column_that_says_it_has_no_nulls_may_be_missing_later(home: Path) -> None:
    dataset = AtlasDataset("strict")
    schema = pa.schema([pa.field("text", pa.string(), nullable=False), pa.field("n", pa.int64())])
    dataset.add_data(pa.Table.from_pylist([{"text": "x", "n": 1}], schema=schema))
    dataset.add_data([{"n": 2}])
    assert [row["text"] for row in dataset.get_data([0, 1])] == ["x", None]


def test_whole_floats_fit_integers_and_integers_fit_floats(home: Path) -> None:
    dataset = AtlasDataset("numbers")
    dataset.add_data([{"i": 2**40, "f": 0.5}])
    dataset.add_data([{"i": 3.0, "f": 4}])
    assert dataset.get_data([1]) == [{"_position_index": 1, "i": 3, "f": 4.0}]
    with pytest.raises(InvalidDataError, match="'f' is double.*int64"):
        dataset.add_data([{"i": 1, "f": 2**53 + 1}])


def test_large_embeddings_are_taken_where_half_floats_would_overflow(home: Path) -> None:
    dataset = AtlasDataset("large")
    dataset.add_data(embeddings=[[1e6, 0.1], [0.0, -1e30]])
    made = dataset.create_index(topic_model=False, progress=False)
    assert made.embeddings.latent.tolist() == np.array([[1e6, 0.1], [0.0, -1e30]], np.float32).tolist()


@pytest.mark.parametrize(
    "form",
    [
        lambda rows: np.array(rows, np.float64),
        lambda rows: np.array(rows, np.float16),
        lambda rows: np.array(rows).astype(int).tolist(),
        pd.Series,
        lambda rows: pa.array(rows, pa.list_(pa.float32(), 2)),
        lambda rows: [np.array(row) for row in rows],
    ],
    ids=["float64", "float16", "lists of int", "Series of lists", "Arrow lists", "list of arrays"],
)
def test_embeddings_may_be_of_any_array_like_form(home: Path, form: Callable[[Any], Any]) -> None:
    dataset = AtlasDataset("forms")
    rows = [[1.0, 2.0], [3.0, 4.0]]
    dataset.add_data([{"t": "a"}, {"t": "b"}], embeddings=form(rows))
    made = dataset.create_index(topic_model=False, progress=False)
    assert made.embeddings.latent.tolist() == rows


def test_integer_ids_may_be_of_any_length(home: Path) -> None:
    dataset = AtlasDataset("numbered", unique_id_field="key")
    dataset.add_data([{"key": -(2**63), "t": "a"}, {"key": 2**63 - 1, "t": "b"}])
    assert dataset.get_data([2**63 - 1])[0]["t"] == "b"


def test_an_id_of_36_characters_is_taken(home: Path) -> None:
    dataset = AtlasDataset("uuids", unique_id_field="id")
    key = "日" * 36
    dataset.add_data([{"id": key, "t": 1}])
    assert dataset.get_data([key]) == [{"id": key, "t": 1}]


def test_rows_are_added_while_a_map_is_built(home: Path) -> None:
    dataset = named()
    stages: list[str] = []

    def add(stage: str, fraction: float, overall: float, message: str) -> None:
        if stage not in stages:
            stages.append(stage)
            dataset.add_data([{"id": f"during {stage}", "text": "later"}])

    made = dataset.create_index(indexed_field="text", progress=add)
    assert len(stages) > 2
    assert dataset.total_datums == 2 + len(stages)
    assert made.data.df["id"].tolist() == ["a", "b"]


def test_images_and_vectors_of_ones_own_come_together(home: Path) -> None:
    dataset = AtlasDataset("both")
    dataset.add_data(embeddings=np.eye(3), blobs=pictures(3))
    dataset.add_data([{"name": "x"}], embeddings=np.ones((1, 3)), blobs=[png(9)])
    assert (dataset.modality, dataset.total_datums, dataset.dataset_fields) == ("embedding", 4, ["name"])
    assert dataset._store.read_blobs([3, 0, 2]) == [png(9), png(0), png(2)]
    with pytest.raises(InvalidDataError, match="holds images"):
        dataset.add_data(embeddings=np.eye(3))
    with pytest.raises(InvalidDataError, match="holds embeddings"):
        dataset.add_data(blobs=pictures(3))


def test_images_need_no_data_and_a_row_may_lack_one(home: Path) -> None:
    dataset = images()
    dataset.add_data(blobs=[png(5), None])
    assert (dataset.modality, dataset.total_datums) == ("image", 4)
    assert dataset._store.read_blobs([2, 3]) == [png(5), None]
    assert dataset.get_data([3]) == [{"_position_index": 3, "text": None}]


def test_rows_that_are_there_are_left_out_and_said(home: Path) -> None:
    dataset = named()
    batch = [{"id": "b", "text": "other"}, {"id": "c", "text": "third"}, {"id": "a", "text": "other"}]
    with pytest.warns(UserWarning, match="2 of 3 rows were left out.*'b', 'a'") as told:
        dataset.add_data(batch, on_conflict="ignore")
    assert told[0].filename == __file__
    assert [row["text"] for row in dataset.get_data(["a", "b", "c"])] == ["first", "second", "third"]
    before = seen(dataset, home)
    with pytest.warns(UserWarning, match="3 of 3 rows were left out"):
        dataset.add_data(batch, on_conflict="ignore")
    assert seen(dataset, home) == before


def test_rows_that_are_there_are_replaced_by_the_newest(home: Path) -> None:
    dataset = AtlasDataset("replaced", unique_id_field="id")
    dataset.add_data([{"id": "a", "n": 1}, {"id": "b", "n": 2}], embeddings=np.eye(2), blobs=pictures(2))
    new = [{"id": "a", "extra": "x"}, {"id": "c", "extra": "y"}]
    dataset.add_data(new, embeddings=[[2.0, 0.0], [3.0, 0.0]], blobs=[png(7), png(8)], on_conflict="replace")
    assert pa.Table.from_batches(list(dataset.scan())).to_pylist() == [
        {"id": "b", "n": 2, "extra": None},
        {"id": "a", "n": None, "extra": "x"},
        {"id": "c", "n": None, "extra": "y"},
    ]
    positions = [row for batch in dataset._store.scan(["_position_index"]) for row in batch.column(0).to_pylist()]
    assert positions == [1, 2, 3]
    assert dataset._store.read_blobs([1, 2, 3]) == [png(1), png(7), png(8)]
    made = dataset.create_index(topic_model=False, progress=False)
    assert made.embeddings.latent.tolist() == [[0.0, 1.0], [2.0, 0.0], [3.0, 0.0]]


def test_without_conflicts_the_rules_add_alike(home: Path) -> None:
    dataset = named()
    dataset.add_data([{"id": "c"}], on_conflict="error")
    dataset.add_data([{"id": "d"}], on_conflict="ignore")
    dataset.add_data([{"id": "e"}], on_conflict="replace")
    assert pa.Table.from_batches(list(dataset.scan(["id"])))["id"].to_pylist() == list("abcde")


def test_a_finished_map_hides_a_row_that_was_replaced_since(home: Path) -> None:
    dataset = named()
    made = dataset.create_index(indexed_field="text", topic_model=False, progress=False)
    dataset.add_data([{"id": "a", "text": "new words"}], on_conflict="replace")
    assert [row["text"] for row in dataset.get_data(["a"])] == ["new words"]
    # The old row is gone from the dataset, so the old map hides it, as after `delete_data`.
    assert AtlasDataset.load("named").maps[0].data.df["text"].tolist() == ["second"]
    assert made.id == AtlasDataset.load("named").maps[0].id
