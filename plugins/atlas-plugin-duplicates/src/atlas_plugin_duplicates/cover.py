"""The greedy cover: which rows are kept, and which kept row each other row goes with."""

from __future__ import annotations

import numpy as np
from localatlas.protocols import Context
from numpy.typing import NDArray

from atlas_plugin_duplicates.close import ClosePairs
from atlas_plugin_duplicates.compare import close_in_block
from atlas_plugin_duplicates.known import Evidence
from atlas_plugin_duplicates.reduced import Reduced

__all__ = ["cover"]

# Rows that are decided at once, and columns that they are compared with at once: 8 MiB of float32.
BATCH = 256
COLUMNS = 8_192
REPORT_EVERY = 65_536
SEARCH_SHARE = 0.9


def cover(
    pairs: ClosePairs, reduced: Reduced, evidence: Evidence, weights: NDArray[np.int32], context: Context
) -> NDArray[np.int64]:
    """Return int64 [N]: the kept row that covers each row; a kept row covers itself.

    Crowded rows come first: those among them are found by search. The listed links lead to all others.
    """
    owner = np.full(len(weights), -1, np.int64)
    order = np.argsort(-(weights.astype(np.int64) + evidence.degree), kind="stable")
    crowded = evidence.crowded[order]
    _cover_by_search(pairs, reduced, evidence, order[crowded], owner, context)
    _cover_by_links(evidence, order[~crowded], owner, context)
    return owner


def _cover_by_search(
    pairs: ClosePairs,
    reduced: Reduced,
    evidence: Evidence,
    order: NDArray[np.int64],
    owner: NDArray[np.int64],
    context: Context,
) -> None:
    """Decide the crowded rows of `order`, a batch at a time, and what these are linked to; write to `owner`."""
    pending = order
    while pending.size:
        batch = pending[:BATCH]
        leaders = batch[_first_independent(pairs.among(batch, batch))]
        owner[leaders] = leaders
        _sweep(pairs, reduced, leaders, pending, owner)
        for leader in leaders:
            _give_links(evidence, leader, owner)
        pending = pending[owner[pending] < 0]
        context.progress(SEARCH_SHARE * (1.0 - pending.size / order.size), "comparing rows of large groups")


def _first_independent(close: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return bool [B]: the rows that no chosen earlier row is close to."""
    covered = np.zeros(len(close), np.bool_)
    chosen = np.zeros(len(close), np.bool_)
    for row in range(len(close)):
        if not covered[row]:
            chosen[row] = True
            covered |= close[row]
    return chosen


def _sweep(
    pairs: ClosePairs,
    reduced: Reduced,
    leaders: NDArray[np.int64],
    pending: NDArray[np.int64],
    owner: NDArray[np.int64],
) -> None:
    """Give every pending row that is still free to the first of the leaders that it is close to."""
    free = pending[owner[pending] < 0]
    table = reduced.table[leaders]
    for start in range(0, len(free), COLUMNS):
        columns = free[start : start + COLUMNS]
        by, covered = close_in_block(pairs, reduced, (leaders, table), (columns, reduced.table[columns]))
        # Written last to first: the first leader that covers a row has it.
        owner[columns[covered[::-1]]] = leaders[by[::-1]]


def _cover_by_links(evidence: Evidence, order: NDArray[np.int64], owner: NDArray[np.int64], context: Context) -> None:
    """Decide the rows of `order` by their links; write to `owner`."""
    linked = order[np.diff(evidence.starts)[order] > 0]
    for done, row in enumerate(linked.tolist()):
        if done % REPORT_EVERY == 0:
            context.progress(SEARCH_SHARE + (1.0 - SEARCH_SHARE) * done / linked.size, "joining duplicates")
        if owner[row] < 0:
            owner[row] = row
            _give_links(evidence, row, owner)
    alone = order[owner[order] < 0]
    owner[alone] = alone


def _give_links(evidence: Evidence, row: int, owner: NDArray[np.int64]) -> None:
    """Give a kept row all rows that it is linked to and that are still free."""
    links = evidence.links[evidence.starts[row] : evidence.starts[row + 1]]
    owner[links[owner[links] < 0]] = row
