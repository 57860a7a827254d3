"""Terrain: sea where it was asked for, neighbours kept, and the plane's displacement recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from atlas_plugin_nomic_project import NomicProject, NomicProjectOptions
from atlas_plugin_nomic_project import sea as sea_module
from atlas_plugin_nomic_project.terrain import Look, raise_terrain
from atlas_plugin_nomic_project.workers import Workers
from localatlas.protocols import Context
from localatlas.testing.example import ArrayIndex
from numpy.typing import NDArray

if TYPE_CHECKING:
    from conftest import Measure

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def country() -> NDArray[np.float32]:
    """Return 20,000 points that are thicker in forty places of a square and thin between."""
    random = np.random.default_rng(0)
    centres = random.uniform(0, 150, size=(40, 2))
    thick = centres[random.integers(0, 40, 15_000)] + random.normal(scale=5.0, size=(15_000, 2))
    return np.concatenate([thick, random.uniform(-5, 155, size=(5_000, 2))]).astype(np.float32)


def sea_share(points: NDArray[np.float32]) -> float:
    with Workers(1, len(points)) as workers:
        return sea_module.sea_share(points, workers)


def look(points: NDArray[np.float32], spread: float) -> Look:
    from atlas_plugin_nomic_project.layout import _look

    with Workers(1, len(points)) as workers:
        return _look(points, spread, 1.0, workers)


def raised(
    points: NDArray[np.float32], sea: float, gather: int = 0, apart: float = 0.0
) -> tuple[NDArray[np.float32], object]:
    with Workers(1, len(points)) as workers:
        return raise_terrain(points, Look(sea, gather, apart), workers, lambda _done, _most: None)


def test_the_sea_grows_to_what_was_asked_for_and_little_further(country: NDArray[np.float32]) -> None:
    shares = [sea_share(raised(country, sea)[0]) for sea in (0.3, 0.4, 0.6)]
    assert sea_share(country) < 0.25
    for share, wanted in zip(shares, (0.3, 0.4, 0.6), strict=True):
        assert wanted <= share < wanted + 0.1


def test_what_has_enough_sea_is_left_alone(country: NDArray[np.float32]) -> None:
    moved, terrain = raised(country, 0.0)
    assert terrain is None
    assert np.array_equal(moved, country)


@pytest.mark.parametrize("apart", [0.0, 1.0])
def test_neighbors_on_the_map_stay_neighbors(
    country: NDArray[np.float32], measure: type[Measure], apart: float
) -> None:
    drawn = raised(country, 0.4, apart=apart)[0]
    before, after = measure.nearest_in_plane(country, 10), measure.nearest_in_plane(drawn, 10)
    shared = [len(np.intersect1d(one, other)) / 10 for one, other in zip(before[::20], after[::20], strict=True)]
    assert np.mean(shared) > 0.85


def test_islands_are_drawn_together_where_they_stand(measure: type[Measure]) -> None:
    random = np.random.default_rng(1)
    centres = 60.0 * np.array([(0, 0), (0, 1), (1, 0), (1, 1), (2, 1)])
    own = np.arange(2_000) % 5
    points = (centres[own] + random.uniform(-12, 12, size=(2_000, 2))).astype(np.float32)
    gathered = raised(points, 0.0, gather=8)[0]
    for number, centre in enumerate(centres):
        before, after = points[own == number] - centre, gathered[own == number] - centre
        assert np.abs(after.mean(axis=0)).max() < 0.1 * 24
        assert after.std() < 0.8 * before.std()
    pairs = zip(measure.nearest_in_plane(points, 10), measure.nearest_in_plane(gathered, 10), strict=True)
    assert np.mean([len(np.intersect1d(one, other)) / 10 for one, other in pairs]) > 0.85


def test_how_coarse_the_terrain_is_goes_smoothly_from_one_kind_of_map_to_the_other() -> None:
    coarse = [Look(0.4, apart=apart).between((2.0, 8.0)) for apart in (0.0, 0.5, 1.0)]
    assert coarse == pytest.approx([2.0, 4.0, 8.0])


def test_more_sea_is_wanted_where_lands_stand_apart_by_themselves() -> None:
    random = np.random.default_rng(2)
    one = random.uniform(0, 100, size=(40_000, 2)).astype(np.float32)
    many = (one * 0.4 + 60 * random.integers(0, 3, size=(40_000, 2))).astype(np.float32)
    merged, apart = look(one, 0.5), look(many, 0.5)
    assert (merged.apart, apart.apart) == (0.0, 1.0)
    assert merged.sea == pytest.approx(0.4)
    assert apart.sea >= 0.55
    assert look(many, 0.0) == Look(sea_share(many), 0, 0.0)


def test_the_record_takes_points_where_terrain_took_them(country: NDArray[np.float32]) -> None:
    with Workers(1, len(country)) as workers:
        moved, terrain = raise_terrain(country, Look(0.4), workers, lambda _done, _most: None)
    assert terrain is not None
    far = np.linalg.norm(moved - country, axis=1)
    error = np.linalg.norm(terrain.carried(country) - moved, axis=1)
    assert np.median(far) > 1.0
    assert np.quantile(error, 0.95) < 0.1 * np.median(far)


@pytest.mark.parametrize("points", [np.zeros((20, 2)), np.stack([np.arange(20.0)] * 2, axis=1) * (1, 0)])
def test_points_without_area_have_no_sea_and_stay_finite(points: NDArray[np.float64]) -> None:
    plain = points.astype(np.float32)
    assert sea_share(plain) == 0.0
    assert np.isfinite(raised(plain, 0.5)[0]).all()


def test_terrain_off_leaves_the_layout_to_the_forces(measure: type[Measure]) -> None:
    index = ArrayIndex(measure.mixed(3_000), metric="euclidean")
    on = NomicProject(NomicProjectOptions(spread=1.0, n_epochs=30)).project(index, Context())
    off = NomicProject(NomicProjectOptions(spread=1.0, n_epochs=30, terrain=False)).project(index, Context())
    assert on.state is not None
    assert np.array_equal(on.state["raw"], off.positions)
    assert sea_share(on.positions) > sea_share(off.positions) + 0.05
