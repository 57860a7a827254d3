"""The centers of cells, in groups: whoever looks for the nearest need not look at all.

Source: K-means within K-means, as in the vocabulary trees of Nister, Stewenius, "Scalable recognition with a vocabulary
tree" (2006).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from atlas_plugin_neighbors.blas import Report, in_blocks
from atlas_plugin_neighbors.geometry import FloatArray
from atlas_plugin_neighbors.kmeans import means, nearest, path

__all__ = ["SAMPLE_PER_CELL", "Centers"]

# Twice as many find the same share of neighbours.
SAMPLE_PER_CELL = 24
# Groups for each unit of the square root of the number of centers: of many small groups less need be looked at.
GROUPS_PER_ROOT = 1.5


@dataclass(frozen=True)
class Centers:
    """Centers of cells, group after group.

    Attributes:
        groups: float32 [G, R], the middle of each group; each lies near the one before it.
        start: intp [G + 1], where the centers of each group begin.
        places: float32 [C, R]; within a group, too, each lies near the one before it.

    Rows of cells that follow each other are found together: by queries that are worked off together, and in the
    processor's cache.
    """

    groups: FloatArray
    start: NDArray[np.intp]
    places: FloatArray

    @classmethod
    def of(cls, sample: FloatArray, count: int, random: np.random.Generator, threads: int, report: Report) -> Centers:
        """Return about `count` centers of a sample float32 [M, R]."""
        groups = max(round(GROUPS_PER_ROOT * math.sqrt(count)), 1)
        some = np.sort(random.choice(len(sample), min(len(sample), SAMPLE_PER_CELL * groups), replace=False))
        middles = means(sample[some], groups, random)
        middles = middles[path(middles)]
        own = nearest(sample, middles)

        def within(group: int, random: np.random.Generator) -> FloatArray:
            points = sample[own == group]
            found = means(points, max(round(len(points) * count / len(sample)), 1), random)
            return found[path(found)] if len(found) else middles[group : group + 1]

        return cls._joined(middles, _each(within, len(middles), random, threads, report))

    @classmethod
    def _joined(cls, groups: FloatArray, centers: list[FloatArray]) -> Centers:
        return cls(groups, np.cumsum([0, *map(len, centers)]), np.concatenate(centers))

    def divided(
        self,
        crowded: NDArray[np.intp],
        division: Callable[[int, np.random.Generator], FloatArray],
        random: np.random.Generator,
        threads: int,
        report: Report,
    ) -> Centers:
        """Return the centers with each of the `crowded` replaced by several, float32 [?, R], which `division` gives."""
        parts = _each(lambda place, own: division(int(crowded[place]), own), len(crowded), random, threads, report)
        new = dict(zip(crowded.tolist(), parts, strict=True))
        old = [new.get(number, self.places[number : number + 1]) for number in range(len(self.places))]
        return self._joined(self.groups, [np.concatenate(old[begin:end]) for begin, end in pairwise(self.start)])


def _each(
    work: Callable[[int, np.random.Generator], FloatArray],
    count: int,
    random: np.random.Generator,
    threads: int,
    report: Report,
) -> list[FloatArray]:
    """Return what `work` gives for 0 to `count` - 1, each with random numbers of its own."""
    found: list[FloatArray] = [np.empty((0, 0), np.float32)] * count
    own = random.spawn(count)

    def one(start: int, _stop: int) -> None:
        found[start] = work(start, own[start])

    in_blocks(one, count, 1, threads, report)
    return found
