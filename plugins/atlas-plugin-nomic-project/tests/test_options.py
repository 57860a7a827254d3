"""What can be asked of `nomic-project`, what is refused, and what each option does to a map."""

from __future__ import annotations

import inspect
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from atlas_plugin_nomic_project import NomicProject, NomicProjectOptions
from localatlas.protocols import Context
from localatlas.testing.example import ArrayIndex
from numpy.typing import NDArray
from pydantic import ValidationError

if TYPE_CHECKING:
    from conftest import Digits, Measure


@pytest.mark.parametrize("name", NomicProjectOptions.model_fields)
def test_every_option_is_explained(name: str) -> None:
    source = inspect.getsource(NomicProjectOptions)
    declaration = source[source.index(f"    {name}: ") :].split("\n\n")[0]
    assert declaration.endswith('"""')


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("n_neighbors", 0),
        ("n_epochs", 0),
        ("min_dist", -0.1),
        ("spread", -0.1),
        ("spread", 2.1),
        ("local_neighborhood_size", 0),
        ("rho", 1.1),
        ("init", "spectral"),
        ("perplexity", 30),
    ],
)
def test_a_value_out_of_range_is_refused_by_name(name: str, value: object) -> None:
    with pytest.raises(ValidationError, match=name):
        NomicProjectOptions.model_validate({name: value})


def test_a_wide_neighborhood_must_hold_the_near_one() -> None:
    with pytest.raises(ValidationError, match=r"local_neighborhood_size 9 is smaller than n_neighbors 10"):
        NomicProjectOptions(local_neighborhood_size=9)


def test_the_furthest_neighbour_that_pulls_is_asked_for() -> None:
    plain, wide = NomicProject(NomicProjectOptions()), NomicProject(NomicProjectOptions(local_neighborhood_size=64))
    assert [plain.neighbors_needed(n) for n in (0, 1, 2, 10, 11)] == [0, 0, 1, 9, 10]
    assert wide.neighbors_needed(1000) == 64


def test_small_maps_look_twice_as_far_and_take_twice_the_steps() -> None:
    from atlas_plugin_nomic_project.layout import _steps

    needed = [NomicProject(NomicProjectOptions()).neighbors_needed(n) for n in (1_000, 2_000, 11_000, 20_000, 10**6)]
    assert needed == [20, 20, 15, 10, 10]
    assert [_steps(n, 50) for n in (1_000, 2_000, 6_000, 10_000, 50_000)] == [400, 400, 300, 200, 200]
    narrow = NomicProject(NomicProjectOptions(local_neighborhood_size=10))
    assert narrow.neighbors_needed(1_000) == 10


@pytest.fixture(scope="module")
def mapped(digits: Digits) -> Any:
    """Lay the digits out, once for each choice of options."""

    @cache
    def lay_out(**options: Any) -> NDArray[np.float32]:
        return NomicProject(NomicProjectOptions(**options)).project(digits.index, Context()).positions

    return lay_out


def to_neighbor(index: ArrayIndex, positions: NDArray[np.float32], rank: int) -> float:
    """Return the median distance on the map to the neighbour of a rank, 1 for the nearest."""
    there = positions[index.neighbors(rank).indices[:, rank - 1]]
    return float(np.median(np.linalg.norm(positions - there, axis=1)))


def nearest(measure: type[Measure], positions: NDArray[np.float32]) -> float:
    """Return the median distance to the nearest other row."""
    return float(np.median(np.linalg.norm(positions - positions[measure.nearest_in_plane(positions, 1)[:, 0]], axis=1)))


@pytest.mark.slow
def test_min_dist_keeps_points_apart(mapped: Any, measure: type[Measure]) -> None:
    distances = [nearest(measure, mapped(min_dist=value)) for value in (0.0, 0.1, 1.0)]
    assert distances[0] < 0.8 * distances[1] < 0.8 * 0.8 * distances[2]


@pytest.mark.slow
def test_more_neighbors_keep_wider_neighborhoods(mapped: Any, digits: Digits, measure: type[Measure]) -> None:
    few, many = mapped(n_neighbors=5), mapped(n_neighbors=40)
    assert measure.kept(digits.index, few, 5) > measure.kept(digits.index, many, 5) + 0.05
    assert measure.kept(digits.index, many, 40) > measure.kept(digits.index, few, 40) + 0.05


@pytest.mark.slow
def test_a_local_neighborhood_keeps_more_of_itself(mapped: Any, digits: Digits, measure: type[Measure]) -> None:
    plain, wide = mapped(local_neighborhood_size=10), mapped(local_neighborhood_size=64)
    assert measure.kept(digits.index, wide, 64) > measure.kept(digits.index, plain, 64) + 0.005


@pytest.mark.slow
def test_rho_draws_the_nearest_nearer_than_the_others(mapped: Any, digits: Digits) -> None:
    flat, steep = (
        to_neighbor(digits.index, positions, 1) / to_neighbor(digits.index, positions, 10)
        for positions in (mapped(rho=0.0), mapped(rho=1.0))
    )
    assert steep < 0.9 * flat


@pytest.mark.slow
def test_more_epochs_keep_more_neighbors(mapped: Any, digits: Digits, measure: type[Measure]) -> None:
    assert measure.kept(digits.index, mapped(n_epochs=50)) > measure.kept(digits.index, mapped(n_epochs=5)) + 0.02


@pytest.mark.slow
def test_where_points_start_changes_the_map_and_not_its_quality(
    mapped: Any, digits: Digits, measure: type[Measure]
) -> None:
    pca, random = mapped(init="pca"), mapped(init="random")
    assert pca.tobytes() != random.tobytes()
    assert abs(measure.kept(digits.index, pca) - measure.kept(digits.index, random)) < 0.03


@pytest.mark.slow
def test_spread_makes_sea(mapped: Any) -> None:
    from atlas_plugin_nomic_project.sea import sea_share
    from atlas_plugin_nomic_project.workers import Workers

    # The digits' ten lands lie far apart already, so that terrain has nothing to do; the pull shows.
    with Workers(1, 1) as workers:
        shares = [sea_share(mapped(spread=value), workers) for value in (0.0, 1.0, 2.0)]
    assert shares[0] + 0.02 < shares[1] < shares[2]
