"""What `tsne` promises beyond the conformance kit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from atlas_plugin_tsne import TSNE, TSNEOptions
from atlas_plugin_tsne.affinities import hold
from localatlas.errors import BuildCancelled
from localatlas.protocols import Context, Layout, NeighborGraph
from localatlas.testing.example import ArrayIndex, ProgressLog, clusters
from sklearn.datasets import load_digits
from sklearn.manifold import trustworthiness

pytestmark = pytest.mark.slow
FEW: dict[str, Any] = {"early_exaggeration_iter": 50, "n_epochs": 50}


def index_of(vectors: Any) -> ArrayIndex:
    return ArrayIndex(np.ascontiguousarray(vectors, dtype=np.float32))


@pytest.fixture(scope="module")
def digits() -> ArrayIndex:
    return index_of(load_digits().data[:500])


def test_a_map_of_the_digits_is_trustworthy(digits: ArrayIndex) -> None:
    layout = TSNE(TSNEOptions()).project(digits, Context(seed=1))
    assert trustworthiness(digits.vectors, layout.positions, n_neighbors=15, metric="cosine") > 0.95


def test_threads_change_nothing(digits: ArrayIndex) -> None:
    one, two = (TSNE(TSNEOptions(**FEW)).project(digits, Context(seed=1, n_jobs=jobs)) for jobs in (1, 2))
    assert one.positions.tobytes() == two.positions.tobytes()


def test_threads_change_nothing_on_a_grid_either() -> None:
    index = index_of(clusters(10_500, count=20, noise=1.0))
    options = TSNEOptions(perplexity=5, early_exaggeration_iter=20, n_epochs=10)
    one, two = (TSNE(options).project(index, Context(seed=1, n_jobs=jobs)) for jobs in (1, 2))
    assert one.positions.tobytes() == two.positions.tobytes()
    near = index.neighbors(15)
    few = NeighborGraph(near.indices[:40], near.distances[:40])
    placed = TSNE(options).transform(index.vectors[:40], few, one, Context(seed=1))
    reach = np.linalg.norm(np.ptp(one.positions, axis=0))
    assert np.median(np.linalg.norm(placed - one.positions[:40], axis=1)) < 0.05 * reach


@pytest.mark.parametrize(
    "change",
    [
        {"perplexity": 5},
        {"n_neighbors": 10},
        {"early_exaggeration": 2},
        {"early_exaggeration_iter": 10},
        {"exaggeration": 4},
        {"n_epochs": 90},
        {"learning_rate": 20},
        {"dof": 0.5},
        {"init": "random"},
    ],
)
def test_every_option_changes_the_map(digits: ArrayIndex, change: dict[str, Any]) -> None:
    plain = TSNE(TSNEOptions(**FEW)).project(digits, Context(seed=1))
    other = TSNE(TSNEOptions(**{**FEW, **change})).project(digits, Context(seed=1))
    assert not np.allclose(plain.positions, other.positions, atol=1e-3)


def test_it_reports_and_can_be_cancelled(digits: ArrayIndex) -> None:
    log = ProgressLog()
    TSNE(TSNEOptions(**FEW)).project(digits, Context(report=log))
    assert log.fractions[-1] == 1.0
    assert log.fractions == sorted(log.fractions)
    assert len(log.fractions) > 8

    def cancel(fraction: float, _message: str) -> None:
        if fraction > 0.2:
            raise BuildCancelled("stop")

    with pytest.raises(BuildCancelled):
        TSNE(TSNEOptions(**FEW)).project(digits, Context(report=cancel))


def test_no_row_is_placed_by_its_company(digits: ArrayIndex) -> None:
    layout = TSNE(TSNEOptions(**FEW)).project(digits, Context())
    near = digits.neighbors(90)
    # Without its twin, which is itself, a row has to be placed.
    others = NeighborGraph(near.indices[:30, 1:], near.distances[:30, 1:])
    together = TSNE(TSNEOptions()).transform(digits.vectors[:30], others, layout, Context())
    for row in (0, 17, 29):
        one = NeighborGraph(others.indices[row : row + 1], others.distances[row : row + 1])
        alone = TSNE(TSNEOptions()).transform(digits.vectors[row : row + 1], one, layout, Context())
        np.testing.assert_allclose(alone[0], together[row], atol=1e-4)


def test_the_same_row_lands_on_itself_and_a_lonely_one_in_the_middle() -> None:
    layout = Layout(np.random.default_rng(0).normal(size=(40, 2)).astype(np.float32))
    indices = np.array([[7, 3, 1], [5, 9, 2], [-1, -1, -1]], dtype=np.int32)
    distances = np.array([[0.0, 0.2, 0.4], [0.1, 0.2, 0.4], [np.inf] * 3], dtype=np.float32)
    placed = TSNE(TSNEOptions()).transform(
        np.zeros((3, 8), np.float32), NeighborGraph(indices, distances), layout, Context()
    )
    assert placed.dtype == np.float32
    assert (placed[0] == layout.positions[7]).all()
    np.testing.assert_allclose(placed[2], layout.positions.mean(axis=0), atol=1e-6)


@pytest.mark.parametrize("rows", [1, 2, 3, 4, 5])
def test_a_handful_of_rows_has_a_map(rows: int) -> None:
    index = index_of(np.eye(rows, 8))
    layout = TSNE(TSNEOptions(**FEW)).project(index, Context())
    assert layout.positions.shape == (rows, 2)
    assert np.isfinite(layout.positions).all()
    assert len(np.unique(layout.positions, axis=0)) == rows


def test_each_rows_hold_sums_to_one_and_pads_hold_nothing() -> None:
    indices = np.array([[1, 2, 3, 4, 5, 6], [0, 2, -1, -1, -1, -1]], dtype=np.int32)
    distances = np.where(indices < 0, np.inf, 0.1 * np.arange(1, 7)).astype(np.float32)
    held = hold(NeighborGraph(indices, distances), "cosine", 30, 10, together=False, n_jobs=1).toarray()
    np.testing.assert_allclose(held.sum(axis=1), 1.0)
    assert held[1, [0, 2]].sum() == pytest.approx(1.0)
    assert (np.diff(held[0, 1:7]) < 0).all()
