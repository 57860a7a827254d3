from __future__ import annotations

import pytest
from localatlas import AtlasDataset
from localatlas.errors import NotReadyError
from localatlas.indices import AtlasProjection

CLASSES = ["retention candidate", "singleton", "deletion candidate", "singleton", "singleton", "singleton", "singleton"]


def test_every_row_has_a_class_and_a_cluster(made: AtlasProjection) -> None:
    frame = made.duplicates.df
    assert frame.columns.tolist() == ["id", "duplicate_class", "cluster_id"]
    assert frame["id"].tolist() == [f"r{row}" for row in range(7)]
    assert frame["duplicate_class"].tolist() == CLASSES
    assert frame["cluster_id"].tolist() == [0, 1, 0, 2, 3, 4, 5]
    assert str(frame["cluster_id"].dtype) == "int64"


def test_the_rows_that_may_go_are_listed_in_upload_order(dataset: AtlasDataset) -> None:
    dataset.add_data([{"id": "s0", "text": "slow river boat", "n": 8}, {"id": "s1", "text": "red apple pie", "n": 9}])
    made = dataset.create_index(indexed_field="text", progress=False)
    assert made.duplicates.deletion_candidates() == ["r2", "s0", "s1"]


def test_what_remains_without_them_has_no_copy(dataset: AtlasDataset, made: AtlasProjection) -> None:
    dataset.delete_data(made.duplicates.deletion_candidates())
    again = dataset.create_index(indexed_field="text", progress=False)
    assert again.duplicates.deletion_candidates() == []
    assert set(again.duplicates.df["duplicate_class"]) == {"singleton"}


def test_deleted_rows_are_no_candidates(dataset: AtlasDataset, made: AtlasProjection) -> None:
    dataset.delete_data(["r2"])
    assert made.duplicates.deletion_candidates() == []


def test_the_repr_counts(made: AtlasProjection) -> None:
    assert repr(made.duplicates) == "1 deletion candidates in 6 clusters"


def test_a_map_without_them_says_how_to_get_them(dataset: AtlasDataset) -> None:
    without = dataset.create_index(indexed_field="text", duplicate_detection=False, progress=False)
    with pytest.raises(NotReadyError, match=r"duplicate detection.*create_index\(duplicate_detection=True\)"):
        _ = without.duplicates
