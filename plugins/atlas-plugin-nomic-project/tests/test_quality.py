"""How good the maps are: neighbours kept, labels readable, and no lands in noise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from atlas_plugin_nomic_project import NomicProject, NomicProjectOptions
from localatlas.protocols import Context

if TYPE_CHECKING:
    from conftest import Digits, Measure

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("seed", [0, 1])
def test_maps_of_digits_are_trustworthy_and_keep_neighbors(digits: Digits, measure: type[Measure], seed: int) -> None:
    from sklearn.manifold import trustworthiness

    positions = NomicProject(NomicProjectOptions()).project(digits.index, Context(seed=seed)).positions
    # 0.9912 and 0.61 by measurement; openTSNE 0.990 and 0.59, umap-learn 0.988 and 0.50.
    assert trustworthiness(digits.index.vectors, positions, n_neighbors=15, metric="cosine") > 0.988
    assert measure.kept(digits.index, positions) > 0.58


def test_digits_can_be_read_off_the_map(digits: Digits) -> None:
    from sklearn.neighbors import KNeighborsClassifier

    positions = NomicProject(NomicProjectOptions()).project(digits.index, Context()).positions
    known = np.arange(len(positions)) % 5 > 0
    reader = KNeighborsClassifier(10).fit(positions[known], digits.labels[known])
    assert reader.score(positions[~known], digits.labels[~known]) > 0.96


@pytest.mark.parametrize("data", ["normal", "ball"])
@pytest.mark.parametrize("rows", [400, 3000])
@pytest.mark.parametrize("spread", [0.5, 2.0])
def test_noise_is_one_land(data: str, rows: int, spread: float, measure: type[Measure]) -> None:
    index = getattr(measure, data)(rows)
    layout = NomicProject(NomicProjectOptions(spread=spread)).project(index, Context())
    assert layout.state is not None
    assert "terrain_shift" not in layout.state
    assert layout.state["exaggeration"][0] == 1.0
    assert measure.islands(layout.positions) == 1


def test_the_measure_of_islands_sees_them_and_the_guard_lets_them_be(digits: Digits, measure: type[Measure]) -> None:
    layout = NomicProject(NomicProjectOptions()).project(digits.index, Context())
    assert layout.state is not None
    assert layout.state["exaggeration"][0] == pytest.approx(1.15)
    assert measure.islands(layout.positions) >= 8
