"""What a neighbour finder must do."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from localatlas.errors import BuildCancelled
from localatlas.protocols import Context, NeighborGraph
from localatlas.protocols.nouns import Metric
from localatlas.testing.check import Check, Make, check
from localatlas.testing.example import ArrayIndex, ProgressLog, brute_force, cancelling, clusters
from localatlas.testing.kit import require

__all__ = ["CHECKS", "EXTRA_CHECKS"]

ROWS = 600
K = 10
SEED = 7
# Of the true neighbours, this share must be found; an approximate finder reaches it on data as small and as plain.
RECALL = 0.9
DISTANCE_TOLERANCE = 1e-4
METRICS: tuple[Metric, ...] = ("cosine", "euclidean")


def _vectors(n: int, metric: Metric = "cosine") -> NDArray[np.float32]:
    """Return read-only rows of little structure; those of euclidean lie away from the origin."""
    # Of full noise, so that distances are all different and the true neighbours are not a matter of rounding.
    vectors = clusters(n, count=8, noise=1.0)
    return ArrayIndex(vectors if metric == "cosine" else vectors * 5.0 + 3.0, metric=metric).vectors


def _build(make: Make, vectors: NDArray[np.float32], k: int = K, metric: Metric = "cosine") -> NeighborGraph:
    graph: NeighborGraph = make().build(vectors, k, metric, Context(seed=SEED))
    return graph


def _require_graph(graph: NeighborGraph, n: int, k: int, rows: int) -> None:
    """Require the form of a graph [n, k] over a table of `rows` rows."""
    indices, distances = graph.indices, graph.distances
    require(indices.dtype == np.int32, f"`indices` must be int32, not {indices.dtype}.")
    require(distances.dtype == np.float32, f"`distances` must be float32, not {distances.dtype}.")
    require(indices.shape == (n, k), f"`indices` must have shape {(n, k)}, not {indices.shape}.")
    require(distances.shape == (n, k), f"`distances` must have shape {(n, k)}, not {distances.shape}.")
    within = bool(((indices >= -1) & (indices < rows)).all())
    require(within, f"`indices` must be rows of the table, 0 to {rows - 1}, or -1.")
    missing = indices < 0
    require(not (missing[:, :-1] & ~missing[:, 1:]).any(), "-1 may pad at the end of a row only.")
    require(bool(np.isposinf(distances[missing]).all()), "`distances` must be +inf where `indices` is -1.")
    require(bool(np.isfinite(distances[~missing]).all()), "`distances` must be finite where there is a neighbour.")
    require(bool((distances >= 0).all()), "`distances` must not be negative.")
    require(bool((distances[:, :-1] <= distances[:, 1:]).all()), "Neighbours must be in order, nearest first.")


def _require_no_self(graph: NeighborGraph) -> None:
    own = np.flatnonzero((graph.indices == np.arange(len(graph.indices))[:, None]).any(axis=1))
    require(not own.size, f"A row must never be its own neighbour, but {own.size} are, the first is row {own[:1]}.")
    for row, found in enumerate(graph.indices):
        real = found[found >= 0]
        require(len(np.unique(real)) == len(real), f"Row {row} has one neighbour twice: {found.tolist()}.")


def _recall(found: NeighborGraph, true: NeighborGraph) -> float:
    hits = [len(np.intersect1d(mine, theirs)) for mine, theirs in zip(found.indices, true.indices, strict=True)]
    return sum(hits) / true.indices.size


@check("neighbors")
def check_graph_has_its_form(make: Make) -> None:
    """int32 and float32 [N, k], nearest first, no row its own neighbour, in both metrics."""
    for metric in METRICS:
        graph = _build(make, _vectors(ROWS, metric), metric=metric)
        _require_graph(graph, ROWS, K, ROWS)
        _require_no_self(graph)


@check("neighbors")
def check_neighbors_are_the_nearest(make: Make) -> None:
    """Nearly all true neighbours are found, in both metrics."""
    for metric in METRICS:
        vectors = _vectors(ROWS, metric)
        recall = _recall(_build(make, vectors, metric=metric), brute_force(vectors, None, K, metric))
        require(
            recall >= RECALL, f"Only {recall:.0%} of the true neighbours ({metric}) are found; {RECALL:.0%} must be."
        )


@check("neighbors")
def check_distances_are_true(make: Make) -> None:
    """Every distance is that of the two rows: 1 - cosine, or euclidean."""
    for metric in METRICS:
        vectors = _vectors(ROWS, metric)
        graph = _build(make, vectors, metric=metric)
        wide = vectors.astype(np.float64)
        if metric == "cosine":
            wide /= np.linalg.norm(wide, axis=1, keepdims=True)
        chords = np.linalg.norm(wide[np.maximum(graph.indices, 0)] - wide[:, None], axis=2)
        true = chords**2 / 2.0 if metric == "cosine" else chords
        error = float(np.abs(graph.distances - true)[graph.indices >= 0].max(initial=0.0))
        require(error <= DISTANCE_TOLERANCE, f"A {metric} distance is off by {error:.2g}.")


@check("neighbors")
def check_few_rows(make: Make) -> None:
    """N = 1, 2, 3 give min(k, N - 1) neighbours a row, and all of them."""
    for n in (1, 2, 3):
        graph = _build(make, _vectors(n))
        _require_graph(graph, n, n - 1, n)
        _require_no_self(graph)
        require(bool((graph.indices >= 0).all()), f"With {n} rows, every other row must be a neighbour of every row.")


@check("neighbors")
def check_more_neighbors_than_rows(make: Make) -> None:
    """With k >= N, every row has N - 1 neighbours."""
    for k in (19, 20, 21, 100):
        graph = _build(make, _vectors(20), k)
        _require_graph(graph, 20, 19, 20)
        _require_no_self(graph)


@check("neighbors")
def check_equal_vectors(make: Make) -> None:
    """Rows with equal vectors are each other's neighbours at distance 0, never their own."""
    graph = _build(make, np.repeat(_vectors(30), 20, axis=0))
    _require_graph(graph, ROWS, K, ROWS)
    _require_no_self(graph)
    worst = float(graph.distances[graph.indices >= 0].max())
    require(
        worst <= DISTANCE_TOLERANCE,
        f"With 20 copies of each row, all 10 neighbours are copies, but one is {worst} away.",
    )


@check("neighbors")
def check_same_seed_same_bytes(make: Make) -> None:
    """The same vectors and seed give the same bytes, on one core and on two."""
    vectors = _vectors(ROWS)
    graphs = [make().build(vectors, K, "cosine", Context(seed=SEED, n_jobs=jobs)) for jobs in (1, 1, 2)]
    found = {(graph.indices.tobytes(), graph.distances.tobytes()) for graph in graphs}
    require(len(found) == 1, "The same vectors and seed must give the same bytes, on any number of cores.")


@check("neighbors")
def check_memory_mapped_input(make: Make) -> None:
    """Vectors in a read-only file give what vectors in memory give."""
    vectors = _vectors(ROWS)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        mapped = _build(make, ArrayIndex(vectors).mapped(Path(folder)).vectors)
    require(np.array_equal(mapped.indices, _build(make, vectors).indices), "Memory-mapped vectors give another graph.")


@check("neighbors")
def check_progress_ends_at_one(make: Make) -> None:
    """Progress is reported, never goes back, and ends at 1."""
    log = ProgressLog()
    make().build(_vectors(ROWS), K, "cosine", Context(seed=SEED, report=log))
    fractions = log.fractions
    require(fractions, "`build` must report its progress with context.progress(fraction, message).")
    require(fractions[-1] == 1.0, f"The last progress report must be 1, not {fractions[-1]}.")
    require(fractions == sorted(fractions), f"Progress must never go back: {fractions}.")


@check("neighbors")
def check_cancelling_comes_through(make: Make) -> None:
    """What `context.progress` raises to cancel the build is not caught."""
    try:
        make().build(_vectors(ROWS), K, "cosine", cancelling())
    except BuildCancelled:
        return
    message = "`build` must let through what context.progress raises (BuildCancelled)."
    raise AssertionError(message)


@check("neighbors")
def check_search_finds_the_nearest(make: Make) -> None:
    """Queries get min(k, N) rows, nearest first; a row that is asked for finds itself first."""
    for metric in METRICS:
        vectors = _vectors(ROWS, metric)
        queries = np.concatenate([vectors[:20], _vectors(ROWS + 20, metric)[ROWS:]])
        graph = make().search(vectors, queries, K, metric, Context(seed=SEED))
        _require_graph(graph, 40, K, ROWS)
        recall = _recall(graph, brute_force(vectors, queries, K, metric))
        require(recall >= RECALL, f"Only {recall:.0%} of the queries' nearest rows ({metric}) are found.")
        first = graph.indices[:20, 0].tolist()
        require(first == list(range(20)), f"A row asked for must find itself first ({metric}): {first}.")


@check("neighbors")
def check_search_with_little(make: Make) -> None:
    """One query, no query, and fewer rows than asked for, have an answer."""
    vectors = _vectors(3)
    _require_graph(make().search(vectors, vectors[:1], K, "cosine", Context()), 1, 3, 3)
    _require_graph(make().search(vectors, vectors[:0], K, "cosine", Context()), 0, 3, 3)


CHECKS: tuple[Check, ...] = (
    check_graph_has_its_form,
    check_neighbors_are_the_nearest,
    check_distances_are_true,
    check_few_rows,
    check_more_neighbors_than_rows,
    check_equal_vectors,
    check_same_seed_same_bytes,
    check_memory_mapped_input,
    check_progress_ends_at_one,
    check_cancelling_comes_through,
)
SEARCH_CHECKS: tuple[Check, ...] = (check_search_finds_the_nearest, check_search_with_little)
EXTRA_CHECKS = {"search": SEARCH_CHECKS}
