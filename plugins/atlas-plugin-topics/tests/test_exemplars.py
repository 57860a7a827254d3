"""Rows that stand for a topic."""

from __future__ import annotations

import numpy as np
from atlas_plugin_topics.exemplars import exemplars, rows_by_topic
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from localatlas.testing.example import ArrayIndex


@given(arrays(np.int32, st.integers(0, 40), elements=st.integers(-1, 70_000)))
def test_each_row_is_with_its_topic(topic: np.ndarray) -> None:
    found = rows_by_topic(topic)
    assert set(found) == set(topic.tolist())
    for number, rows in found.items():
        assert rows.tolist() == np.nonzero(topic == number)[0].tolist()


def test_the_rows_nearest_to_the_middle_come_first_and_a_text_once() -> None:
    angle = np.deg2rad([0.0, 90.0, 40.0, 50.0, 46.0, 200.0])
    index = ArrayIndex(np.column_stack([np.cos(angle), np.sin(angle)]), ["a", "b", "c", "C ", "d", "e"])
    assert exemplars(index, np.arange(5), 3) == (4, 3, 1)
    assert exemplars(index, np.arange(5), 0) == ()
