from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from atlas_plugin_positions import Positions, PositionsOptions
from localatlas.errors import NotReadyError
from localatlas.protocols import Context, Projector, SupportsPlaces
from localatlas.testing.example import ArrayIndex
from pydantic import ValidationError


def test_satisfies_the_protocols() -> None:
    assert isinstance(Positions(PositionsOptions()), Projector)
    assert isinstance(Positions(PositionsOptions()), SupportsPlaces)


@pytest.mark.parametrize("kind", [pa.int32(), pa.float64(), pa.float32(), pa.decimal128(10, 2)])
def test_numbers_of_every_kind_are_places(kind: pa.DataType) -> None:
    table = pa.table({"lon": pa.array([1, 2, None], kind), "lat": pa.array([3, 4, 5], kind)})
    placed = Positions(PositionsOptions(x="lon", y="lat")).places(table)
    assert placed.dtype == np.float32
    assert placed[:2].tolist() == [[1.0, 3.0], [2.0, 4.0]]
    assert np.isnan(placed[2]).all()


def test_what_is_not_finite_is_no_place() -> None:
    table = pa.table({"x": [np.inf, 1e300, np.nan, 0.0], "y": [0.0, 0.0, 0.0, 0.0]})
    assert np.isnan(Positions(PositionsOptions()).places(table)).all(axis=1).tolist() == [True, True, True, False]


def test_an_index_alone_has_no_places() -> None:
    with pytest.raises(NotReadyError, match="columns"):
        Positions(PositionsOptions()).project(ArrayIndex(np.eye(3)), Context())


@pytest.mark.parametrize(("x", "y", "words"), [("", "y", "x"), ("a", "a", "both the column 'a'")])
def test_two_columns_have_to_be_named(x: str, y: str, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        PositionsOptions(x=x, y=y)
