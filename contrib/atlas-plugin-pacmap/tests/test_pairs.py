"""Which neighbours pull a row."""

from __future__ import annotations

import numpy as np
import pytest
from atlas_plugin_pacmap.pairs import neighbor_pairs
from atlas_plugin_pacmap.tiny import principal_layout
from localatlas.protocols import NeighborGraph
from localatlas.testing.example import ArrayIndex, clusters


def test_every_row_has_its_pairs_in_order() -> None:
    pairs = neighbor_pairs(ArrayIndex(clusters(60)).neighbors(20), 8, squared=True)
    assert pairs.dtype == np.int32
    assert pairs.shape == (480, 2)
    assert (pairs[:, 0] == np.repeat(np.arange(60), 8)).all()
    assert (pairs[:, 0] != pairs[:, 1]).all()
    assert all(len(set(part)) == 8 for part in pairs[:, 1].reshape(60, 8))


def test_a_neighbour_in_a_wide_place_is_preferred_to_one_in_a_dense_place() -> None:
    # Row 0 is as far from row 1 as from row 2, but row 1's own neighbours are far away and row 2's are near.
    indices = np.array([[2, 1], [0, 2], [3, 0], [2, 0]], dtype=np.int32)
    distances = np.array([[1.0, 1.0], [1.0, 9.0], [0.01, 1.0], [0.01, 1.0]], dtype=np.float32)
    distances[1] = 9.0
    assert neighbor_pairs(NeighborGraph(indices, distances), 1, squared=False)[0].tolist() == [0, 1]


def test_missing_neighbours_are_made_up_for_by_the_nearest() -> None:
    indices = np.array([[1, 2], [0, -1], [-1, -1]], dtype=np.int32)
    distances = np.where(indices >= 0, 0.5, np.inf).astype(np.float32)
    pairs = neighbor_pairs(NeighborGraph(indices, distances), 2, squared=True)
    assert pairs[2:].tolist() == [[1, 0], [1, 0], [2, 0], [2, 0]]


@pytest.mark.parametrize("rows", [1, 2, 3, 15])
def test_a_handful_of_rows_is_laid_out_by_principal_components(rows: int) -> None:
    positions = principal_layout(clusters(rows))
    assert positions.dtype == np.float32
    assert positions.shape == (rows, 2)
    assert np.isfinite(positions).all()
    assert len(np.unique(positions, axis=0)) == rows


def test_equal_rows_lie_on_a_circle() -> None:
    positions = principal_layout(np.full((12, 8), 0.3, dtype=np.float32))
    np.testing.assert_allclose(np.linalg.norm(positions, axis=1), 5.0, rtol=1e-5)
    assert len(np.unique(positions.round(3), axis=0)) == 12
