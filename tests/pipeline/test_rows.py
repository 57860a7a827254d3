from __future__ import annotations

import numpy as np
import pytest
from localatlas import AtlasDataset
from localatlas.pipeline.rows import RowReader


def reader(dataset: AtlasDataset, id_field: str | None, label_field: str | None) -> RowReader:
    return RowReader(dataset._store, dataset._store.version(), id_field, label_field)


def test_ids_are_the_users_or_positions(dataset: AtlasDataset) -> None:
    rows = np.array([5, 0])
    assert reader(dataset, "id", None).ids(rows).to_pylist() == ["r5", "r0"]
    assert reader(dataset, None, None).ids(rows).to_pylist() == [5, 0]


def test_blank_texts_are_none(dataset: AtlasDataset) -> None:
    assert reader(dataset, None, "text").texts(np.array([6, 0])) == [None, "red apple pie"]


def test_without_a_field_there_is_no_text(dataset: AtlasDataset) -> None:
    assert reader(dataset, None, None).texts(np.array([1, 2, 3])) == [None, None, None]


def test_rows_are_those_of_the_version(dataset: AtlasDataset) -> None:
    before = reader(dataset, "id", "text")
    dataset.delete_data(["r0"])
    assert before.ids(np.array([0])).to_pylist() == ["r0"]
    assert reader(dataset, "id", "text").ids(np.array([0])).to_pylist() == ["r1"]


@pytest.mark.parametrize("kind", ["string", "large_string", "category"])
def test_every_type_of_text_is_read(components: str, kind: str) -> None:
    import pyarrow as pa

    values = pa.array(["x", None, " "], pa.large_string() if kind == "large_string" else pa.string())
    made = AtlasDataset("typed")
    made.add_data(pa.table({"text": values.dictionary_encode() if kind == "category" else values}))
    assert reader(made, None, "text").texts(np.arange(3)) == ["x", None, None]
    assert made.create_index(indexed_field="text", progress=False).record[1].placed == 1
