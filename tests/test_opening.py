from __future__ import annotations

from typing import Any

import pytest
from localatlas import AtlasDataset
from localatlas.errors import AtlasTypeError, DatasetExistsError, DatasetNotFoundError, InvalidOptionError
from localatlas.home import Home
from localatlas.pipeline.records import DatasetRecord
from localatlas.protocols import DatasetStore


@pytest.mark.parametrize("name", ["x", "y", "cluster_id", "duplicate_class", "topic_depth_1", "topic_depth_12"])
def test_a_column_of_the_views_is_no_id_field(components: str, name: str) -> None:
    with pytest.raises(InvalidOptionError, match=f"unique_id_field='{name}'.*rename yours"):
        AtlasDataset("reviews", unique_id_field=name)
    assert Home().records() == []


@pytest.mark.parametrize(
    "argument", ["identifier", "dataset_id", "organization_name", "description", "unique_id_field"]
)
@pytest.mark.parametrize("wrong", [5, b"reviews", "half \ud83d"])
def test_what_is_no_text_is_refused_in_words(components: str, argument: str, wrong: Any) -> None:
    with pytest.raises(AtlasTypeError, match=f"{argument}.*(must be a text|half a character)"):
        AtlasDataset(**{"identifier": "reviews", argument: wrong})
    assert Home().records() == []


@pytest.mark.parametrize("name", ["X", "xy", "topic_depth", "cluster_id_2"])
def test_a_column_that_only_looks_like_one_is(components: str, name: str) -> None:
    assert AtlasDataset("reviews", unique_id_field=name).id_field == name


def test_a_dataset_that_another_process_made_meanwhile_is_loaded(
    components: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = Home.create

    def lose_the_race(home: Home, record: DatasetRecord) -> DatasetStore:
        create(home, record.model_copy(update={"id": "theirs"}))
        return create(home, record)

    monkeypatch.setattr(Home, "create", lose_the_race)
    assert AtlasDataset("reviews").id == "theirs"


def test_a_dataset_that_comes_and_goes_meanwhile_is_told_of(components: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(home: Home, record: DatasetRecord) -> DatasetStore:
        raise DatasetExistsError("it was there a moment ago")

    monkeypatch.setattr(Home, "create", gone)
    with pytest.raises(DatasetNotFoundError, match="deleted by another process while it was opened"):
        AtlasDataset("reviews")
