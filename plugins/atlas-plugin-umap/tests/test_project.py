"""`project` and `warmup` as the core calls them."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from atlas_plugin_umap import UMAP, UMAPOptions
from localatlas.errors import BuildCancelled
from localatlas.protocols import Context, NeighborGraph, Projector, SupportsTransform, SupportsWarmup
from localatlas.testing.example import ArrayIndex, ProgressLog

Init = Literal["spectral", "pca", "random"]
INITS: tuple[Init, ...] = ("spectral", "pca", "random")
FEW = UMAPOptions(n_epochs=50)


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
    heavy = ("numba", "pynndescent", "scipy", "sklearn", "umap")
    code = f"import sys\n{statement}\nprint([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return [name for name in heavy if repr(name) in done.stdout]


def test_it_has_the_powers_it_claims() -> None:
    projector = UMAP(UMAPOptions())
    assert isinstance(projector, Projector)
    assert isinstance(projector, SupportsTransform)
    assert isinstance(projector, SupportsWarmup)


def test_importing_the_plugin_imports_nothing_heavy() -> None:
    assert loaded_after("import atlas_plugin_umap") == []


@pytest.mark.slow
def test_the_work_never_imports_the_reference() -> None:
    statement = "import atlas_plugin_umap as plugin; plugin.UMAP(plugin.UMAPOptions()).warmup()"
    assert loaded_after(statement) == ["numba", "scipy"]


@pytest.mark.slow
@pytest.mark.parametrize("init", INITS)
@pytest.mark.parametrize("rows", [1, 2, 3, 4, 5, 30])
@pytest.mark.parametrize("identical", [True, False])
def test_tiny_and_identical_data_give_finite_positions(init: Init, rows: int, identical: bool) -> None:
    vectors = np.ones((rows, 8)) if identical else np.random.default_rng(rows).normal(size=(rows, 8))
    positions = UMAP(UMAPOptions(init=init)).project(ArrayIndex(vectors), Context()).positions
    assert positions.dtype == np.float32
    assert positions.shape == (rows, 2)
    assert np.isfinite(positions).all()


@pytest.mark.slow
@pytest.mark.parametrize("width", [1, 2])
@pytest.mark.parametrize("init", INITS)
def test_vectors_of_one_or_two_numbers_can_be_laid_out(init: Init, width: int) -> None:
    vectors = np.random.default_rng(0).normal(size=(40, width))
    layout = UMAP(UMAPOptions(init=init)).project(ArrayIndex(vectors, metric="euclidean"), Context())
    assert np.isfinite(layout.positions).all()


@pytest.mark.slow
@pytest.mark.parametrize("init", INITS)
def test_the_seed_decides_every_byte(three_clusters: ArrayIndex, init: Init) -> None:
    projector = UMAP(UMAPOptions(n_epochs=50, init=init))
    first, again, other = (projector.project(three_clusters, Context(seed=seed)).positions for seed in (1, 1, 2))
    assert first.tobytes() == again.tobytes()
    assert first.tobytes() != other.tobytes()


@pytest.mark.slow
def test_compiled_anew_or_loaded_warmed_up_or_not_the_bytes_are_the_same(tmp_path: Path) -> None:
    code = (
        "import hashlib, sys; from localatlas.protocols import Context\n"
        "from localatlas.testing.example import ArrayIndex, clusters\n"
        "from atlas_plugin_umap import UMAP, UMAPOptions\n"
        "index, projector = ArrayIndex(clusters(200), lent=14), UMAP(UMAPOptions(n_epochs=50))\n"
        "if 'warm' in sys.argv: projector.warmup()\n"
        "layout = projector.project(index, Context())\n"
        "placed = projector.transform(index.vectors, index.neighbors(14), layout, Context())\n"
        "print(hashlib.sha256(layout.positions.tobytes() + placed.tobytes()).hexdigest())"
    )

    def digest(cache: str, *arguments: str) -> str:
        command = [sys.executable, "-c", code, *arguments]
        environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / cache)}
        return subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout

    compiled = digest("cold")
    assert list(tmp_path.rglob("*.nbc"))
    assert {digest("cold"), digest("cold", "warm"), digest("warmed", "warm"), digest("warmed")} == {compiled}


@pytest.mark.slow
@pytest.mark.parametrize("init", INITS)
def test_clusters_stay_apart(three_clusters: ArrayIndex, init: Init) -> None:
    positions = UMAP(UMAPOptions(init=init)).project(three_clusters, Context()).positions
    distances = np.linalg.norm(positions[:, None] - positions[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    labels = np.arange(300) % 3
    nearest = labels[np.argsort(distances, axis=1)[:, :5]]
    assert (nearest == labels[:, None]).mean() > 0.99


@pytest.mark.slow
def test_rows_with_missing_neighbours_are_placed(three_clusters: ArrayIndex) -> None:
    assert np.isfinite(UMAP(FEW).project(Ragged(three_clusters.vectors), Context()).positions).all()


@pytest.mark.slow
def test_progress_names_the_epochs(three_clusters: ArrayIndex) -> None:
    log = ProgressLog()
    UMAP(FEW).project(three_clusters, Context(report=log))
    assert log.fractions[0] == 0.0
    assert log.fractions == sorted(log.fractions)
    assert log.reports[-1] == (1.0, "epoch 50 of 50")


@pytest.mark.slow
def test_a_cancel_comes_through_after_the_first_epoch(three_clusters: ArrayIndex) -> None:
    log = ProgressLog()

    def report(fraction: float, message: str) -> None:
        log(fraction, message)
        if fraction > 0.1:
            raise BuildCancelled("stop")

    with pytest.raises(BuildCancelled):
        UMAP(UMAPOptions(n_epochs=100_000)).project(three_clusters, Context(report=report))
    assert log.reports[-1][1] == "epoch 1 of 100000"


@pytest.mark.slow
def test_a_cancel_comes_through_the_eigensolver() -> None:
    square = np.random.default_rng(0).uniform(0, 100, (900, 2))
    reports: list[str] = []

    def report(_fraction: float, message: str) -> None:
        reports.append(message)
        if len(reports) == 4:
            raise BuildCancelled("stop")

    with pytest.raises(BuildCancelled):
        UMAP(UMAPOptions()).project(ArrayIndex(square, metric="euclidean"), Context(report=report))
    assert reports[1:] == ["finding starting positions (spectral)"] * 3


@pytest.mark.slow
def test_how_the_epochs_are_cut_changes_nothing(three_clusters: ArrayIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    from atlas_plugin_umap import descent

    whole = UMAP(FEW).project(three_clusters, Context()).positions
    monkeypatch.setattr(descent, "SECONDS_PER_CALL", 0.0)
    assert UMAP(FEW).project(three_clusters, Context()).positions.tobytes() == whole.tobytes()


@pytest.mark.slow
def test_warmup_in_a_thread_compiles_all_that_the_work_needs(three_clusters: ArrayIndex) -> None:
    from atlas_plugin_umap import descent

    projector = UMAP(FEW)
    thread = threading.Thread(target=projector.warmup)
    thread.start()
    thread.join()
    compiled = list(descent._kernel.signatures)
    layout = projector.project(three_clusters, Context())
    layout.positions.flags.writeable = False
    projector.transform(three_clusters.vectors, three_clusters.neighbors(14), layout, Context())
    assert descent._kernel.signatures == compiled
