"""Which rows of large groups are kept: decided by search, since the pairs of such groups are not listed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from atlas_plugin_duplicates.close import ClosePairs
from atlas_plugin_duplicates.compare import close_in_block
from atlas_plugin_duplicates.known import Evidence
from atlas_plugin_duplicates.reduced import Reduced
from atlas_plugin_duplicates.reports import Report

__all__ = ["Crowds", "first_independent"]

Rows = NDArray[np.int64]

# Rows that are decided at once, and columns that they are compared with at once: 8 MiB of float32.
BATCH = 256
COLUMNS = 8_192
# How far a kept row's group is followed from list to list: in a group of thirty, two lists lead to nearly all.
HOPS = 2


class Crowds:
    """Decides crowded rows in their order: a row that no kept row covers is kept.

    Without lent lists every kept row is compared with all rows that are still open, so that each goes with the first
    kept row that covers it, whatever was lent. With them a kept row takes what they lead to, each row measured; only
    rows that nothing led to are compared with the kept rows. The kept rows are the same in both ways.
    """

    def __init__(self, pairs: ClosePairs, reduced: Reduced, evidence: Evidence, owner: Rows) -> None:
        """Write to `owner` int64 [N], -1 for a row that is still open."""
        self._pairs, self._reduced, self._evidence, self._owner = pairs, reduced, evidence, owner
        self._crowded = evidence.crowded

    def decide(self, order: Rows, give_links: Callable[[int], None], report: Report) -> None:
        """Decide the rows of `order`, and with `give_links` what kept ones are linked to."""
        by = self._by_sweeping if self._evidence.lent is None else self._by_following
        by(order, give_links, report)

    def _by_sweeping(self, order: Rows, give_links: Callable[[int], None], report: Report) -> None:
        pending = order
        while pending.size:
            batch = pending[:BATCH]
            leaders = batch[first_independent(self._pairs.among(batch, batch))]
            self._owner[leaders] = leaders
            self._sweep(leaders, pending)
            for leader in leaders.tolist():
                give_links(leader)
            pending = pending[self._owner[pending] < 0]
            report(1.0 - pending.size / order.size)

    def _sweep(self, leaders: Rows, pending: Rows) -> None:
        """Give every pending row that is still open to the first of the leaders that it is close to."""
        free = pending[self._owner[pending] < 0]
        for start in range(0, len(free), COLUMNS):
            columns = free[start : start + COLUMNS]
            by, covered = self._close(leaders, columns)
            # Written last to first: the first leader that covers a row has it.
            self._owner[columns[covered[::-1]]] = leaders[by[::-1]]

    def _by_following(self, order: Rows, give_links: Callable[[int], None], report: Report) -> None:
        leaders, at = np.zeros(0, np.int64), 0
        while at < order.size:
            batch, at = self._next_open(order, at)
            self._ask(batch, leaders)
            left = batch[self._owner[batch] < 0]
            close = self._pairs.among(left, left)
            first = first_independent(close)
            # Of each row, the first of the new leaders that it is close to; of a leader, itself.
            self._owner[left] = left[first][close[first].argmax(axis=0)] if left.size else left
            leaders = np.concatenate([leaders, left[first]])
            for leader in left[first].tolist():
                give_links(leader)
            reached = batch
            for _ in range(HOPS):
                reached = self._follow(reached)
            report(at / order.size)

    def _next_open(self, order: Rows, at: int) -> tuple[Rows, int]:
        """Return the next rows that are open, and where in `order` they end."""
        window = order[at : at + COLUMNS]
        places = np.flatnonzero(self._owner[window] < 0)[:BATCH]
        whole = len(places) < BATCH
        return window[places], at + (len(window) if whole else int(places[-1]) + 1)

    def _ask(self, rows: Rows, leaders: Rows) -> None:
        """Give each row to the first of the leaders that it is close to."""
        for start in range(0, len(leaders), COLUMNS):
            free = rows[self._owner[rows] < 0]
            columns = leaders[start : start + COLUMNS]
            covered, by = self._close(free, columns)
            self._owner[free[covered[::-1]]] = columns[by[::-1]]

    def _follow(self, rows: Rows) -> Rows:
        """Give the open rows that decided rows' lists lead to to these rows' owners; return those that were given."""
        assert self._evidence.lent is not None  # noqa: S101  for the type checker
        lists = self._evidence.lent[rows]
        found, owner = lists.ravel().astype(np.int64), np.repeat(self._owner[rows], lists.shape[1])
        free = (found >= 0) & self._crowded[found] & (self._owner[found] < 0)
        found, first = np.unique(found[free], return_index=True)
        owner = owner[free][first]
        close = self._pairs.linked(owner, found)
        self._owner[found[close]] = owner[close]
        return found[close]

    def _close(self, left: Rows, right: Rows) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        table = self._reduced.table
        return close_in_block(self._pairs, self._reduced, (left, table[left]), (right, table[right]))


def first_independent(close: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return bool [B]: the rows that no chosen earlier row is close to."""
    covered = np.zeros(len(close), np.bool_)
    chosen = np.zeros(len(close), np.bool_)
    for row in range(len(close)):
        if not covered[row]:
            chosen[row] = True
            covered |= close[row]
    return chosen
