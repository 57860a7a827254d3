"""New rows on a finished map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from atlas_plugin_umap import UMAP, UMAPOptions
from localatlas.errors import BuildCancelled
from localatlas.protocols import Context, Layout, NeighborGraph
from localatlas.testing.example import ArrayIndex, ProgressLog

if TYPE_CHECKING:
    from conftest import Digits

pytestmark = pytest.mark.slow
FEW = UMAPOptions(n_epochs=50)


def test_no_row_is_placed_by_its_company(three_clusters: ArrayIndex) -> None:
    projector = UMAP(FEW)
    layout = projector.project(three_clusters, Context())
    near = three_clusters.neighbors(14)
    together = projector.transform(three_clusters.vectors, near, layout, Context())
    for row in (0, 123, 299):
        part = slice(row, row + 1)
        one = NeighborGraph(near.indices[part], near.distances[part])
        alone = projector.transform(three_clusters.vectors[part], one, layout, Context())
        assert alone[0].tobytes() == together[row].tobytes()


def test_the_same_row_lands_on_itself_and_a_lonely_one_in_the_middle() -> None:
    layout = Layout(np.random.default_rng(0).normal(size=(40, 2)).astype(np.float32))
    indices = np.array([[7, 3, 1], [5, 9, 2], [-1, -1, -1]], dtype=np.int32)
    distances = np.array([[1e-7, 0.2, 0.4], [0.1, 0.2, 0.4], [np.inf] * 3], dtype=np.float32)
    placed = UMAP(FEW).transform(np.zeros((3, 8), np.float32), NeighborGraph(indices, distances), layout, Context())
    assert placed.dtype == np.float32
    assert (placed[0] == layout.positions[7]).all()
    assert not (placed[1] == layout.positions[5]).all()
    np.testing.assert_allclose(placed[2], layout.positions.mean(axis=0), atol=1e-6)


@pytest.mark.parametrize(("rows", "width"), [(0, 14), (3, 0)])
def test_no_rows_and_no_neighbours_are_no_trouble(rows: int, width: int) -> None:
    layout = Layout(np.ones((40, 2), dtype=np.float32))
    graph = NeighborGraph(np.zeros((rows, width), np.int32), np.zeros((rows, width), np.float32))
    placed = UMAP(FEW).transform(np.zeros((rows, 8), np.float32), graph, layout, Context())
    assert placed.shape == (rows, 2)
    assert (placed == 1).all()


def test_the_map_does_not_move(three_clusters: ArrayIndex) -> None:
    layout = UMAP(FEW).project(three_clusters, Context())
    before = layout.positions.tobytes()
    UMAP(FEW).transform(three_clusters.vectors, three_clusters.neighbors(14), layout, Context())
    assert layout.positions.tobytes() == before


def test_it_reports_and_can_be_cancelled(three_clusters: ArrayIndex) -> None:
    layout = UMAP(FEW).project(three_clusters, Context())
    near, log = three_clusters.neighbors(14), ProgressLog()
    UMAP(FEW).transform(three_clusters.vectors, near, layout, Context(report=log))
    assert log.fractions[-1] == 1.0
    assert log.fractions == sorted(log.fractions)

    def cancel(_fraction: float, _message: str) -> None:
        raise BuildCancelled("stop")

    with pytest.raises(BuildCancelled):
        UMAP(FEW).transform(three_clusters.vectors, near, layout, Context(report=cancel))


def test_a_map_that_grows_keeps_its_places(digits: Digits) -> None:
    from sklearn.neighbors import KNeighborsClassifier

    old = np.arange(len(digits.labels)) % 4 > 0
    projector = UMAP(UMAPOptions())
    earlier = projector.project(ArrayIndex(digits.index.vectors[old]), Context())
    rows = np.where(old, np.cumsum(old) - 1, -1)
    grown = projector.project_from(digits.index, earlier, rows, Context())
    moved = np.linalg.norm(grown.positions[old] - earlier.positions, axis=1)
    assert np.median(moved) < 0.05 * np.ptp(earlier.positions)
    reader = KNeighborsClassifier(10).fit(grown.positions[old], digits.labels[old])
    assert reader.score(grown.positions[~old], digits.labels[~old]) > 0.95
