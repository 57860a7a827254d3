"""Candidates: the rows of the probed cells that score best, then the neighbours of neighbours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from threading import local

import numpy as np
from numpy.typing import NDArray

from atlas_plugin_neighbors.blas import in_blocks
from atlas_plugin_neighbors.geometry import FloatArray
from atlas_plugin_neighbors.partition import Cells
from atlas_plugin_neighbors.reduced import Reduced

__all__ = ["Candidates", "from_cells", "improved"]

Report = Callable[[float], None]

# Queries that are worked off together, in the order of their cells: most of their probes fall into the same cells.
QUERIES_AT_ONCE = 16_384
# Bounds the scores in memory: 2,048 x 4,096 numbers are 32 MiB.
BLOCK_ROWS, BLOCK_COLUMNS = 2_048, 4_096


@dataclass(frozen=True)
class Candidates:
    """The best rows found so far of every row, best first; rows are places in the order of the cells.

    Attributes:
        scores: float32 [N, K], -inf where there is none.
        rows: int32 [N, K], -1 where there is none.
        fresh: bool [N, R], which of the first R were not among the first R before the last pass; R is K at first.
    """

    scores: FloatArray
    rows: NDArray[np.int32]
    fresh: NDArray[np.bool_]


def from_cells(table: Reduced, cells: Cells, count: int, threads: int, report: Report) -> Candidates:
    """Return the `count` best rows of every row's probed cells.

    Args:
        table: in the order of the cells.
        cells: whose probes to search.
        count: how many to keep of each row.
        threads: how many blocks of queries at once.
        report: receives the share that is done.
    """
    from atlas_plugin_neighbors.kernels import keep_best

    n = len(table.places)
    found = Candidates(
        np.full((n, count), -np.inf, np.float32), np.full((n, count), -1, np.int32), np.ones((n, count), np.bool_)
    )

    def compare(queries: NDArray[np.int32], cell: int) -> None:
        for first in range(0, len(queries), BLOCK_ROWS):
            asking = queries[first : first + BLOCK_ROWS]
            left = table.places[asking]
            for start in range(cells.start[cell], cells.start[cell + 1], BLOCK_COLUMNS):
                block = slice(start, min(start + BLOCK_COLUMNS, cells.start[cell + 1]))
                scores = left @ table.places[block].T
                keep_best(scores, table.bias[block], asking, start, found.scores, found.rows)

    def search(start: int, stop: int) -> None:
        # A row's own cell first: what it finds there raises the bar for all others.
        own = cells.probes[start:stop, 0]
        bounds = np.flatnonzero(np.diff(own, prepend=own[0] - 1, append=own[-1] + 1))
        for begin, end in pairwise(bounds):
            compare(np.arange(start + begin, start + end, dtype=np.int32), int(own[begin]))
        others = cells.probes[start:stop, 1:]
        queries = np.repeat(np.arange(start, stop, dtype=np.int32), others.shape[1])
        order = np.argsort(others, axis=None, kind="stable")
        probed, queries = others.ravel()[order], queries[order]
        bounds = np.flatnonzero(np.diff(probed, prepend=-1, append=len(cells.start)))
        for begin, end in pairwise(bounds):
            compare(queries[begin:end], int(probed[begin]))

    in_blocks(search, n, QUERIES_AT_ONCE, threads, report)
    return found


def improved(table: Reduced, cells: Cells, found: Candidates, reach: int, threads: int, report: Report) -> Candidates:
    """Return the candidates after a look at the first `reach` neighbours of everyone's first `reach` neighbours.

    Rows of probed cells are passed over: `from_cells` has looked at them. All rows look at the lists as they were, so
    that the order in which they are worked off changes nothing. Source: the local join of Dong, Moses, Li, "Efficient
    k-nearest neighbor graph construction" (2011), one way.
    """
    from atlas_plugin_neighbors.kernels import improve

    n, count = found.rows.shape
    first = min(reach, count)
    fresh = np.ascontiguousarray(found.fresh[:, :first])
    better = Candidates(np.empty_like(found.scores), np.empty_like(found.rows), np.empty_like(fresh))
    marks = local()

    def look(start: int, stop: int) -> None:
        if not hasattr(marks, "seen"):
            marks.seen = np.full(n, -1, dtype=np.int32)
            marks.probed = np.full(len(cells.start), -1, dtype=np.int32)
        improve(
            table.places, table.bias, found.scores, found.rows, fresh, better.scores, better.rows, better.fresh,
            start, stop, cells.probes, marks.seen, marks.probed,
        )  # fmt: skip

    in_blocks(look, n, QUERIES_AT_ONCE, threads, report)
    return better
