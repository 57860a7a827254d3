"""Where points start: the same principal components for every seed, evened out along the graph."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from atlas_plugin_nomic_project import starting
from atlas_plugin_nomic_project.starting import SCALE, principal_positions, starting_positions
from atlas_plugin_nomic_project.workers import Workers
from localatlas.testing.example import ArrayIndex
from numpy.typing import NDArray


def nobody() -> None:
    """Do nothing, as a tick."""


def test_the_components_are_exact_though_the_third_is_nearly_as_long() -> None:
    lengths = np.array([1.2, 1.1, 1.05, 1.0] + [0.5] * 28)
    rows = np.random.default_rng(0).normal(size=(2_000, 32)) * lengths
    vectors = rows.astype(np.float32)
    left, sizes, _ = np.linalg.svd(vectors - vectors.mean(axis=0), full_matrices=False)
    exact = np.abs(left[:, :2] * sizes[:2])
    for seed in range(3):
        with Workers(1, len(vectors)) as workers:
            found = principal_positions(vectors, np.random.default_rng(seed), workers, nobody)
        found -= found.mean(axis=0)
        assert np.abs(np.abs(found) - exact).max() < 0.05 * exact.max()


def test_a_cancel_need_not_wait_until_all_rows_have_their_place(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors, ticks = np.random.default_rng(3).normal(size=(400, 8)).astype(np.float32), list[int]()
    counted = []
    for block in (400, 5):
        monkeypatch.setattr(starting, "BLOCK", block)
        ticks.clear()
        with Workers(1, len(vectors)) as workers:
            principal_positions(vectors, np.random.default_rng(0), workers, lambda: ticks.append(1))
        counted.append(len(ticks))
    assert counted[1] - counted[0] == 400 // 5 // starting.BLOCKS_PER_TICK - 1


def start(vectors: NDArray[np.floating[Any]], near: NDArray[np.int32]) -> NDArray[np.float32]:
    plain = np.ascontiguousarray(vectors, dtype=np.float32)
    with Workers(1, len(plain)) as workers:
        return starting_positions("pca", plain, near, np.random.default_rng(0), workers, nobody) / np.float32(SCALE)


def test_neighbours_start_nearer_each_other_than_their_components_say() -> None:
    random = np.random.default_rng(1)
    index = ArrayIndex(random.normal(size=(600, 40)) + 2.0 * random.normal(size=(6, 40))[np.arange(600) % 6])
    near = index.neighbors(10).indices
    plain, smooth = start(index.vectors, near[:, :0]), start(index.vectors, near)

    def apart(places: NDArray[np.float32]) -> float:
        return float(np.linalg.norm(places[:, None] - places[near], axis=2).mean() / places.std())

    assert apart(smooth) < 0.5 * apart(plain)
    assert np.abs(smooth.std(axis=0).max() - 1.0) < 0.05


def test_rows_without_neighbours_start_where_their_components_are() -> None:
    vectors = np.random.default_rng(2).normal(size=(50, 5))
    none = np.full((50, 4), -1, dtype=np.int32)
    np.testing.assert_allclose(start(vectors, none), start(vectors, none[:, :0]), atol=1e-4)
