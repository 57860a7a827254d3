"""`project`, `transform` and `warmup` as the core calls them."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from atlas_plugin_umap import UMAP, UMAPOptions
from localatlas.errors import BuildCancelled
from localatlas.protocols import Context, Layout, NeighborGraph, Projector, SupportsTransform, SupportsWarmup

FEW = UMAPOptions(n_epochs=50)


def test_it_has_the_powers_it_claims() -> None:
    projector = UMAP(UMAPOptions())
    assert isinstance(projector, Projector)
    assert isinstance(projector, SupportsTransform)
    assert isinstance(projector, SupportsWarmup)


@pytest.mark.slow
@pytest.mark.parametrize("init", ["spectral", "pca", "random"])
@pytest.mark.parametrize("rows", [1, 2, 3, 4, 5, 30])
@pytest.mark.parametrize("identical", [True, False])
def test_tiny_and_identical_data_give_finite_positions(lend, init, rows, identical) -> None:
    random = np.random.default_rng(rows)
    vectors = np.ones((rows, 8)) if identical else random.normal(size=(rows, 8))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    positions = UMAP(UMAPOptions(init=init)).project(lend(vectors), Context()).positions
    assert positions.dtype == np.float32
    assert positions.shape == (rows, 2)
    assert np.isfinite(positions).all()


@pytest.mark.slow
@pytest.mark.parametrize("init", ["spectral", "pca", "random"])
def test_the_seed_decides_every_byte(lend, three_clusters, init) -> None:
    index = lend(three_clusters[0].copy())
    projector = UMAP(UMAPOptions(n_epochs=50, init=init))
    first, again, other = (projector.project(index, Context(seed=seed)).positions for seed in (1, 1, 2))
    assert first.tobytes() == again.tobytes()
    assert first.tobytes() != other.tobytes()


@pytest.mark.slow
@pytest.mark.parametrize("init", ["spectral", "pca", "random"])
def test_clusters_stay_apart(lend, three_clusters, init) -> None:
    vectors, labels = three_clusters
    positions = UMAP(UMAPOptions(init=init)).project(lend(vectors.copy()), Context()).positions
    distances = np.linalg.norm(positions[:, None] - positions[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    nearest = labels[np.argsort(distances, axis=1)[:, :5]]
    assert (nearest == labels[:, None]).mean() > 0.99


@pytest.mark.slow
def test_it_asks_for_its_neighbours_only_and_leaves_the_input_alone(lend, three_clusters) -> None:
    index = lend(three_clusters[0].copy(), most=14)
    before = index.vectors.tobytes(), index.graph.indices.tobytes()
    UMAP(FEW).project(index, Context())
    assert index.asked == 14
    assert (index.vectors.tobytes(), index.graph.indices.tobytes()) == before


@pytest.mark.slow
def test_rows_with_missing_neighbours_are_placed(lend, three_clusters) -> None:
    index = lend(three_clusters[0].copy())
    indices, distances = index.graph.indices.copy(), index.graph.distances.copy()
    indices[::3, 4:], distances[::3, 4:] = -1, np.inf
    indices[7], distances[7] = -1, np.inf
    index.graph = NeighborGraph(indices, distances)
    assert np.isfinite(UMAP(FEW).project(index, Context()).positions).all()


@pytest.mark.slow
def test_progress_climbs_from_0_to_1(lend, three_clusters) -> None:
    seen: list[tuple[float, str]] = []
    UMAP(FEW).project(lend(three_clusters[0].copy()), Context(report=lambda *report: seen.append(report)))
    fractions = [fraction for fraction, _ in seen]
    assert fractions[0] == 0.0
    assert fractions[-1] == 1.0
    assert fractions == sorted(fractions)
    assert seen[-1][1] == "epoch 50 of 50"


@pytest.mark.slow
def test_a_cancel_comes_through_within_a_few_epochs(lend, three_clusters) -> None:
    reports: list[str] = []

    def report(fraction: float, message: str) -> None:
        reports.append(message)
        if fraction > 0.1:
            raise BuildCancelled("stop")

    long = UMAP(UMAPOptions(n_epochs=100_000))
    with pytest.raises(BuildCancelled):
        long.project(lend(three_clusters[0].copy()), Context(report=report))
    assert reports[-1] == "epoch 1 of 100000"


@pytest.mark.slow
def test_how_the_epochs_are_cut_changes_nothing(lend, three_clusters, monkeypatch) -> None:
    from atlas_plugin_umap import descent  # noqa: PLC0415  imports numba

    index = lend(three_clusters[0].copy())
    whole = UMAP(FEW).project(index, Context()).positions
    monkeypatch.setattr(descent, "SECONDS_PER_CALL", 0.0)
    assert UMAP(FEW).project(index, Context()).positions.tobytes() == whole.tobytes()


@pytest.mark.slow
def test_warmup_compiles_all_that_the_work_needs(lend, three_clusters) -> None:
    from atlas_plugin_umap import descent  # noqa: PLC0415  imports numba

    projector = UMAP(FEW)
    projector.warmup()
    compiled = list(descent._kernel.signatures)
    index = lend(three_clusters[0].copy())
    layout = projector.project(index, Context())
    layout.positions.flags.writeable = False
    projector.transform(index.vectors, index.neighbors(14), layout, Context())
    assert descent._kernel.signatures == compiled


@pytest.mark.slow
def test_no_row_is_placed_by_its_company(lend, three_clusters) -> None:
    index = lend(three_clusters[0].copy())
    projector = UMAP(FEW)
    layout = projector.project(index, Context())
    near = index.neighbors(14)
    together = projector.transform(index.vectors, near, layout, Context())
    for row in (0, 123, 299):
        alone = NeighborGraph(near.indices[row : row + 1], near.distances[row : row + 1])
        assert (projector.transform(index.vectors[row : row + 1], alone, layout, Context())[0] == together[row]).all()


@pytest.mark.slow
def test_the_same_row_lands_on_itself_and_a_lonely_one_in_the_middle() -> None:
    random = np.random.default_rng(0)
    layout = Layout(random.normal(size=(40, 2)).astype(np.float32))
    indices = np.array([[7, 3, 1], [5, 9, 2], [-1, -1, -1]], dtype=np.int32)
    distances = np.array([[1e-7, 0.2, 0.4], [0.1, 0.2, 0.4], [np.inf] * 3], dtype=np.float32)
    placed = UMAP(FEW).transform(np.zeros((3, 8), np.float32), NeighborGraph(indices, distances), layout, Context())
    assert placed.dtype == np.float32
    assert (placed[0] == layout.positions[7]).all()
    assert not (placed[1] == layout.positions[5]).all()
    np.testing.assert_allclose(placed[2], layout.positions.mean(axis=0), atol=1e-6)


def test_importing_the_plugin_imports_nothing_heavy() -> None:
    code = (
        "import sys, atlas_plugin_umap; print([m for m in ('numba', 'scipy', 'sklearn', 'umap') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


@pytest.mark.slow
def test_laying_out_never_imports_the_reference(tmp_path) -> None:
    code = (
        "import sys, atlas_plugin_umap as p; p.UMAP(p.UMAPOptions()).warmup();"
        "print([m for m in ('sklearn', 'umap', 'pynndescent') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
