"""Maps of rows that bring their places with them."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from localatlas import AtlasDataset, registries
from localatlas.errors import InvalidDataError, InvalidOptionError, PluginContractError
from localatlas.protocols import ComponentOptions, Context, Index, Layout, SupportsPlaces
from numpy.typing import NDArray


class Marks:
    """Reads places from the columns `across` and `up`."""

    class Options(ComponentOptions):
        up: str = "up"

    def __init__(self, options: Options) -> None:
        self.options = options

    def neighbors_needed(self, n: int) -> int:
        return 0

    def project(self, index: Index, context: Context) -> Layout:
        raise AssertionError

    def place_columns(self) -> list[str]:
        return ["across", self.options.up]

    def places(self, rows: pa.Table) -> NDArray[np.float32]:
        axes = [rows[name].to_numpy(zero_copy_only=False).astype(np.float32) for name in self.place_columns()]
        return np.stack(axes, axis=1)


TEXTS = ["red apple", "red apple", "green apple", "slow boat", "fast boat", ""]


@pytest.fixture
def placed(components: str) -> AtlasDataset:
    registries.projectors.register("marks", Marks)
    dataset = AtlasDataset("placed", unique_id_field="id")
    dataset.add_data(
        [{"id": i, "text": text, "across": float(i), "up": -2.0 * i, "name": "n"} for i, text in enumerate(TEXTS)]
    )
    return dataset


def build(dataset: AtlasDataset, **options: Any) -> Any:
    return dataset.create_index(indexed_field="text", projection={"model": "marks", **options}, progress=False)


def test_it_is_an_optional_power() -> None:
    assert isinstance(Marks(Marks.Options()), SupportsPlaces)


def test_every_row_lies_where_its_columns_say_also_where_rows_say_the_same(placed: AtlasDataset) -> None:
    frame = build(placed).embeddings.df
    assert frame["x"].tolist()[:5] == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert frame["y"].tolist()[:5] == [0.0, -2.0, -4.0, -6.0, -8.0]
    assert frame.iloc[5][["x", "y"]].isna().all()


def test_topics_and_duplicates_are_found_as_on_every_map(placed: AtlasDataset) -> None:
    made = build(placed)
    assert made.topics.df["topic_depth_1"].notna().sum() == 5
    assert made.duplicates.deletion_candidates() == [1]


def test_other_places_make_another_layout_though_the_vectors_are_the_same(placed: AtlasDataset) -> None:
    build(placed)
    placed.add_data([{"id": 0, "text": "red apple", "across": 9.0, "up": 9.0, "name": "n"}], on_conflict="replace")
    frame = build(placed).embeddings.df.set_index("id")
    assert frame.loc[0].tolist() == [9.0, 9.0]


def test_an_update_reads_all_places_anew_without_a_word(placed: AtlasDataset) -> None:
    build(placed)
    placed.add_data([{"id": 7, "text": "blue boat", "across": 7.0, "up": 7.0, "name": "n"}])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        placed.update_indices(progress=False)
    frame = placed.maps[0].embeddings.df.set_index("id")
    assert frame.loc[7].tolist() == [7.0, 7.0]
    assert frame.loc[3].tolist() == [3.0, -6.0]


@pytest.mark.parametrize(
    ("column", "words"), [("upp", "no such column, did you mean 'up'"), ("name", "places are numbers")]
)
def test_columns_that_cannot_be_places_are_refused_before_anything_starts(
    placed: AtlasDataset, column: str, words: str
) -> None:
    with pytest.raises(InvalidOptionError, match=words):
        build(placed, up=column)
    assert not placed.maps


def test_a_mapped_row_without_a_place_is_refused_with_its_number(placed: AtlasDataset) -> None:
    placed.add_data([{"id": 8, "text": "lost boat", "across": None, "up": 1.0, "name": "n"}])
    with pytest.raises(InvalidDataError, match=r"1 rows have no place in 'across', 'up' \(rows 6"):
        build(placed)


def test_places_of_a_wrong_shape_are_the_plugins_fault(placed: AtlasDataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Marks, "places", lambda _self, rows: np.zeros((rows.num_rows, 3), np.float32))
    with pytest.raises(PluginContractError, match="marks"):
        build(placed)
