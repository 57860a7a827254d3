"""The work itself, by the library `pacmap`.

Importing this module imports numba, faiss and scikit-learn; do it inside a working method.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numba
import numpy as np
import pacmap
from localatlas.protocols import Context, Index, NeighborGraph
from numpy.typing import NDArray

from atlas_plugin_pacmap.options import PaCMAPOptions
from atlas_plugin_pacmap.pairs import neighbor_pairs

__all__ = ["lay_out"]

LARGEST_SEED = 2**31 - 1
PAIRS_DONE = 0.1


def lay_out(
    index: Index, graph: NeighborGraph, count: int, options: PaCMAPOptions, context: Context
) -> NDArray[np.float32]:
    """Return positions float32 [N, 2] by `count` of the neighbours in `graph` [N, K]."""
    pairs = neighbor_pairs(graph, count, squared=index.metric == "cosine")
    context.progress(PAIRS_DONE, f"laying out in {options.n_epochs} iterations")
    with _quiet(), _threads(context.n_jobs):
        model = pacmap.PaCMAP(
            n_neighbors=count,
            MN_ratio=options.MN_ratio,
            FP_ratio=options.FP_ratio,
            pair_neighbors=pairs,
            num_iters=options.phases(),
            apply_pca=options.apply_pca,
            random_state=context.seed % LARGEST_SEED,
        )
        positions = model.fit_transform(_wide_enough(index.vectors), init=_start(index, options, context))
    return np.ascontiguousarray(positions, dtype=np.float32)


def _start(index: Index, options: PaCMAPOptions, context: Context) -> Any:
    """Return the library's `init`. Its own "random" would seed numpy's global generator."""
    return "pca" if options.init == "pca" else context.random().normal(size=(len(index.vectors), 2))


def _wide_enough(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return vectors of two numbers at least, of which the library takes two principal components."""
    return np.pad(vectors, ((0, 0), (0, 1))) if vectors.shape[1] == 1 else vectors


def _is_news(record: logging.LogRecord) -> bool:
    """Tell whether the library's log line is more than the seed and the search that it does not do."""
    return "random state is" not in record.msg and "NN Backend" not in record.msg


@contextmanager
def _quiet() -> Iterator[None]:
    logger = logging.getLogger("pacmap.pacmap")
    logger.addFilter(_is_news)
    try:
        yield
    finally:
        logger.removeFilter(_is_news)


@contextmanager
def _threads(count: int) -> Iterator[None]:
    before = numba.get_num_threads()
    numba.set_num_threads(max(1, min(count, before)))
    try:
        yield
    finally:
        numba.set_num_threads(before)
