"""Cells become topics: one tree of merges, cut at each depth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

__all__ = ["GATE", "Cells", "cut"]

# Exponent 1 would be average linkage, 0.5 lets the largest swallow one small group after another.
NORMALISATION = 0.75
FLOOR_SHARE = 0.2
# Ties between cells that do not touch on the map count this much.
GATE = 0.07


@dataclass(frozen=True)
class Cells:
    """The fine cells C of a map.

    Attributes:
        tie: float64 [C, C], symmetric: the weight of the neighbour graph between two cells.
        gate: float64 [C, C], symmetric: how much of that counts, from `GATE` between cells that do not touch on the map
            to 1 across a long border.
        degree: float64 [C], the weight of all ties of a cell's rows, inner ones included.
        size: float64 [C], the dataset rows of each cell.
        centre: float64 [C, 2], the mean position.
    """

    tie: NDArray[np.float64]
    gate: NDArray[np.float64]
    degree: NDArray[np.float64]
    size: NDArray[np.float64]
    centre: NDArray[np.float64]

    @cached_property
    def touching(self) -> NDArray[np.bool_]:
        """Return bool [C, C]: whether two cells have a border on the map."""
        touch: NDArray[np.bool_] = self.gate > GATE
        return touch


def cut(cells: Cells, counts: Sequence[int], *, min_size: float, cap: float | None) -> list[NDArray[np.int64]]:
    """Return int64 [C] for each depth, broadest first: the group of every cell, named by one of its cells.

    Args:
        cells: what to merge.
        counts: topics to aim for at each depth, broadest first. The floor may leave fewer.
        min_size: rows below which a group joins another.
        cap: see `TopicOptions.cap`.
    """
    merger = _Merger(cells)
    depths = []
    for count in reversed(counts):
        mean = float(cells.size.sum()) / count
        merger.absorb_below(max(FLOOR_SHARE * mean, min_size))
        merger.join_to(count, None if cap is None else cap * mean)
        depths.append(merger.name[merger.group])
    return depths[::-1]


class _Merger:
    """Groups that grow by merging, each called by one of its cells; a dead group's entries are never read again."""

    def __init__(self, cells: Cells) -> None:
        self.group = np.arange(len(cells.size))
        self.name = self.group.copy()
        self.alive = np.ones(len(cells.size), dtype=bool)
        self.tie = cells.gate * cells.tie
        np.fill_diagonal(self.tie, 0.0)
        self.degree = np.maximum(cells.degree, 1e-9)
        self.strength = self.degree**NORMALISATION
        self.size = cells.size.copy()
        self.centre = cells.centre.copy()

    def absorb_below(self, floor: float) -> None:
        """Merge every group smaller than `floor` rows, smallest first."""
        while self.alive.sum() > 1:
            small = np.where(self.alive, self.size, np.inf)
            smallest = int(small.argmin())
            if small[smallest] >= floor:
                return
            pull = self.tie[smallest] / np.sqrt(self.degree)
            if not (pull[self.alive] > 0).any():
                pull = -self._distance(smallest)
            pull = np.where(self.alive, pull, -np.inf)
            pull[smallest] = -np.inf
            self._merge(int(pull.argmax()), smallest)

    def join_to(self, count: int, limit: float | None) -> None:
        """Merge the most strongly linked pair until `count` groups are left."""
        self._bury()
        link = self._links(np.arange(len(self.alive)), limit)
        best = link.argmax(axis=1)
        for _ in range(int(self.alive.sum()) - count):
            strength = link[np.arange(len(link)), best]
            one = int(strength.argmax())
            other = int(best[one])
            if strength[one] <= 0:
                one, other = self._nearest_pair(limit)
            kept, gone = min(one, other), max(one, other)
            self._merge(kept, gone)
            link[gone] = link[:, gone] = -np.inf
            link[kept] = link[:, kept] = self._links(np.array([kept]), limit)[0]
            stale = self.alive & ((best == kept) | (best == gone))
            stale[kept] = True
            best[stale] = link[stale].argmax(axis=1)
            nearer = link[:, kept] > link[np.arange(len(link)), best]
            best[nearer] = kept

    def _bury(self) -> None:
        """Forget the dead: what follows looks at all pairs."""
        kept = np.nonzero(self.alive)[0]
        self.group = (np.cumsum(self.alive) - 1)[self.group]
        self.tie = np.ascontiguousarray(self.tie[np.ix_(kept, kept)])
        self.name, self.alive, self.degree = self.name[kept], self.alive[kept], self.degree[kept]
        self.strength, self.size, self.centre = self.strength[kept], self.size[kept], self.centre[kept]

    def _links(self, groups: NDArray[np.int64], limit: float | None) -> NDArray[np.float64]:
        """Return float64 [G, C], how strongly groups are linked to each other one; -inf to themselves and the dead."""
        link: NDArray[np.float64] = self.tie[groups] / np.multiply.outer(self.strength[groups], self.strength)
        link /= self._reluctance(groups, limit)
        link[~self.alive[groups]] = -np.inf
        link[:, ~self.alive] = -np.inf
        link[np.arange(len(groups)), groups] = -np.inf
        return link

    def _reluctance(self, groups: NDArray[np.int64], limit: float | None) -> NDArray[np.float64]:
        """Return float64 [G, C], how much less than it is a link between two groups counts."""
        if limit is None:
            return np.ones((1, 1))
        reluctance: NDArray[np.float64] = 1.0 + (np.add.outer(self.size[groups], self.size) / limit) ** 2
        return reluctance

    def _nearest_pair(self, limit: float | None) -> tuple[int, int]:
        """Return the two groups that lie nearest to each other on the map, for when no tie is left."""
        groups = np.nonzero(self.alive)[0]
        apart = np.array([self._distance(int(group)) for group in groups]) + 1e-9
        apart = apart * self._reluctance(groups, limit)
        apart[:, ~self.alive] = np.inf
        apart[np.arange(len(groups)), groups] = np.inf
        row, other = np.unravel_index(int(apart.argmin()), apart.shape)
        return int(groups[row]), int(other)

    def _distance(self, group: int) -> NDArray[np.float64]:
        """Return float64 [C], the distance on the map from a group to each other one."""
        offset = self.centre - self.centre[group]
        apart: NDArray[np.float64] = np.hypot(offset[:, 0], offset[:, 1])
        return apart

    def _merge(self, kept: int, gone: int) -> None:
        """Let one group take over another."""
        self.tie[kept] += self.tie[gone]
        self.tie[:, kept] += self.tie[:, gone]
        self.tie[kept, kept] = 0.0
        self.tie[gone] = self.tie[:, gone] = 0.0
        total = self.size[kept] + self.size[gone]
        share = self.size[gone] / total
        self.centre[kept] += share * (self.centre[gone] - self.centre[kept])
        self.degree[kept] += self.degree[gone]
        self.strength[kept] = self.degree[kept] ** NORMALISATION
        self.size[kept] = total
        self.alive[gone] = False
        self.group[self.group == gone] = kept
