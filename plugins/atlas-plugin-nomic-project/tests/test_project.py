"""`project` and `warmup` as the core calls them."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import pytest
from atlas_plugin_nomic_project import NomicProject, NomicProjectOptions
from localatlas.errors import BuildCancelled
from localatlas.protocols import Context, NeighborGraph, Projector, SupportsTransform, SupportsWarmup
from localatlas.testing.example import ArrayIndex, ProgressLog, clusters

if TYPE_CHECKING:
    from conftest import Digits, Measure

Init = Literal["pca", "random"]
INITS: tuple[Init, ...] = ("pca", "random")
FEW = NomicProjectOptions(n_epochs=10)


class Ragged(ArrayIndex):
    """An index that found fewer neighbours for every third row, and none for row 7."""

    def neighbors(self, k: int) -> NeighborGraph:
        graph = super().neighbors(k)
        indices, distances = graph.indices.copy(), graph.distances.copy()
        indices[::3, 4:], distances[::3, 4:] = -1, np.inf
        indices[7], distances[7] = -1, np.inf
        return NeighborGraph(indices, distances)


def loaded_after(statement: str) -> list[str]:
    """Return which heavy libraries a fresh interpreter holds after a statement."""
    heavy = ("numba", "scipy", "sklearn", "umap")
    code = f"import sys\n{statement}\nprint([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return [name for name in heavy if repr(name) in done.stdout]


def test_it_has_the_powers_it_claims() -> None:
    projector = NomicProject(NomicProjectOptions())
    assert isinstance(projector, Projector)
    assert isinstance(projector, SupportsTransform)
    assert isinstance(projector, SupportsWarmup)


def test_importing_the_plugin_imports_nothing_heavy() -> None:
    assert loaded_after("import atlas_plugin_nomic_project") == []


@pytest.mark.slow
def test_the_work_needs_numba_and_scipy_alone() -> None:
    statement = (
        "import atlas_plugin_nomic_project as plugin; plugin.NomicProject(plugin.NomicProjectOptions()).warmup()"
    )
    assert loaded_after(statement) == ["numba", "scipy"]


@pytest.mark.slow
@pytest.mark.parametrize("init", INITS)
@pytest.mark.parametrize("rows", [1, 2, 3, 10, 11, 15, 16, 17, 40])
@pytest.mark.parametrize("identical", [True, False])
def test_tiny_and_identical_data_give_finite_positions(init: Init, rows: int, identical: bool) -> None:
    vectors = np.ones((rows, 8)) if identical else np.random.default_rng(rows).normal(size=(rows, 8))
    positions = NomicProject(NomicProjectOptions(init=init)).project(ArrayIndex(vectors), Context()).positions
    assert positions.dtype == np.float32
    assert positions.shape == (rows, 2)
    assert np.isfinite(positions).all()


@pytest.mark.slow
@pytest.mark.parametrize("rows", [2, 3, 10, 16, 40])
def test_no_two_different_rows_lie_on_each_other(rows: int, measure: type[Measure]) -> None:
    vectors = np.random.default_rng(rows).normal(size=(rows, 8))
    positions = NomicProject(NomicProjectOptions()).project(ArrayIndex(vectors), Context()).positions
    nearest = positions[measure.nearest_in_plane(positions, 1)[:, 0]]
    assert (np.linalg.norm(positions - nearest, axis=1) > 1e-3 * np.ptp(positions)).all()


@pytest.mark.slow
@pytest.mark.parametrize("width", [1, 2])
def test_vectors_of_one_or_two_numbers_can_be_laid_out(width: int) -> None:
    vectors = np.random.default_rng(0).normal(size=(60, width))
    layout = NomicProject(FEW).project(ArrayIndex(vectors, metric="euclidean"), Context())
    assert np.isfinite(layout.positions).all()


@pytest.mark.slow
@pytest.mark.parametrize("unit", [1e-25, 1e-12, 1e12, 9e17])
def test_the_start_hangs_on_no_unit(unit: float) -> None:
    from atlas_plugin_nomic_project.starting import principal_positions
    from atlas_plugin_nomic_project.workers import Workers

    stretched = np.random.default_rng(0).normal(size=(500, 16)) * np.linspace(3.0, 1.0, 16)
    with Workers(1, 500) as workers:
        plain, scaled = (
            principal_positions(
                (stretched * factor).astype(np.float32), np.random.default_rng(1), workers, lambda: None
            )
            for factor in (1.0, unit)
        )
    np.testing.assert_allclose(scaled / unit, plain, rtol=1e-3, atol=1e-3)


def test_a_far_outlier_and_a_zero_vector_do_no_harm(measure: type[Measure]) -> None:
    vectors = np.concatenate([clusters(300), 1e6 * np.ones((1, 32)), np.zeros((1, 32))])
    positions = (
        NomicProject(NomicProjectOptions()).project(ArrayIndex(vectors, metric="euclidean"), Context()).positions
    )
    assert np.isfinite(positions).all()
    labels = np.arange(300) % 3
    near = measure.nearest_in_plane(positions[:300], 5)
    assert (labels[near] == labels[:, None]).mean() > 0.99


@pytest.mark.slow
@pytest.mark.parametrize("init", INITS)
def test_the_seed_decides_every_byte(three_clusters: ArrayIndex, init: Init) -> None:
    projector = NomicProject(NomicProjectOptions(n_epochs=10, init=init))
    first, again, other = (projector.project(three_clusters, Context(seed=seed)).positions for seed in (1, 1, 2))
    assert first.tobytes() == again.tobytes()
    assert first.tobytes() != other.tobytes()


@pytest.mark.slow
def test_threads_change_no_byte(digits: Digits, monkeypatch: pytest.MonkeyPatch) -> None:
    from atlas_plugin_nomic_project import workers

    options = NomicProjectOptions(n_epochs=20, spread=2.0)
    one = NomicProject(options).project(digits.index, Context())
    monkeypatch.setattr(workers, "WORTH_THREADS", 0)
    for jobs in (2, 3):
        several = NomicProject(options).project(digits.index, Context(n_jobs=jobs))
        assert several.positions.tobytes() == one.positions.tobytes()


@pytest.mark.slow
def test_compiled_anew_or_loaded_the_bytes_are_the_same(tmp_path: Path) -> None:
    code = (
        "import hashlib, numpy as np; from localatlas.protocols import Context\n"
        "from localatlas.testing.example import ArrayIndex, clusters\n"
        "from atlas_plugin_nomic_project import NomicProject, NomicProjectOptions\n"
        "layout = NomicProject(NomicProjectOptions(n_epochs=5)).project(ArrayIndex(clusters(200)), Context())\n"
        "print(hashlib.sha256(layout.positions.tobytes()).hexdigest())"
    )
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    runs = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
        for _ in range(2)
    ]
    assert runs[0].stdout == runs[1].stdout


@pytest.mark.slow
def test_weights_change_nothing_because_equal_rows_count_once(three_clusters: ArrayIndex) -> None:
    heavy = ArrayIndex(three_clusters.vectors, weights=np.arange(1, 301))
    plain = NomicProject(FEW).project(three_clusters, Context()).positions
    assert NomicProject(FEW).project(heavy, Context()).positions.tobytes() == plain.tobytes()


@pytest.mark.slow
@pytest.mark.parametrize("init", INITS)
def test_clusters_stay_apart(three_clusters: ArrayIndex, init: Init, measure: type[Measure]) -> None:
    positions = NomicProject(NomicProjectOptions(init=init)).project(three_clusters, Context()).positions
    labels = np.arange(300) % 3
    assert (labels[measure.nearest_in_plane(positions, 5)] == labels[:, None]).mean() > 0.99
    assert measure.islands(positions) == 3


@pytest.mark.slow
def test_rows_with_missing_neighbours_are_placed(three_clusters: ArrayIndex) -> None:
    for options in (FEW, NomicProjectOptions(n_epochs=10, local_neighborhood_size=40)):
        layout = NomicProject(options).project(Ragged(three_clusters.vectors), Context())
        assert np.isfinite(layout.positions).all()


@pytest.mark.slow
def test_progress_names_the_epochs(three_clusters: ArrayIndex) -> None:
    log = ProgressLog()
    NomicProject(FEW).project(three_clusters, Context(report=log))
    assert log.fractions[0] == 0.0
    assert log.fractions == sorted(log.fractions)
    assert "epoch 10 of 10" in [message for _, message in log.reports]
    assert log.reports[-1] == (1.0, "laid out")


@pytest.mark.slow
def test_a_cancel_comes_through_soon(three_clusters: ArrayIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    from atlas_plugin_nomic_project import descent

    # Without a pause between reports every step is one, so that no clock decides this test.
    monkeypatch.setattr(descent, "SECONDS_BETWEEN_REPORTS", 0.0)
    log = ProgressLog()

    def report(fraction: float, message: str) -> None:
        log(fraction, message)
        if message.startswith("epoch 2 "):
            raise BuildCancelled("stop")

    with pytest.raises(BuildCancelled):
        NomicProject(NomicProjectOptions(n_epochs=1_000)).project(three_clusters, Context(report=report))
    assert log.reports[-1][1] == "epoch 2 of 1000"


@pytest.mark.slow
def test_warmup_in_a_thread_compiles_all_that_the_work_needs(three_clusters: ArrayIndex) -> None:
    from atlas_plugin_nomic_project import kernels

    projector = NomicProject(NomicProjectOptions(n_epochs=10, spread=2.0))
    thread = threading.Thread(target=projector.warmup)
    thread.start()
    thread.join()
    loops = (kernels.spread, kernels.step, kernels.carry, kernels.settle)
    compiled = [list(loop.signatures) for loop in loops]
    assert all(compiled)
    layout = projector.project(three_clusters, Context())
    layout.positions.flags.writeable = False
    projector.transform(three_clusters.vectors, three_clusters.neighbors(10), layout, Context())
    projector.project_from(three_clusters, layout, np.arange(300), Context())
    assert [list(loop.signatures) for loop in loops] == compiled
