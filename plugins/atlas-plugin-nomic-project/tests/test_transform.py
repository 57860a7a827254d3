"""New rows on a finished map, and maps that go on from an earlier one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from atlas_plugin_nomic_project import NomicProject, NomicProjectOptions
from localatlas.errors import BuildCancelled
from localatlas.protocols import Context, Layout, NeighborGraph
from localatlas.testing.example import ArrayIndex, ProgressLog

if TYPE_CHECKING:
    from conftest import Digits, Measure

pytestmark = pytest.mark.slow
FEW = NomicProjectOptions(n_epochs=20, spread=2.0)


@pytest.fixture(scope="module")
def layout(three_clusters: ArrayIndex) -> Layout:
    return NomicProject(FEW).project(three_clusters, Context())


def test_no_row_is_placed_by_its_company(three_clusters: ArrayIndex, layout: Layout) -> None:
    projector = NomicProject(FEW)
    queries = three_clusters.vectors[::2] + np.float32(0.01)
    near = three_clusters.search(queries, 10)
    together = projector.transform(queries, near, layout, Context())
    for row in (0, 73, 149):
        part = slice(row, row + 1)
        one = NeighborGraph(near.indices[part], near.distances[part])
        alone = projector.transform(queries[part], one, layout, Context(seed=9))
        assert alone[0].tobytes() == together[row].tobytes()


def test_the_same_row_lands_on_itself_and_a_lonely_one_in_the_middle() -> None:
    layout = Layout(np.random.default_rng(0).normal(size=(40, 2)).astype(np.float32))
    indices = np.array([[7, 3, 1], [5, 9, 2], [-1, -1, -1]], dtype=np.int32)
    distances = np.array([[1e-7, 0.2, 0.4], [0.1, 0.2, 0.4], [np.inf] * 3], dtype=np.float32)
    near = NeighborGraph(indices, distances)
    placed = NomicProject(FEW).transform(np.zeros((3, 8), np.float32), near, layout, Context())
    assert placed.dtype == np.float32
    assert (placed[0] == layout.positions[7]).all()
    assert not (placed[1] == layout.positions[5]).all()
    np.testing.assert_allclose(placed[2], layout.positions.mean(axis=0), atol=1e-5)


@pytest.mark.parametrize(("rows", "width"), [(0, 10), (3, 0)])
def test_no_rows_and_no_neighbours_are_no_trouble(rows: int, width: int) -> None:
    layout = Layout(np.ones((40, 2), dtype=np.float32))
    graph = NeighborGraph(np.zeros((rows, width), np.int32), np.zeros((rows, width), np.float32))
    placed = NomicProject(FEW).transform(np.zeros((rows, 8), np.float32), graph, layout, Context())
    assert placed.shape == (rows, 2)
    assert (placed == 1).all()


def test_the_map_does_not_move(three_clusters: ArrayIndex, layout: Layout) -> None:
    before = layout.positions.tobytes()
    NomicProject(FEW).transform(three_clusters.vectors, three_clusters.neighbors(10), layout, Context())
    assert layout.positions.tobytes() == before


def test_new_digits_land_among_their_like(digits: Digits, measure: type[Measure]) -> None:
    from sklearn.neighbors import KNeighborsClassifier

    known = np.arange(len(digits.labels)) % 5 > 0
    index = ArrayIndex(digits.index.vectors[known])
    projector = NomicProject(NomicProjectOptions())
    layout = projector.project(index, Context())
    new = digits.index.vectors[~known]
    near = index.search(new, 10)
    placed = projector.transform(new, near, layout, Context())
    reader = KNeighborsClassifier(10).fit(layout.positions, digits.labels[known])
    assert reader.score(placed, digits.labels[~known]) > 0.95
    distances = np.linalg.norm(placed[:, None] - layout.positions[None], axis=2)
    found = np.argsort(distances, axis=1)[:, :10]
    shared = np.mean([len(np.intersect1d(a, b)) / 10 for a, b in zip(found, near.indices, strict=True)])
    assert shared > 0.85 * measure.kept(index, layout.positions)


def test_new_rows_follow_the_terrain(measure: type[Measure]) -> None:
    mixed = measure.mixed(3_200)
    index = ArrayIndex(mixed[:3_000], metric="euclidean")
    projector = NomicProject(NomicProjectOptions(spread=1.0, n_epochs=30))
    layout = projector.project(index, Context())
    assert layout.state is not None
    assert "terrain_shift" in layout.state
    new = mixed[3_000:]
    near = index.search(new, 10)
    placed = projector.transform(new, near, layout, Context())
    # Near its neighbours where terrain took them, and not where they had been.
    to_moved, to_raw = (
        np.median(np.linalg.norm(places[near.indices] - placed[:, None], axis=2).min(axis=1))
        for places in (layout.positions, layout.state["raw"].astype(np.float32))
    )
    assert to_moved < 0.5 * to_raw


def test_transform_reports_and_can_be_cancelled(three_clusters: ArrayIndex, layout: Layout) -> None:
    near, log = three_clusters.neighbors(10), ProgressLog()
    NomicProject(FEW).transform(three_clusters.vectors, near, layout, Context(report=log))
    assert log.fractions[-1] == 1.0
    assert log.fractions == sorted(log.fractions)

    def cancel(_fraction: float, _message: str) -> None:
        raise BuildCancelled("stop")

    with pytest.raises(BuildCancelled):
        NomicProject(FEW).transform(three_clusters.vectors, near, layout, Context(report=cancel))


def test_a_map_that_grows_keeps_its_places(digits: Digits, measure: type[Measure]) -> None:
    old = np.arange(len(digits.labels)) % 10 > 0
    projector = NomicProject(NomicProjectOptions())
    earlier = projector.project(ArrayIndex(digits.index.vectors[old]), Context())
    rows = np.where(old, np.cumsum(old) - 1, -1)
    grown = projector.project_from(digits.index, earlier, rows, Context())
    moved = np.linalg.norm(grown.positions[old] - earlier.positions, axis=1)
    assert np.median(moved) < 0.03 * np.ptp(earlier.positions)
    anew = projector.project(digits.index, Context()).positions
    assert measure.kept(digits.index, grown.positions) > measure.kept(digits.index, anew) - 0.03


def test_a_map_from_nothing_known_is_a_new_map(three_clusters: ArrayIndex, layout: Layout) -> None:
    new = NomicProject(FEW).project_from(three_clusters, layout, np.full(300, -1), Context())
    assert new.positions.tobytes() == layout.positions.tobytes()


def test_rows_that_went_or_came_since_leave_no_trace_in_the_state(measure: type[Measure]) -> None:
    from atlas_plugin_nomic_project.frozen import Frozen

    index = ArrayIndex(measure.mixed(1_200), metric="euclidean")
    layout = NomicProject(NomicProjectOptions(spread=2.0, n_epochs=20)).project(index, Context())
    assert layout.state is not None
    raw, left = np.asarray(layout.state["raw"], np.float32), np.arange(100, 1_200)[::-1]
    later = layout.positions[:5] + np.float32(1e-3)
    now = Layout(np.concatenate([layout.positions[left], later]), layout.state)
    stood = Frozen.of(now).raw
    assert stood[:-5].tobytes() == raw[left].tobytes()
    np.testing.assert_allclose(stood[-5:], raw[:5] + np.float32(1e-3), atol=1e-4)
