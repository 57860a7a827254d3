"""What the search in cells promises beyond the conformance kit."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from atlas_plugin_neighbors import CellNeighbors
from atlas_plugin_neighbors.mapped import release
from atlas_plugin_neighbors.partition import LARGEST, Cells
from atlas_plugin_neighbors.reduced import Reduced
from localatlas.protocols import Context, NeighborFinder, NeighborGraph, SupportsSearch
from localatlas.protocols.nouns import Metric
from localatlas.testing.example import brute_force, clusters
from numpy.typing import NDArray


def finder(**options: Any) -> CellNeighbors:
    return CellNeighbors(CellNeighbors.Options(**{"exact_below": 0, **options}))


def recall(vectors: NDArray[np.float32], graph: NeighborGraph, metric: Metric, asked: int = 200, k: int = 10) -> float:
    """The share of the `k` nearest that a graph has among its first `k`, of the first rows."""
    true = brute_force(vectors, vectors[:asked], k + 1, metric).indices
    hits = [len({*mine[:k]} & ({*theirs} - {row})) for row, (mine, theirs) in enumerate(zip(graph.indices, true))]  # noqa: B905  the first rows only
    return sum(hits) / (asked * k)


def test_satisfies_the_protocols() -> None:
    assert isinstance(finder(), NeighborFinder)
    assert isinstance(finder(), SupportsSearch)


def test_small_data_is_exact_and_compiles_nothing() -> None:
    vectors = clusters(300, noise=1.0)
    graph = CellNeighbors(CellNeighbors.Options()).build(vectors, 10, "cosine", Context())
    assert np.array_equal(graph.indices, brute_force(vectors, None, 10, "cosine").indices)


@pytest.mark.slow
@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
@pytest.mark.parametrize("dim", [3, 64, 300])
def test_recall_on_thousands_of_rows(metric: Metric, dim: int) -> None:
    vectors = clusters(6_000, count=min(40, dim), dim=dim, noise=1.0)
    graph = finder().build(vectors, 15, metric, Context(seed=1))
    assert recall(vectors, graph, metric) > 0.9
    assert (np.diff(graph.distances, axis=1) >= 0).all()


@pytest.mark.slow
def test_the_same_seed_gives_the_same_graph_on_any_number_of_cores() -> None:
    vectors = clusters(20_000, count=30, dim=32, noise=1.0)
    one, two = (finder().build(vectors, 10, "cosine", Context(seed=3, n_jobs=jobs)) for jobs in (1, 2))
    assert one.indices.tobytes() == two.indices.tobytes()
    assert one.distances.tobytes() == two.distances.tobytes()


@pytest.mark.slow
def test_compiled_anew_or_loaded_the_bytes_are_the_same(tmp_path: Path) -> None:
    code = (
        "import hashlib; from localatlas.protocols import Context\n"
        "from localatlas.testing.example import clusters\n"
        "from atlas_plugin_neighbors import CellNeighbors\n"
        "vectors = clusters(2_000, count=20, dim=300, noise=1.0)\n"
        "for metric in ('cosine', 'euclidean'):\n"
        "    graph = CellNeighbors(CellNeighbors.Options(exact_below=0)).build(vectors, 10, metric, Context())\n"
        "    print(hashlib.sha256(graph.indices.tobytes() + graph.distances.tobytes()).hexdigest())"
    )
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    runs = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
        for _ in range(2)
    ]
    assert list(tmp_path.rglob("*.nbc"))
    assert runs[0].stdout == runs[1].stdout


@pytest.mark.slow
def test_rows_of_probed_cells_need_no_second_look() -> None:
    from atlas_plugin_neighbors.candidates import from_cells, improved
    from atlas_plugin_neighbors.geometry import Geometry

    vectors = clusters(2_000, count=20, dim=32, noise=1.0)
    random = np.random.default_rng(0)
    table = Reduced.of(Geometry.of(vectors, "euclidean"), 32, random, 1)
    cells = Cells.of(table, 30, 4, random, 1)
    table.reorder(cells.order)
    found = from_cells(table, cells, 16, 1, lambda _done: None)
    unprobed = Cells(cells.order, cells.start, np.repeat(cells.probes[:, :1], 4, axis=1))
    passed_over, all_seen = (improved(table, each, found, 12, 1, lambda _done: None) for each in (cells, unprobed))
    assert np.array_equal(passed_over.rows, all_seen.rows)
    assert not np.array_equal(passed_over.rows, found.rows)


@pytest.mark.slow
def test_distances_are_those_of_all_dimensions() -> None:
    vectors = clusters(3_000, count=10, dim=40, noise=1.0)
    graph = finder(dimensions=4, candidates=64).build(vectors, 8, "euclidean", Context())
    rows = np.arange(len(vectors))[:, None]
    true = np.linalg.norm(vectors[graph.indices].astype(np.float64) - vectors[rows], axis=2)
    np.testing.assert_allclose(graph.distances, true, rtol=1e-5)


@pytest.mark.slow
def test_more_neighbours_than_candidates_can_be_asked_for() -> None:
    vectors = clusters(2_000, count=4, dim=16, noise=1.0)
    graph = finder(candidates=8).build(vectors, 60, "cosine", Context())
    assert graph.indices.shape == (2_000, 60)
    assert recall(vectors, graph, "cosine", k=60) > 0.85


@pytest.mark.slow
def test_a_row_far_from_all_others_has_its_neighbours_too() -> None:
    vectors = clusters(2_000, count=10, dim=16, noise=0.1)
    vectors[5] *= 50
    graph = finder(cell_rows=6, probes=2, passes=0).build(vectors, 20, "euclidean", Context())
    assert (graph.indices >= 0).all()
    assert set(graph.indices[5]) == set(brute_force(vectors, vectors[5:6], 21, "euclidean").indices[0]) - {5}


@pytest.mark.slow
def test_a_memory_mapped_table_is_searched_in_place(tmp_path: Path) -> None:
    vectors = clusters(2_000, count=10, dim=16, noise=1.0)
    np.save(tmp_path / "v.npy", vectors)
    mapped = np.load(tmp_path / "v.npy", mmap_mode="r")
    there, here = (finder().build(each, 5, "cosine", Context()) for each in (mapped, vectors))
    assert np.array_equal(there.indices, here.indices)


class StoppedError(Exception):
    pass


@pytest.mark.slow
@pytest.mark.parametrize("after", [0.0, 0.3, 0.7, 0.95])
def test_it_can_be_stopped_at_every_step(after: float) -> None:
    vectors = clusters(3_000, count=10, dim=16, noise=1.0)

    def report(fraction: float, _message: str) -> None:
        if fraction >= after:
            raise StoppedError

    with pytest.raises(StoppedError):
        finder().build(vectors, 5, "cosine", Context(report=report))


def crowded(width: float = 0.0) -> Reduced:
    """Ten rows of eleven in one place, so that their cell is divided again."""
    random = np.random.default_rng(0)
    crowd = random.normal(scale=width, size=(5_000, 4))
    apart = random.normal(scale=100, size=(500, 4))
    places = np.concatenate([crowd, apart]).astype(np.float32)
    return Reduced(places, 0.5 * np.einsum("ij,ij->i", places, places))


def test_a_crowded_cell_is_divided() -> None:
    table = crowded(0.01)
    cells = Cells.of(table, 60, 3, np.random.default_rng(0), 1)
    assert np.diff(cells.start).max() <= 2 * LARGEST * len(table.places) / 60
    assert sorted(cells.order) == list(range(len(table.places)))


def test_dividing_into_cells_reports_on_the_way_and_gives_the_same() -> None:
    done: list[float] = []
    heard, unheard = (
        Cells.of(crowded(), 60, 3, np.random.default_rng(0), 2, *report) for report in ([done.append], [])
    )
    assert len(done) > 12
    assert done == sorted(done)
    assert 0.0 < done[0] < 0.2
    assert done[-1] == 1.0
    for name in ("order", "start", "probes"):
        assert getattr(heard, name).tobytes() == getattr(unheard, name).tobytes()


@pytest.mark.parametrize("after", [1, 4, 9, 12])
def test_dividing_into_cells_can_be_stopped_on_the_way(after: int) -> None:
    done: list[float] = []

    def report(share: float) -> None:
        done.append(share)
        if len(done) == after:
            raise StoppedError

    with pytest.raises(StoppedError):
        Cells.of(crowded(), 60, 3, np.random.default_rng(0), 1, report)
    assert done[-1] < 1.0


def test_reducing_reports_on_the_way_and_gives_the_same() -> None:
    from atlas_plugin_neighbors.geometry import Geometry

    done: list[float] = []
    geometry = Geometry.of(clusters(20_000, dim=8, noise=1.0), "euclidean")
    heard, unheard = (Reduced.of(geometry, 4, np.random.default_rng(0), 1, *report) for report in ([done.append], []))
    assert done == sorted(done)
    assert len(done) > 2
    assert done[-1] == 1.0
    assert heard.places.tobytes() == unheard.places.tobytes()


def test_a_rows_own_cell_is_its_first_probe() -> None:
    places = clusters(1_000, count=8, dim=8, noise=1.0)
    cells = Cells.of(Reduced(places, 0.5 * np.einsum("ij,ij->i", places, places)), 30, 4, np.random.default_rng(0), 1)
    own = np.repeat(np.arange(len(cells.start) - 1), np.diff(cells.start))
    assert np.array_equal(cells.probes[:, 0], own)
    assert all(len({*row}) == 4 for row in cells.probes.tolist())


def test_reduced_scores_follow_distances() -> None:
    from atlas_plugin_neighbors.geometry import Geometry

    vectors = clusters(500, dim=30, noise=1.0)
    table = Reduced.of(Geometry.of(vectors, "euclidean"), 30, np.random.default_rng(0), 1)
    squared = ((vectors[:, None] - vectors[None, :20]) ** 2).sum(axis=2)
    scores = table.places[:20] @ table.places.T - table.bias
    lengths = (table.places[:20] ** 2).sum(axis=1)
    np.testing.assert_allclose(lengths[:, None] - 2 * scores, squared.T, rtol=1e-3, atol=1e-2)


@pytest.mark.skipif(sys.platform != "linux", reason="reads what Linux says of its memory")
def test_vectors_from_a_file_are_given_back_once_they_are_read(tmp_path: Path) -> None:
    np.save(tmp_path / "vectors.npy", np.ones((20_000, 64), np.float32))
    vectors = np.load(tmp_path / "vectors.npy", mmap_mode="r")

    def mapped() -> int:
        text = Path("/proc/self/smaps").read_text(encoding="utf-8").partition("vectors.npy")[2]
        return int(text.partition("Rss:")[2].split()[0])

    total = float(vectors.sum())
    assert mapped() > 0
    release(vectors)
    assert mapped() == 0
    assert float(vectors.sum()) == total


def test_a_private_mapping_keeps_what_was_written(tmp_path: Path) -> None:
    np.save(tmp_path / "vectors.npy", np.ones((1_000, 64), np.float32))
    vectors = np.load(tmp_path / "vectors.npy", mmap_mode="c")
    vectors[:] = 2.0
    release(vectors[10:])
    assert (vectors == 2.0).all()
