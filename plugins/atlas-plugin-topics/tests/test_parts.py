"""Cells, merges, votes and outlines, each on its own."""

from __future__ import annotations

import numpy as np
import pytest
from atlas_plugin_topics.borders import borders
from atlas_plugin_topics.cells import climb, density_cells
from atlas_plugin_topics.graph import Ties, row_mass, ties
from atlas_plugin_topics.merge import Cells, cut
from atlas_plugin_topics.numbering import number
from atlas_plugin_topics.options import TopicOptions
from atlas_plugin_topics.outlines import NOBODY, outlines
from atlas_plugin_topics.plan import topic_counts
from atlas_plugin_topics.raster import raster_of
from atlas_plugin_topics.vote import agreement, vote
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from localatlas.protocols import NeighborGraph


def graph(neighbors: list[list[int]]) -> Ties:
    indices = np.array(neighbors, dtype=np.int32)
    return ties(NeighborGraph(indices, np.zeros(indices.shape, np.float32)), np.ones(len(indices)))


@settings(max_examples=60, deadline=None)
@given(arrays(np.float32, (9, 9), elements=st.sampled_from([0.0, 1.0, 2.0, 3.0])))
def test_climbing_ends_on_peaks_and_never_goes_down(density: np.ndarray) -> None:
    peak = climb(density)
    flat = density.reshape(-1)
    assert np.array_equal(peak[peak], peak)
    assert (flat[peak] >= flat).all()


def test_two_hills_are_two_cells() -> None:
    generator = np.random.default_rng(0)
    hills = [generator.normal(middle, 1, (300, 2)) for middle in (0, 20)]
    positions = np.concatenate(hills).astype(np.float32)
    cells = density_cells(raster_of(positions, 256), np.ones(600), wanted=2)
    assert cells[:300].tolist() == [cells[0]] * 300
    assert cells[300:].tolist() == [1 - cells[0]] * 300


def test_few_rows_are_a_cell_each() -> None:
    positions = np.zeros((5, 2), np.float32)
    assert density_cells(raster_of(positions, 128), np.ones(5), wanted=2).tolist() == [0, 1, 2, 3, 4]


def test_mutual_neighbours_count_twice() -> None:
    bonds = graph([[1], [0], [0]])
    assert bonds.between(np.array([0, 1, 2])).tolist() == [[0.0, 2.0, 1.0], [2.0, 0.0, 0.0], [1.0, 0.0, 0.0]]
    assert bonds.total().tolist() == [3.0, 2.0, 1.0]


def test_a_repeated_row_weighs_more_but_not_in_proportion() -> None:
    assert row_mass(np.array([1, 2, 1024])).tolist() == [1.0, 2.0, 11.0]


def line_of_cells(strength: list[float], size: list[float]) -> Cells:
    count = len(size)
    tie = np.zeros((count, count))
    for cell, weight in enumerate(strength):
        tie[cell, cell + 1] = tie[cell + 1, cell] = weight
    centre = np.column_stack([np.arange(count), np.zeros(count)]).astype(float)
    return Cells(tie, np.ones((count, count)), tie.sum(axis=1) + 100.0, np.array(size), centre)


def test_the_strongest_ties_merge_first_and_cuts_are_nested() -> None:
    cells = line_of_cells([9.0, 1.0, 8.0], [10.0] * 4)
    broad, fine = cut(cells, [1, 2], min_size=1, cap=None)
    assert fine.tolist() == [0, 0, 2, 2]
    assert broad.tolist() == [0] * 4


def test_groups_below_the_floor_join_the_partner_they_are_tied_to() -> None:
    cells = line_of_cells([9.0, 1.0, 8.0], [50.0, 50.0, 50.0, 2.0])
    assert cut(cells, [4], min_size=5, cap=None)[0].tolist() == [0, 1, 2, 2]


def test_cells_without_any_tie_join_the_nearest() -> None:
    cells = line_of_cells([0.0, 0.0], [10.0, 10.0, 10.0])
    cells.centre[2] = (50.0, 0.0)
    assert cut(cells, [2], min_size=1, cap=2.5)[0].tolist() == [0, 0, 2]


def test_the_cap_keeps_a_large_group_from_growing() -> None:
    cells = line_of_cells([6.0, 5.0, 0.1], [500.0, 100.0, 50.0, 50.0])
    assert cut(cells, [3], min_size=1, cap=None)[0].tolist() == [0, 0, 2, 3]
    assert cut(cells, [3], min_size=1, cap=0.5)[0].tolist() == [0, 1, 1, 3]


def test_a_row_goes_where_its_neighbours_are() -> None:
    bonds = graph([[1, 2], [0, 2], [0, 1], [0, 1], [5, 6], [4, 6], [4, 5]])
    assert vote(bonds, np.array([[0], [0], [0], [1], [1], [1], [1]], np.int32))[:, 0].tolist() == [0] * 4 + [1] * 3


def test_a_bare_majority_of_neighbours_moves_no_row() -> None:
    # Row 0 has two of its ties in its own topic: three elsewhere are no more than half as many again, four are.
    for elsewhere, topic in ((3, 0), (4, 1)):
        near = [[1, 2, 3], [2, 3], [1, 3], [1, 2], *([] for _ in range(8))]
        near[0] = [1, 2, *range(4, 4 + elsewhere)]
        near[4:] = [[other for other in range(4, 12) if other != row] for row in range(4, 12)]
        bonds = graph([row + [-1] * (7 - len(row)) for row in near])
        before = np.array([[0]] * 4 + [[1]] * 8, np.int32)
        assert vote(bonds, before)[0, 0] == topic


def test_a_vote_that_would_empty_a_topic_does_not_count() -> None:
    bonds = graph([[1, 2], [0, 2], [0, 1], [0, 1]])
    before = np.array([[0], [0], [0], [1]], np.int32)
    assert np.array_equal(vote(bonds, before), before)


@settings(max_examples=50, deadline=None)
@given(st.integers(2, 60), st.integers(0, 2**16))
def test_votes_keep_the_tree(n: int, seed: int) -> None:
    generator = np.random.default_rng(seed)
    bonds = graph(generator.integers(0, n, (n, 4)).tolist())
    leaf = generator.integers(0, 8, n)
    before = np.column_stack([leaf // 4, leaf // 2, leaf]).astype(np.int32)
    before = np.column_stack([np.unique(column, return_inverse=True)[1] for column in before.T]).astype(np.int32)
    after = vote(bonds, before)
    for depth in (1, 2):
        parent = dict(zip(before[:, depth].tolist(), before[:, depth - 1].tolist(), strict=True))
        assert [parent[topic] for topic in after[:, depth].tolist()] == after[:, depth - 1].tolist()
    assert all(set(a.tolist()) == set(b.tolist()) for a, b in zip(before.T, after.T, strict=True))


def test_agreement_is_the_share_of_ties_inside() -> None:
    bonds = graph([[1], [0], [0], [-1]])
    shares = agreement(bonds, np.array([[0], [0], [1], [1]], np.int32))[:, 0]
    assert shares.tolist() == pytest.approx([2 / 3, 1.0, 0.0, 1.0])


def test_ids_run_over_all_depths_and_size_counts_weights() -> None:
    groups = np.array([[0, 0], [0, 1], [1, 2], [1, 2]], np.int32)
    numbered = number(groups, np.array([1, 2, 5, 5]))
    assert numbered.topic_id.tolist() == [1, 2, 3, 4, 5]
    assert numbered.depth.tolist() == [1, 1, 2, 2, 2]
    assert numbered.parent_id.tolist() == [-1, -1, 1, 2, 2]
    assert numbered.size.tolist() == [10, 3, 10, 2, 1]
    assert numbered.assignment.tolist() == [[2, 5], [2, 4], [1, 3], [1, 3]]


def outline(mask: np.ndarray, tolerance: float) -> np.ndarray:
    (polygon,) = outlines(np.where(mask, 0, NOBODY), tolerance)
    return polygon


def area(polygon: np.ndarray) -> float:
    x, y = polygon.T
    return abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2


@pytest.mark.parametrize(
    ("picture", "expected"),
    [(["#"], 1), (["##", "##"], 4), (["#..", "###", "..#"], 5), (["###", "#.#", "###"], 9), (["#.#", "###", "#.#"], 7)],
)
def test_an_outline_encloses_its_pixels(picture: list[str], expected: int) -> None:
    mask = np.array([[sign == "#" for sign in line] for line in picture])
    assert area(outline(mask, 0.0)) == expected


def test_regions_side_by_side_are_outlined_as_each_is_alone() -> None:
    generator = np.random.default_rng(0)
    places, seeds = np.indices((40, 60)).reshape(2, -1).T, generator.uniform(0, 60, (12, 2))
    nearest = np.linalg.norm(places[:, None] - seeds, axis=2).argmin(axis=1).reshape(40, 60)
    for tolerance in (0.0, 1.5):
        together = outlines(nearest, tolerance)
        assert len(together) == len(np.unique(nearest))
        for polygon, region in zip(together, np.unique(nearest), strict=True):
            assert np.array_equal(polygon, outline(nearest == region, tolerance))
            if not tolerance:
                assert area(polygon) == (nearest == region).sum()


def test_an_outline_of_a_disc_has_few_corners() -> None:
    y, x = np.mgrid[:101, :101]
    disc = (x - 50) ** 2 + (y - 50) ** 2 <= 48**2
    polygon = outline(disc, 1.5)
    assert len(polygon) <= 40
    assert area(polygon) == pytest.approx(disc.sum(), rel=0.05)


@pytest.mark.parametrize(
    ("rows", "counts"),
    [
        (1, [1, 1]),
        (20, [1, 2]),
        (100, [3, 7]),
        (5_000, [11, 38]),
        (50_000, [16, 56, 196]),
        (10**6, [16, 56, 196, 686]),
    ],
)
def test_the_number_of_topics_grows_with_the_data(rows: int, counts: list[int]) -> None:
    assert topic_counts(rows, TopicOptions()) == counts


def test_a_border_is_where_rows_are_neighbours_on_the_map() -> None:
    x, y = np.meshgrid(np.arange(30.0), np.arange(10.0))
    places = np.column_stack([x.ravel(), y.ravel()])
    cells = (places[:, 0] // 10).astype(np.int64)
    # The last third lies across a sea, ten times as wide as the steps on land.
    places[cells == 2, 0] += 10.0
    crossed = borders(places.astype(np.float32), cells)
    assert np.array_equal(crossed, crossed.T)
    assert not crossed.diagonal().any()
    assert crossed[0, 1] > 10
    assert crossed[0, 2] == crossed[1, 2] == 0


@pytest.mark.parametrize("n", [1, 2, 30])
def test_rows_at_one_place_have_borders_too(n: int) -> None:
    crossed = borders(np.zeros((n, 2), np.float32), np.arange(n) % 2)
    assert crossed.shape == (min(n, 2),) * 2
    assert (crossed.sum() > 0) == (n > 1)
