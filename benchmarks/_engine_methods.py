"""What the engine's benchmark compares: each function takes vectors and gives neighbours or places.

Every library is at its defaults, but for the seed, one thread, and pynndescent's number of neighbours.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from _page import SEED

NEIGHBORS = 15
Method = Callable[[np.ndarray, str, int], np.ndarray]


class Rows:
    """What a projector is lent: an index without repeats, its neighbours found by the plugin that its size asks for."""

    def __init__(self, vectors: np.ndarray, metric: str, count: int, threads: int) -> None:
        from localatlas import defaults

        self.vectors, self.metric = vectors, metric
        self.weights = np.ones(len(vectors), np.int32)
        self._graph = _graph(defaults.neighbor_finder(len(vectors)), vectors, metric, count, threads)

    def neighbors(self, k: int) -> Any:
        """Lend the graph."""
        return self._graph.head(k)


def _graph(finder: str, vectors: np.ndarray, metric: str, count: int, threads: int) -> Any:
    from atlas_plugin_neighbors import CellNeighbors, ExactNeighbors
    from localatlas.protocols import Context

    plugin = {"exact": ExactNeighbors, "cells": CellNeighbors}[finder]
    return plugin(plugin.Options()).build(vectors, count, metric, Context(seed=SEED, n_jobs=threads))


def _project(vectors: np.ndarray, metric: str, threads: int, **options: Any) -> np.ndarray:
    from atlas_plugin_nomic_project import NomicProject
    from localatlas.protocols import Context

    projector = NomicProject(NomicProject.Options(**options))
    rows = Rows(vectors, metric, projector.neighbors_needed(len(vectors)), threads)
    return projector.project(rows, Context(seed=SEED, n_jobs=threads)).positions


def nomic_project(vectors: np.ndarray, metric: str, threads: int) -> np.ndarray:
    """Find neighbours and lay out, at the default look."""
    return _project(vectors, metric, threads)


def even(vectors: np.ndarray, metric: str, threads: int) -> np.ndarray:
    """The same without sea."""
    return _project(vectors, metric, threads, spread=0.0)


def longer(vectors: np.ndarray, metric: str, threads: int) -> np.ndarray:
    """The same in twice as many steps."""
    return _project(vectors, metric, threads, n_epochs=100)


def wider(vectors: np.ndarray, metric: str, threads: int) -> np.ndarray:
    """The same with more and further neighbours, for lands that agree with classes."""
    return _project(vectors, metric, threads, n_neighbors=20, local_neighborhood_size=128)


def umap_learn(vectors: np.ndarray, _metric: str, _threads: int) -> np.ndarray:
    """Lay out by umap-learn's default; on unit vectors its euclidean order is that of the cosine."""
    from umap import UMAP

    return np.asarray(UMAP(random_state=SEED, n_jobs=1).fit_transform(vectors))


def open_tsne(vectors: np.ndarray, _metric: str, _threads: int) -> np.ndarray:
    """Lay out by openTSNE's default."""
    from openTSNE import TSNE

    return np.asarray(TSNE(random_state=SEED, n_jobs=1).fit(vectors))


def pacmap(vectors: np.ndarray, _metric: str, _threads: int) -> np.ndarray:
    """Lay out by PaCMAP's default."""
    from pacmap import PaCMAP

    return np.asarray(PaCMAP(random_state=SEED).fit_transform(vectors))


def cells(vectors: np.ndarray, metric: str, threads: int) -> np.ndarray:
    """Find the neighbours of a large map."""
    return np.asarray(_graph("cells", vectors, metric, NEIGHBORS, threads).indices)


def nn_descent(vectors: np.ndarray, metric: str, _threads: int) -> np.ndarray:
    """Find as many by pynndescent; a row is its own first neighbour there."""
    from pynndescent import NNDescent

    found = NNDescent(vectors, metric=metric, n_neighbors=NEIGHBORS + 1, random_state=SEED, n_jobs=1)
    return np.asarray(found.neighbor_graph[0][:, 1:])


LAYOUTS: dict[str, Method] = {
    "nomic-project": nomic_project,
    "nomic-project, spread=0": even,
    "nomic-project, n_epochs=100": longer,
    "nomic-project, n_neighbors=20, local_neighborhood_size=128": wider,
    "umap-learn": umap_learn,
    "PaCMAP": pacmap,
    "openTSNE": open_tsne,
}
FINDERS: dict[str, Method] = {"cells": cells, "pynndescent": nn_descent}


def warm(method: str, vectors: np.ndarray, metric: str, threads: int) -> None:
    """Run a method on a few rows, so that what compiles has compiled and is loaded.

    So few rows are searched exactly by ours; the search that large data gets has to be ready as well.
    """
    run(method, vectors, metric, threads)
    if method == "cells" or method.startswith("nomic-project"):
        from atlas_plugin_neighbors import CellNeighbors
        from localatlas.protocols import Context

        finder = CellNeighbors(CellNeighbors.Options(exact_below=0))
        finder.build(vectors, NEIGHBORS, metric, Context(seed=SEED, n_jobs=threads))


def run(method: str, vectors: np.ndarray, metric: str, threads: int = 1) -> np.ndarray:
    """Run a method without its libraries' remarks on seeds and threads."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return (LAYOUTS | FINDERS)[method](vectors, metric, threads)
