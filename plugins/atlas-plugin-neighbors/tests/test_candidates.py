"""What the search among candidates promises."""

from __future__ import annotations

import numpy as np
import pytest
from atlas_plugin_neighbors.candidates import Candidates, exchanged
from atlas_plugin_neighbors.probing import Probed
from atlas_plugin_neighbors.reduced import Reduced

PLACES = np.random.default_rng(0).normal(size=(60, 5)).astype(np.float32)
BIAS = (0.5 * (PLACES**2).sum(axis=1)).astype(np.float32)
START = np.array([0, 10, 10, 35, 60])
CELL = np.repeat([0, 2, 3], [10, 25, 25])


def probed(probes: list[int], count: int, threads: int = 1) -> tuple[np.ndarray, np.ndarray]:
    best, found = np.full((60, count), -np.inf, np.float32), np.full((60, count), -1, np.int32)
    asked = np.repeat(np.int32([probes]), 60, axis=0)
    Probed(PLACES, BIAS, START).search(PLACES, asked, best, found, threads, lambda _done: None)
    return best, found


@pytest.mark.parametrize("probes", [[0], [3, 0], [2, -1, 1], [-1, 0, 3], [0, 2, 3]])
def test_the_best_of_the_probed_cells_are_found(probes: list[int]) -> None:
    scores = PLACES @ PLACES.T - BIAS
    scores[:, ~np.isin(CELL, probes)] = -np.inf
    np.fill_diagonal(scores, -np.inf)
    best, found = probed(probes, 6)
    np.testing.assert_array_equal(found, np.argsort(-scores, axis=1)[:, :6])
    np.testing.assert_allclose(best, -np.sort(-scores, axis=1)[:, :6], rtol=1e-4, atol=1e-4)


def test_lists_longer_than_the_cells_stay_open() -> None:
    best, found = probed([0], 12)
    assert (found[:10, 9:] == -1).all()
    assert (found[10:, :10] >= 0).all()
    assert np.isneginf(best[found < 0]).all()


def test_probes_on_two_threads_find_the_same() -> None:
    for one, two in zip(probed([0, 2, 3], 6), probed([0, 2, 3], 6, threads=2), strict=True):
        assert one.tobytes() == two.tobytes()


def exchange(found: list[list[int]], fresh: list[list[bool]] | None = None) -> Candidates:
    rows = np.int32(found)
    scores = np.where(rows < 0, -np.inf, (PLACES @ PLACES.T - BIAS)[np.arange(len(rows))[:, None], rows])
    order = np.argsort(-scores, axis=1)
    lists = Candidates(
        np.take_along_axis(scores, order, axis=1).astype(np.float32),
        np.take_along_axis(rows, order, axis=1),
        np.ones(rows.shape, np.bool_) if fresh is None else np.array(fresh),
    )
    return exchanged(Reduced(PLACES[: len(rows)], BIAS[: len(rows)]), lists, 2, lambda _done: None)


def test_who_was_found_finds() -> None:
    given = exchange([[1, 2, 3], [-1, -1, -1], [0, -1, -1], [-1, -1, -1]])
    assert [{*row} - {-1} for row in given.rows.tolist()] == [{1, 2, 3}, {0}, {0}, {0}]
    scores = PLACES[:4] @ PLACES[:4].T - BIAS[:4]
    for row, (rows, found) in enumerate(zip(given.rows, given.scores, strict=True)):
        np.testing.assert_allclose(found[rows >= 0], scores[row, rows[rows >= 0]], rtol=1e-4, atol=1e-5)
        assert np.isneginf(found[rows < 0]).all()


def test_only_who_is_nearer_than_the_last_is_taken() -> None:
    lists = np.argsort(-(PLACES @ PLACES.T - BIAS) + np.diag(np.full(60, np.inf)), axis=1)[:, :4]
    assert np.array_equal(exchange(lists.tolist()).rows, lists)


def test_who_is_new_in_a_list_is_still_to_be_asked() -> None:
    given = exchange([[1, -1], [-1, -1], [0, 1]], [[False, False]] * 3)
    asked = {
        (row, other): new for row in range(3) for other, new in zip(given.rows[row], given.fresh[row], strict=True)
    }
    assert not asked[0, 1]
    assert asked[0, 2]
    assert asked[1, 0]
    assert not asked[2, 0]
