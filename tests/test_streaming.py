"""Rows that come part by part: all of them or none, whatever is wrong and wherever it shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import datasets
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from localatlas import AtlasDataset, atlas
from localatlas.errors import AtlasError, AtlasTypeError, InvalidDataError
from localatlas.ingest import libraries
from localatlas.readers.rows import Rows
from localatlas.testing.memory import MemoryDatasetStore


@pytest.fixture
def rows(components: str) -> AtlasDataset:
    return AtlasDataset("stream", unique_id_field="id")


def parts(*sizes: int, **columns: Any) -> Iterator[pa.Table]:
    """Yield tables of so many rows each, numbered through."""
    start = 0
    for size in sizes:
        yield pa.table({"id": list(range(start, start + size)), **{name: [v] * size for name, v in columns.items()}})
        start += size


def held(dataset: AtlasDataset, column: str = "id") -> list[Any]:
    """Return a column of the stored rows."""
    return [value for batch in dataset._store.scan([column]) for value in batch.column(0).to_pylist()]


ONE = np.ones((1, 2), np.float32)
NULL_ID = pa.table({"id": pa.array([None], pa.int64())})
FORMS: dict[str, Callable[[], Any]] = {
    "an Arrow reader": lambda: pa.RecordBatchReader.from_batches(
        pa.schema([("id", pa.int64())]), (table.to_batches()[0] for table in parts(2, 3))
    ),
    "a generator of tables": lambda: parts(2, 0, 3),
    "an iterator over DataFrames": lambda: iter([pd.DataFrame({"id": [0, 1]}), pd.DataFrame({"id": [2, 3, 4]})]),
    "an iterator over lists of dicts": lambda: iter([[{"id": 0}, {"id": 1}], [{"id": 2}, {"id": 3}, {"id": 4}]]),
    "an iterator over dicts": lambda: ({"id": number} for number in range(5)),
    "a stream of Hugging Face": lambda: datasets.IterableDataset.from_generator(
        lambda: ({"id": number} for number in range(5))
    ),
    "dicts and tables in turn": lambda: iter([{"id": 0}, pa.table({"id": [1, 2]}), {"id": 3}, {"id": 4}]),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_taken_in_order_and_by_one_commit(rows: AtlasDataset, form: str) -> None:
    rows.add_data(FORMS[form]())
    assert held(rows) == [0, 1, 2, 3, 4]
    assert rows._store.version() == 1


def test_columns_may_come_later_and_may_be_lacking(rows: AtlasDataset) -> None:
    rows.add_data(iter([[{"id": 0, "a": None}], [{"id": 1, "b": "x"}], [{"id": 2, "a": 2.5}]]))
    assert held(rows, "a") == [None, None, 2.5]
    assert held(rows, "b") == [None, "x", None]


def test_vectors_come_beside_the_stream_or_with_its_parts(components: str) -> None:
    vectors = np.arange(1, 21, dtype=np.float32).reshape(5, 4)
    beside, within = (AtlasDataset(name, unique_id_field="id") for name in ("beside", "within"))
    beside.add_data(parts(2, 3), embeddings=vectors)
    within.add_data(Rows(table, vectors[int(table["id"][0].as_py()) :][: len(table)]) for table in parts(2, 3))
    assert held(beside, "_embeddings") == held(within, "_embeddings") == vectors.tolist()


@pytest.mark.parametrize(
    ("stream", "message"),
    [
        (lambda: iter([{"id": 0}, pa.table({"id": ["one"]})]), "part 2.*row 1: column 'id'"),
        (lambda: iter([pa.table({"id": [0, 1]}), pa.table({"id": [2, 1]})]), "1 ids occur more than once.*1"),
        (lambda: iter([pa.table({"id": [0]}), NULL_ID]), "part 2.*null"),
        (lambda: iter([pa.table({"id": [0]}), pa.table({"other": [0]})]), "part 2.*id field 'id' is not among"),
        (lambda: iter([Rows(pa.table({"id": [0]}), ONE), pa.table({"id": [1]})]), "part 2.*no vectors"),
        (
            lambda: iter([Rows(pa.table({"id": [n]}), np.ones((1, 2 + n), np.float32)) for n in (0, 1)]),
            "part 2.*vectors of 3 numbers.*before vectors of 2",
        ),
        (lambda: iter([Rows(pa.table({"id": [n]}), ONE * np.float32([1, np.nan][n])) for n in (0, 1)]), "part 2.*NaN"),
        (lambda: iter([]), "no rows"),
        (lambda: iter([pa.table({"id": pa.array([], pa.int64())})]), "no rows"),
        (lambda: iter([pa.table({"id": [0]}), 5]), "part 2.*of type int"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_part_leaves_nothing_of_the_others(
    rows: AtlasDataset, stream: Callable[[], Any], message: str
) -> None:
    with pytest.raises(AtlasError, match=message):
        rows.add_data(stream())
    assert rows.total_datums == 0
    assert rows._store.version() == 0


def test_a_stream_that_breaks_leaves_nothing(rows: AtlasDataset) -> None:
    def broken() -> Iterator[pa.Table]:
        yield pa.table({"id": [0]})
        raise OSError("the line went dead")

    with pytest.raises(OSError, match="went dead"):
        rows.add_data(broken())
    assert rows.total_datums == 0


@pytest.mark.parametrize("count", [4, 6])
def test_as_many_vectors_as_rows_are_needed(rows: AtlasDataset, count: int) -> None:
    with pytest.raises(InvalidDataError, match=f"there are .* for {'3' if count == 4 else '5'} rows"):
        rows.add_data(parts(2, 3), embeddings=np.ones((count, 2), np.float32))
    assert rows.total_datums == 0


def test_vectors_that_cannot_be_cut_are_refused(rows: AtlasDataset) -> None:
    with pytest.raises(AtlasTypeError, match="embeddings of type generator"):
        rows.add_data(parts(2), embeddings=(row for row in np.ones((2, 2))))


def test_an_open_file_is_no_stream_of_rows(rows: AtlasDataset, tmp_path: Any) -> None:
    (tmp_path / "rows.csv").write_text("id\n1\n")
    with (tmp_path / "rows.csv").open() as file, pytest.raises(AtlasTypeError, match="TextIOWrapper"):
        rows.add_data(file)


def test_rows_that_are_there_are_refused_left_out_or_replaced(rows: AtlasDataset) -> None:
    rows.add_data(parts(3, word="old"))
    with pytest.raises(InvalidDataError, match=r"in the dataset already \(3\)"):
        rows.add_data(parts(2, 3, word="new"))
    with pytest.warns(UserWarning, match="3 of 5 rows were left out"):
        rows.add_data(parts(2, 3, word="new"), on_conflict="ignore")
    assert held(rows, "word") == ["old"] * 3 + ["new"] * 2
    rows.add_data(parts(1, 1, word="newer"), on_conflict="replace")
    assert sorted(zip(held(rows), held(rows, "word"), strict=True)) == [
        (0, "newer"), (1, "newer"), (2, "old"), (3, "new"), (4, "new"),
    ]  # fmt: skip


def test_the_next_part_is_asked_for_when_the_one_before_is_on_disk(
    rows: AtlasDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Never two parts in memory, and nothing in the dataset, nor its lock held, before the last has come."""
    alive: list[bool] = []

    def watching() -> Iterator[pa.Table]:
        for table in parts(1000, 1000, 1000):
            alive.append(rows._store.is_locked())
            before = pa.total_allocated_bytes()
            yield table
            assert pa.total_allocated_bytes() - before < 12_000
            assert rows.total_datums == 0

    rows.add_data(watching())
    assert alive == [False] * 3
    assert rows.total_datums == 3000


def test_a_stream_of_hugging_face_waits_on_disk_and_keeps_its_labels(
    rows: AtlasDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(libraries, "BATCH_ROWS", 2)
    features = datasets.Features({"id": datasets.Value("int64"), "is": datasets.ClassLabel(names=["no", "yes"])})
    given = datasets.IterableDataset.from_generator(
        lambda: ({"id": number, "is": number % 2} for number in range(5)), features=features
    )
    moved: list[int] = []
    rows.add_data(given, pbar=type("Bar", (), {"update": lambda _self, n: moved.append(n)})())
    assert held(rows, "is") == ["no", "yes", "no", "yes", "no"]
    assert moved == [1, 1, 3]


def test_a_bar_moves_by_all_rows(rows: AtlasDataset) -> None:
    moved: list[int] = []
    rows.add_data(parts(4, 7), pbar=type("Bar", (), {"update": lambda _self, n: moved.append(n)})())
    assert sum(moved) == 11
    assert len(moved) == 3


def test_a_map_of_a_stream(components: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = [({"id": f"r{n}", "text": f"text number {n}"}) for n in range(9)]
    made = atlas.map_data(iter(stored), identifier="streamed", id_field="id", indexed_field="text", progress=False)
    assert made.total_datums == 9
    assert len(made.maps) == 1
    assert isinstance(made._store, MemoryDatasetStore)
