"""Candidates: the rows of the probed cells that score best, then who was found by them and their neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from threading import local

import numpy as np
from numpy.typing import NDArray

from atlas_plugin_neighbors.blas import Report, in_blocks
from atlas_plugin_neighbors.geometry import FloatArray
from atlas_plugin_neighbors.partition import Cells
from atlas_plugin_neighbors.probing import Probed
from atlas_plugin_neighbors.reduced import Reduced

__all__ = ["Candidates", "exchanged", "from_cells", "improved"]

ROWS_AT_ONCE = 16_384


@dataclass(frozen=True)
class Candidates:
    """The best rows found so far of every row, best first; rows are places in the order of the cells.

    Attributes:
        scores: float32 [N, K], -inf where there is none.
        rows: int32 [N, K], -1 where there is none.
        fresh: bool [N, R], which of the first R have not been asked for their neighbours; R is K at first.
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
    n = len(table.places)
    found = Candidates(
        np.full((n, count), -np.inf, np.float32), np.full((n, count), -1, np.int32), np.ones((n, count), np.bool_)
    )
    rows = Probed(table.places, table.bias, cells.start)
    rows.search(table.places, cells.probes, found.scores, found.rows, threads, report)
    return found


def exchanged(table: Reduced, found: Candidates, threads: int, report: Report) -> Candidates:
    """Return the candidates after each row has been offered to those that it found.

    A row's probes may leave out the cell of one that probed its own. What the one found, the other gets without a
    product: that finds as much as twice the probes would.
    """
    from atlas_plugin_neighbors.kernels import exchange, offers

    n, count = found.rows.shape
    start, source = np.zeros(n + 2, np.int64), np.empty(n * count, np.int32)
    offered = np.empty(n * count, np.float32)
    offers(table.bias, found.scores, found.rows, start, source, offered)
    better = Candidates(np.empty_like(found.scores), np.empty_like(found.rows), np.empty_like(found.fresh))

    def take(first: int, stop: int) -> None:
        exchange(
            found.scores, found.rows, found.fresh, better.scores, better.rows, better.fresh,
            start, source, offered, first, stop,
        )  # fmt: skip

    in_blocks(take, n, ROWS_AT_ONCE, threads, report)
    return better


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
    cell, marks = np.ascontiguousarray(cells.probes[:, 0]), local()

    def look(start: int, stop: int) -> None:
        if not hasattr(marks, "seen"):
            marks.seen = np.full(n, -1, dtype=np.int32)
            marks.probed = np.full(len(cells.start), -1, dtype=np.int32)
        improve(
            table.places, table.bias, found.scores, found.rows, fresh, better.scores, better.rows, better.fresh,
            start, stop, cell, cells.probes, marks.seen, marks.probed,
        )  # fmt: skip

    in_blocks(look, n, ROWS_AT_ONCE, threads, report)
    return better
