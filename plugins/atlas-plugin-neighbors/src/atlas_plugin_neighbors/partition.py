"""Cells: rows that lie together, found by K-means.

Source: an inverted file as in Jegou, Douze, Schmid, "Product quantization for nearest neighbor search" (2011).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from atlas_plugin_neighbors.blas import Report, part, unheard
from atlas_plugin_neighbors.centers import SAMPLE_PER_CELL, Centers
from atlas_plugin_neighbors.geometry import FloatArray
from atlas_plugin_neighbors.kmeans import half_squares, means
from atlas_plugin_neighbors.probing import Probed
from atlas_plugin_neighbors.reduced import Reduced

__all__ = ["Cells"]

# A row's nearest cells are looked for in so many groups of cells. In high dimensions they lie in every direction: those
# near the row's own cell would not do.
GROUPS = 8
# A cell of many times the mean size would make the search quadratic; it is divided again.
LARGEST = 8
# Shares of the work: to find centers, then to assign rows to them; the rest is to divide crowded cells and assign anew.
FOUND, ASSIGNED, DIVIDED = 0.35, 0.9, 0.1
# Of assigning, what finding the groups takes.
GROUPED = 0.2


@dataclass(frozen=True)
class Cells:
    """Rows by cell; cells that follow each other lie near each other.

    Attributes:
        order: intp [N], the rows, cell after cell.
        start: intp [C + 1], where each cell begins in `order`.
        probes: int32 [N, P], about the nearest cells of the row at each place of `order`; its own cell first, the
            others by number; -1 where there are fewer.
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
        """Divide a table into about `count` cells and find about the `probes` nearest cells of each row."""
        places, n = table.places, len(table.places)
        sample = np.sort(random.choice(n, min(n, SAMPLE_PER_CELL * count), replace=False))
        centers = Centers.of(places[sample], count, random, threads, part(report, 0.0, FOUND))
        nearest = _nearest(places, centers, probes, threads, part(report, FOUND, ASSIGNED))
        again = part(report, ASSIGNED, 1.0)
        divided = _divided(places, centers, nearest[:, 0], count, random, threads, part(again, 0.0, DIVIDED))
        if divided is not centers:
            nearest = _nearest(places, divided, probes, threads, part(again, DIVIDED, 1.0))
        report(1.0)
        order = np.argsort(nearest[:, 0], kind="stable")
        start = np.searchsorted(nearest[order, 0], np.arange(len(divided.places) + 1))
        return cls(order, start, nearest[order])


def _divided(
    places: FloatArray,
    centers: Centers,
    own: NDArray[np.int32],
    count: int,
    random: np.random.Generator,
    threads: int,
    report: Report,
) -> Centers:
    """Return the centers with each crowded cell's replaced by those of cells inside it, of the mean size."""
    size = math.ceil(len(places) / count)
    crowded = np.flatnonzero(np.bincount(own, minlength=len(centers.places)) > LARGEST * size)

    def within(cell: int, random: np.random.Generator) -> FloatArray:
        rows = np.flatnonzero(own == cell)
        parts = math.ceil(len(rows) / size)
        sample = np.sort(random.choice(rows, min(len(rows), SAMPLE_PER_CELL * parts), replace=False))
        return means(places[sample], parts, random)

    return centers.divided(crowded, within, random, threads, report) if crowded.size else centers


def _nearest(places: FloatArray, centers: Centers, count: int, threads: int, report: Report) -> NDArray[np.int32]:
    """Return about the nearest centers of each place, int32 [N, count]: the nearest first, the others by number."""
    all_groups, whole = np.zeros((len(places), 1), np.int32), np.array([0, len(centers.groups)])
    groups = _best(places, all_groups, centers.groups, whole, GROUPS, threads, part(report, 0.0, GROUPED))
    found = _best(places, groups, centers.places, centers.start, count, threads, part(report, GROUPED, 1.0))
    found[:, 1:].sort(axis=1)
    return found


def _best(
    places: FloatArray,
    probes: NDArray[np.int32],
    centers: FloatArray,
    start: NDArray[np.intp],
    count: int,
    threads: int,
    report: Report,
) -> NDArray[np.int32]:
    """Return the nearest of the centers that each place probes, int32 [N, count], nearest first, -1 for none."""
    n, count = len(places), min(count, len(centers))
    best, found = np.full((n, count), -np.inf, np.float32), np.full((n, count), -1, np.int32)
    # Centers are numbered from n on there, or a place would not get the center of its own number.
    Probed(centers, half_squares(centers), start, n).search(places, probes, best, found, threads, report)
    return np.where(found < 0, np.int32(-1), found - np.int32(n))
