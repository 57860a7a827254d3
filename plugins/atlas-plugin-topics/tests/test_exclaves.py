"""Parts of a topic that lie apart from it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from atlas_plugin_topics.exclaves import join_exclaves
from atlas_plugin_topics.merge import GATE, Cells
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray


def row_of_cells(ties: dict[tuple[int, int], float], size: list[float]) -> Cells:
    """Cells side by side, each touching the next; `ties` are between any two."""
    count = len(size)
    tie, gate = np.zeros((count, count)), np.full((count, count), GATE)
    for (one, other), weight in ties.items():
        tie[one, other] = tie[other, one] = weight
    for cell in range(count - 1):
        gate[cell, cell + 1] = gate[cell + 1, cell] = 1.0
    return Cells(tie, gate, tie.sum(axis=1), np.array(size), np.zeros((count, 2)))


def joined(tree: list[list[int]], cells: Cells) -> list[list[int]]:
    return [column.tolist() for column in join_exclaves([np.array(column) for column in tree], cells)]


def test_a_part_that_lies_apart_joins_a_neighbour_with_ties_as_strong() -> None:
    cells = row_of_cells({(0, 4): 5.0, (3, 4): 5.0}, [10.0] * 5)
    assert joined([[0, 0, 2, 2, 0], [0, 1, 2, 3, 4]], cells) == [[0, 0, 2, 2, 2], [0, 1, 2, 3, 4]]


def test_a_part_that_is_tied_more_to_its_own_topic_stays() -> None:
    cells = row_of_cells({(0, 4): 6.0, (3, 4): 5.0}, [10.0] * 5)
    tree = [[0, 0, 2, 2, 0], [0, 1, 2, 3, 4]]
    assert joined(tree, cells) == tree


def test_a_part_goes_to_no_topic_that_it_does_not_touch() -> None:
    cells = row_of_cells({(5, 0): 9.0, (5, 4): 1.0}, [10.0] * 6)
    assert joined([[0, 0, 2, 2, 4, 2]], cells) == [[0, 0, 2, 2, 4, 4]]


def test_a_finer_topic_is_divided_but_not_torn_to_a_remnant() -> None:
    ties = {(3, 4): 5.0, (2, 4): 1.0}
    tree = [[0, 0, 2, 2, 0], [0, 1, 2, 3, 0]]
    assert joined(tree, row_of_cells(ties, [10.0] * 5)) == [[0, 0, 2, 2, 2], [0, 1, 2, 3, 3]]
    assert joined(tree, row_of_cells(ties, [1.0, 30.0, 10.0, 10.0, 10.0])) == tree


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 30), st.integers(0, 2**16))
def test_the_tree_stays_nested_and_keeps_its_topics(count: int, seed: int) -> None:
    generator = np.random.default_rng(seed)
    tie = generator.exponential(size=(count, count)) * (generator.random((count, count)) < 0.4)
    gate = np.where(generator.random((count, count)) < 0.2, 1.0, GATE)
    cells = Cells(
        tie + tie.T, np.maximum(gate, gate.T), tie.sum(axis=1), generator.uniform(1, 9, count), np.zeros((count, 2))
    )
    leaf = generator.integers(0, 12, count)
    before = [leaf // 6, leaf // 2, leaf]
    after = join_exclaves(before, cells)
    assert [set(one.tolist()) for one in before] == [set(one.tolist()) for one in after]
    for broad, fine in pairwise(after):
        assert all(len(np.unique(broad[fine == topic])) == 1 for topic in np.unique(fine))


def test_one_cell_is_left_alone() -> None:
    alone: NDArray[np.float64] = np.ones((1, 1))
    assert joined([[0], [0]], Cells(alone, alone, alone[0], alone[0], np.zeros((1, 2)))) == [[0], [0]]
