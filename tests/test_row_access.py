"""Rows by id: in the order asked, as often as asked, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from localatlas import AtlasDataset
from localatlas.errors import AtlasTypeError, AtlasValueError, RowNotFoundError

FORMS: dict[str, Callable[[list[Any]], Any]] = {
    "list": list,
    "tuple": tuple,
    "numpy": np.array,
    "numpy objects": lambda ids: np.array(ids, dtype=object),
    "pandas": pd.Series,
    "pandas index": pd.Index,
    "arrow": pa.array,
    "arrow chunks": lambda ids: pa.chunked_array([ids[:1], ids[1:]]),
    "numpy scalars": lambda ids: list(np.array(ids)),
}


@pytest.mark.parametrize("form", FORMS)
def test_rows_come_in_the_order_asked_as_often_as_asked(dataset: AtlasDataset, form: str) -> None:
    asked = ["r3", "r0", "r3", "r6"]
    assert [row["n"] for row in dataset.get_data(FORMS[form](asked))] == [3, 0, 3, 6]


@pytest.mark.parametrize("form", FORMS)
def test_numbers_are_ids_too(components: str, form: str) -> None:
    numbered = AtlasDataset("numbered", unique_id_field="key")
    numbered.add_data([{"key": 10 * row, "text": str(row)} for row in range(5)])
    assert [row["text"] for row in numbered.get_data(FORMS[form]([40, 0, 40]))] == ["4", "0", "4"]
    plain = AtlasDataset("plain")
    plain.add_data([{"text": str(row)} for row in range(5)])
    assert [row["text"] for row in plain.get_data(FORMS[form]([4, 0, 4]))] == ["4", "0", "4"]
    assert [row["text"] for row in plain.get_data(range(3, 5))] == ["3", "4"]


@pytest.mark.parametrize("ids", [[["r0"]], ["r0", ["r1"]], [("r0",)], np.array([["r0", "r1"]]), [np.array(["r0"])]])
def test_a_nested_list_is_refused(dataset: AtlasDataset, ids: Any) -> None:
    for use in (dataset.get_data, dataset.delete_data):
        with pytest.raises(AtlasValueError, match="one flat list"):
            use(ids)
    assert dataset.total_datums == 7


@pytest.mark.parametrize(("ids", "words"), [([7], "not 7"), (["r0", 1.5], "not 1.5"), ([b"r0"], "not b'r0'")])
def test_ids_of_another_type_are_refused(dataset: AtlasDataset, ids: list[Any], words: str) -> None:
    with pytest.raises(AtlasValueError, match=f"id column's type string, {words}"):
        dataset.get_data(ids)


def test_null_is_no_id(dataset: AtlasDataset) -> None:
    with pytest.raises(RowNotFoundError, match="no row with id None"):
        dataset.get_data(["r0", None])


def test_a_number_that_does_not_fit_is_refused(components: str) -> None:
    plain = AtlasDataset("plain")
    plain.add_data([{"text": "a"}])
    for wrong in (2**70, "0", 0.5, False, 1.0):
        with pytest.raises(AtlasValueError, match="id column's type int64"):
            plain.get_data([wrong])
    with pytest.raises(RowNotFoundError, match="_position_index -1"):
        plain.get_data([-1])


def test_nothing_asked_is_nothing_given(dataset: AtlasDataset) -> None:
    assert dataset.get_data([]) == []
    assert dataset.delete_data([]) is True
    assert AtlasDataset("empty").get_data(np.array([])) == []
    with pytest.raises(RowNotFoundError, match="has no rows yet"):
        AtlasDataset("empty").get_data([0])


def test_an_id_named_twice_is_deleted_once(dataset: AtlasDataset) -> None:
    assert dataset.delete_data(["r1", "r1", "r2"]) is True
    assert dataset.total_datums == 5
    with pytest.raises(AtlasTypeError, match="got set"):
        dataset.delete_data({"r3"})  # type: ignore[arg-type]


@pytest.mark.slow
@pytest.mark.plugins
def test_a_hundred_thousand_rows_are_read_and_deleted_at_once(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOCALATLAS_HOME", str(tmp_path_factory.mktemp("home")))
    large = AtlasDataset("large", unique_id_field="id")
    large.add_data(pa.table({"id": [f"row-{row}" for row in range(150_000)], "n": range(150_000)}))
    asked = np.random.default_rng(0).permutation(150_000)[:100_000]
    ids = [f"row-{row}" for row in asked]
    assert [row["n"] for row in large.get_data(ids)] == asked.tolist()
    assert large.delete_data(ids) is True
    assert large.total_datums == 50_000
    left = pa.Table.from_batches(list(large.scan(["n"])))["n"].to_numpy()
    assert np.array_equal(left, np.setdiff1d(np.arange(150_000), asked))
