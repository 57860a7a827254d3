from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from localatlas.selections.polygons import inside

SQUARE = [(0, 0), (4, 0), (4, 4), (0, 4)]
STAR = [(0, 3), (6, 3), (1, 0), (3, 5), (5, 0)]
numbers = st.integers(-6, 12).map(lambda half: half / 2)
points = st.tuples(numbers, numbers)


def enclosed(polygon: Any, *places: tuple[float, float]) -> list[bool]:
    return inside(np.array(places, dtype=np.float64).reshape(-1, 2), polygon).tolist()


def test_what_is_inside_is_inside_and_what_is_outside_is_not() -> None:
    assert enclosed(SQUARE, (2, 2), (5, 2), (-1, 2), (2, 5), (2, -1)) == [True, False, False, False, False]


@pytest.mark.parametrize("polygon", [SQUARE, SQUARE[::-1], [*SQUARE, SQUARE[0]], SQUARE[2:] + SQUARE[:2]])
def test_edges_and_corners_belong_to_it_whichever_way_it_is_drawn(polygon: Any) -> None:
    edge = [(0, 0), (4, 0), (4, 4), (0, 4), (2, 0), (4, 2), (2, 4), (0, 2)]
    assert enclosed(polygon, *edge) == [True] * 8
    assert enclosed(polygon, (2, 2), (4.5, 0), (-0.5, 4), (4, 4.5)) == [True, False, False, False]


def test_what_is_drawn_over_twice_is_outside() -> None:
    assert enclosed(STAR, (3, 2), (1.5, 2.75), (3, 4)) == [False, True, True]


def test_a_polygon_without_an_area_is_its_line() -> None:
    assert enclosed([(0, 0), (2, 2), (4, 4)], (1, 1), (3, 3), (1, 2), (5, 5)) == [True, True, False, False]


def test_a_row_without_a_place_is_nowhere() -> None:
    assert enclosed(SQUARE, (np.nan, np.nan), (np.nan, 2), (2, np.nan)) == [False, False, False]
    assert enclosed(SQUARE) == []


def naive(polygon: list[tuple[float, float]], place: tuple[float, float]) -> bool:
    """Even-odd in exact fractions."""
    x, y = map(Fraction, place)
    odd = False
    for start, end in zip(polygon, [*polygon[1:], polygon[0]], strict=True):
        (x1, y1), (x2, y2) = map(Fraction, start), map(Fraction, end)
        cross = (x2 - x1) * (y - y1) - (y2 - y1) * (x - x1)
        if cross == 0 and min(x1, x2) <= x <= max(x1, x2) and min(y1, y2) <= y <= max(y1, y2):
            return True
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
            odd = not odd
    return odd


@given(st.lists(points, min_size=3, max_size=9), st.lists(points, max_size=20))
def test_it_is_the_even_odd_rule(polygon: list[tuple[float, float]], places: list[tuple[float, float]]) -> None:
    assert enclosed(polygon, *places) == [naive(polygon, place) for place in places]
