"""Cells: rows that lie together, found by K-means.

Source: Lloyd's algorithm on a sample, as in the inverted files of Jegou, Douze, Schmid, "Product quantization for
nearest neighbor search" (2011).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from atlas_plugin_neighbors.blas import Report, in_blocks, part, unheard
from atlas_plugin_neighbors.geometry import FloatArray
from atlas_plugin_neighbors.reduced import Reduced

__all__ = ["Cells"]

ROWS_AT_ONCE = 4_096
ROUNDS = 6
SAMPLE_PER_CELL = 48
# A cell of many times the mean size would make the search quadratic; it is divided again.
LARGEST = 4
# Of the work after the first assignment, what dividing crowded cells takes; the rest is to assign all rows again.
DIVIDED = 0.1


@dataclass(frozen=True)
class Cells:
    """Rows by cell.

    Attributes:
        order: intp [N], the rows, cell after cell.
        start: intp [C + 1], where each cell begins in `order`.
        probes: int32 [N, P], the nearest cells of the row at each place of `order`; its own cell first, the others by
            number; -1 where there are fewer.
    """

    order: NDArray[np.intp]
    start: NDArray[np.intp]
    probes: NDArray[np.int32]

    @classmethod
    def of(
        cls,
        table: Reduced,
        count: int,
        probes: int,
        random: np.random.Generator,
        threads: int,
        report: Report = unheard,
    ) -> Cells:
        """Divide a table into about `count` cells and find the `probes` nearest cells of each row."""
        n = len(table.places)
        sample = np.sort(random.choice(n, min(n, SAMPLE_PER_CELL * count), replace=False))
        # Each row that is compared with all centers counts as one; all rows are at most twice.
        work = ROUNDS * len(sample) + 2 * n
        grouped, assigned = ROUNDS * len(sample) / work, 1.0 - n / work
        centers = _means(table.places[sample], count, random, threads, part(report, 0.0, grouped))
        nearest = _nearest(table.places, centers, min(probes, len(centers)), threads, part(report, grouped, assigned))
        size = math.ceil(n / count)
        crowded = np.flatnonzero(np.bincount(nearest[:, 0], minlength=len(centers)) > LARGEST * size)
        if crowded.size:
            again = part(report, assigned, 1.0)
            centers = _divided(
                table.places, centers, nearest[:, 0], crowded, size, random, threads, part(again, 0.0, DIVIDED)
            )
            nearest = _nearest(table.places, centers, min(probes, len(centers)), threads, part(again, DIVIDED, 1.0))
        report(1.0)
        order = np.argsort(nearest[:, 0], kind="stable")
        start = np.searchsorted(nearest[order, 0], np.arange(len(centers) + 1))
        return cls(order, start, np.ascontiguousarray(nearest[order]))


def _means(points: FloatArray, count: int, random: np.random.Generator, threads: int, report: Report) -> FloatArray:
    """Return the means of at most `count` cells of some points."""
    count = min(count, len(points))
    centers = points[np.sort(random.choice(len(points), count, replace=False))]
    for done in range(ROUNDS):
        own = _nearest(points, centers, 1, threads, part(report, done / ROUNDS, (done + 1) / ROUNDS))[:, 0]
        sizes = np.bincount(own, minlength=count)
        filled = sizes > 0
        order = np.argsort(own, kind="stable")
        begins = np.concatenate([[0], np.cumsum(sizes)[:-1]])[filled]
        centers[filled] = np.add.reduceat(points[order], begins, axis=0) / sizes[filled, None]
        empty = np.flatnonzero(~filled)
        centers[empty] = points[random.choice(len(points), empty.size, replace=False)]
    return centers


def _divided(
    places: FloatArray,
    centers: FloatArray,
    own: NDArray[np.int32],
    crowded: NDArray[np.intp],
    size: int,
    random: np.random.Generator,
    threads: int,
    report: Report,
) -> FloatArray:
    """Return the centers with each crowded cell's replaced by those of cells of about `size` rows inside it."""
    parts = [np.delete(centers, crowded, axis=0)]
    for done, cell in enumerate(crowded):
        rows = np.flatnonzero(own == cell)
        count = math.ceil(len(rows) / size)
        sample = np.sort(random.choice(rows, min(len(rows), SAMPLE_PER_CELL * count), replace=False))
        share = part(report, done / len(crowded), (done + 1) / len(crowded))
        parts.append(_means(places[sample], count, random, threads, share))
    return np.concatenate(parts)


def _nearest(places: FloatArray, centers: FloatArray, count: int, threads: int, report: Report) -> NDArray[np.int32]:
    """Return the nearest centers of each place, int32 [N, count]: the nearest first, the others by number."""
    from atlas_plugin_neighbors.kernels import keep_best

    half = np.float32(0.5) * np.einsum("ij,ij->i", centers, centers)
    found = np.empty((len(places), count), dtype=np.int32)

    def assign(start: int, stop: int) -> None:
        scores = places[start:stop] @ centers.T
        rows = len(scores)
        if count == 1:
            scores -= half
            found[start:stop, 0] = scores.argmax(axis=1)
            return
        best, nearest = np.full((rows, count), -np.inf, np.float32), np.full((rows, count), -1, np.int32)
        # Centers are numbered from `rows` on here, or a place would not get the center of its own number.
        keep_best(scores, half, np.arange(rows, dtype=np.int32), rows, best, nearest)
        nearest[:, 1:].sort(axis=1)
        found[start:stop] = nearest - rows

    in_blocks(assign, len(places), ROWS_AT_ONCE, threads, report)
    return found
