"""All close pairs among rows, found by comparing blocks of the reduced table."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from localatlas.protocols import Context
from numpy.typing import NDArray

from atlas_plugin_duplicates.cells import Cells
from atlas_plugin_duplicates.close import ClosePairs
from atlas_plugin_duplicates.reduced import Reduced

__all__ = ["close_in_block", "compared"]

Pairs = tuple[NDArray[np.int64], NDArray[np.int64]]
# Row numbers and their rows of the reduced table.
Side = tuple[NDArray[np.int64], NDArray[np.float32]]

# Columns of a block: its products stay in a processor's cache.
COLUMNS = 4_096
# Where so large a share of a block is near, one product of whole vectors is cheaper than measuring pair by pair.
DENSE = 1 / 32
# Rows that share a step of the stairs.
STEP = 256
# Cells that may be finished before their pairs are taken.
AHEAD = 8
# Bound on the rounding of distances from a plane, of two rows.
PLANE_ROUNDING = 1e-4


def compared(
    pairs: ClosePairs,
    reduced: Reduced,
    rows: NDArray[np.int64],
    others: NDArray[np.int64],
    context: Context,
) -> Iterator[Pairs]:
    """Yield all close pairs among `rows`, and of `rows` with `others`; not those among `others`.

    Cells are compared side by side on `context.n_jobs` threads; what comes out does not depend on it.
    """
    if not rows.size:
        return
    work = _Comparison(pairs, reduced, Cells.of(reduced.places, rows, others, context.random()))
    count = len(work.cells.centers)
    with ThreadPoolExecutor(max(context.n_jobs, 1)) as pool:
        for first in range(0, count, AHEAD):
            for found in pool.map(work.of_cell, range(first, min(first + AHEAD, count))):
                yield from found
            # The first cell is compared with all, the last with itself and the others.
            left = 1.0 - min(first + AHEAD, count) / count
            context.progress(1.0 - left * left, "comparing rows")


@dataclass(frozen=True)
class _Ruled:
    """Rows in the order of their distance from a plane.

    Attributes:
        rows: int64 [B].
        beyond: float32 [B], ascending.
    """

    rows: NDArray[np.int64]
    beyond: NDArray[np.float32]


@dataclass(frozen=True)
class _Comparison:
    pairs: ClosePairs
    reduced: Reduced
    cells: Cells

    def of_cell(self, cell: int) -> list[Pairs]:
        """Compare a cell of rows with itself, with later ones, and with those of others."""
        cells = self.cells
        count = len(cells.centers)
        rows = self._rows(cell)
        if not rows.size:
            return []
        normals, offsets = cells.planes(cell)
        beyond = self.reduced.places[rows] @ normals.T - offsets
        reach = self.reduced.reach + PLANE_ROUNDING
        found = list(self._within(rows))
        for other in (*range(cell + 1, count), *range(count, 2 * count)):
            center = other % count
            room = reach - cells.least[other, cell]
            if cells.least[cell, center] > room:
                continue
            columns = self._rows(other)
            mine = _nearest_first(rows, beyond[:, center], room)
            behind = offsets[center] - self.reduced.places[columns] @ normals[center]
            theirs = _nearest_first(columns, behind, reach - cells.least[cell, center])
            found.extend(self._staircase(mine, theirs, reach))
        return found

    def _rows(self, cell: int) -> NDArray[np.int64]:
        return self.cells.order[self.cells.starts[cell] : self.cells.starts[cell + 1]]

    def _within(self, rows: NDArray[np.int64]) -> Iterator[Pairs]:
        table = self.reduced.table[rows]
        for first in range(0, len(rows), STEP):
            step = slice(first, first + STEP)
            for left, right in self._blocks((rows[step], table[step]), (rows[first:], table[first:])):
                yield left[left != right], right[left != right]

    def _staircase(self, mine: _Ruled, theirs: _Ruled, reach: float) -> Iterator[Pairs]:
        """Compare rows of two cells: the farther from the plane on this side, the fewer on the other are in reach."""
        near, far = self.reduced.table[mine.rows], self.reduced.table[theirs.rows]
        for first in range(0, len(mine.rows), STEP):
            step = slice(first, first + STEP)
            stop = int(np.searchsorted(theirs.beyond, reach - mine.beyond[first], side="right"))
            yield from self._blocks((mine.rows[step], near[step]), (theirs.rows[:stop], far[:stop]))

    def _blocks(self, left: Side, right: Side) -> Iterator[Pairs]:
        for start in range(0, len(right[0]), COLUMNS):
            part = slice(start, start + COLUMNS)
            i, j = close_in_block(self.pairs, self.reduced, left, (right[0][part], right[1][part]))
            if i.size:
                yield left[0][i], right[0][part][j]


def _nearest_first(rows: NDArray[np.int64], beyond: NDArray[np.float32], room: float) -> _Ruled:
    """Return the rows that are at most `room` beyond the plane."""
    near = np.flatnonzero(beyond <= room)
    near = near[np.argsort(beyond[near], kind="stable")]
    return _Ruled(rows[near], beyond[near])


def close_in_block(
    pairs: ClosePairs,
    reduced: Reduced,
    left: Side,
    right: Side,
) -> Pairs:
    """Return places int64 [P] in `left` and in `right` of all close pairs; each is row numbers and their table."""
    products = reduced.left(left[1]) @ right[1].T
    i, j = np.divmod(_true_places(products >= reduced.least), products.shape[1])
    if i.size > DENSE * products.size:
        i, j = np.nonzero(pairs.among(left[0], right[0]))
    else:
        close = pairs.linked(left[0][i], right[0][j])
        i, j = i[close], j[close]
    return i, j


def _true_places(flags: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the flat places of what is true; looks at eight flags at once, since few are."""
    flat = flags.ravel()
    whole = flat.size // 8 * 8
    eights = np.flatnonzero(flat[:whole].view(np.uint64))
    candidates = np.concatenate([(eights[:, None] * 8 + np.arange(8)).ravel(), np.arange(whole, flat.size)])
    places: NDArray[np.int64] = candidates[flat[candidates]]
    return places
