"""The greedy cover: which rows are kept, and which kept row each other row goes with."""

from __future__ import annotations

import numpy as np
from localatlas.protocols import Context
from numpy.typing import NDArray

from atlas_plugin_duplicates.close import ClosePairs
from atlas_plugin_duplicates.evidence import Evidence

__all__ = ["cover", "kept_rows_clash"]

# Rows that are decided at once, and columns that they are compared with at once: 8 MB of float32.
BATCH = 256
COLUMNS = 8_192
# Kept rows that are all compared with each other; of more, a sample this large is compared with all.
FEW_KEPT = 4_096
SAMPLE = 256
REPORT_EVERY = 65_536
SEARCH_SHARE = 0.9


def cover(pairs: ClosePairs, evidence: Evidence, weights: NDArray[np.int32], context: Context) -> NDArray[np.int64]:
    """Return int64 [N]: the kept row that covers each row; a kept row covers itself.

    Rows whose close pairs are not all known come first: they have the most, and once they are decided, by search
    among all rows, the links of the others are all that is left.
    """
    owner = np.full(len(weights), -1, np.int64)
    order = np.argsort(-(weights.astype(np.int64) + evidence.degree), kind="stable")
    complete = evidence.complete[order]
    _cover_by_search(pairs, order[~complete], owner, context)
    _cover_by_links(evidence, order[complete], owner, context)
    return owner


def _cover_by_search(pairs: ClosePairs, order: NDArray[np.int64], owner: NDArray[np.int64], context: Context) -> None:
    """Decide the rows of `order`, a batch at a time; write to `owner`."""
    pending = order
    while pending.size:
        batch = pending[:BATCH]
        leaders = batch[_first_independent(pairs.among(batch, batch))]
        owner[leaders] = leaders
        _sweep(pairs, leaders, owner)
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


def _sweep(pairs: ClosePairs, leaders: NDArray[np.int64], owner: NDArray[np.int64]) -> None:
    """Give every row that is still free to the first of the leaders that it is close to."""
    free = np.flatnonzero(owner < 0)
    for start in range(0, len(free), COLUMNS):
        columns = free[start : start + COLUMNS]
        close = pairs.among(leaders, columns)
        covered = close.any(axis=0)
        owner[columns[covered]] = leaders[close[:, covered].argmax(axis=0)]


def _cover_by_links(evidence: Evidence, order: NDArray[np.int64], owner: NDArray[np.int64], context: Context) -> None:
    """Decide the rows of `order` by their links; write to `owner`."""
    linked = order[np.diff(evidence.starts)[order] > 0]
    for done, row in enumerate(linked.tolist()):
        if done % REPORT_EVERY == 0:
            context.progress(SEARCH_SHARE + (1.0 - SEARCH_SHARE) * done / linked.size, "joining duplicates")
        if owner[row] < 0:
            owner[row] = row
            links = evidence.links[evidence.starts[row] : evidence.starts[row + 1]]
            owner[links[owner[links] < 0]] = row
    alone = order[owner[order] < 0]
    owner[alone] = alone


def kept_rows_clash(pairs: ClosePairs, kept: NDArray[np.int64]) -> bool:
    """Return whether two kept rows lie within the cut-off; of many kept rows, an even sample is looked at."""
    sample = kept if kept.size <= FEW_KEPT else kept[np.linspace(0, kept.size - 1, SAMPLE).astype(np.int64)]
    for first in range(0, sample.size, BATCH):
        rows = sample[first : first + BATCH]
        for start in range(0, kept.size, COLUMNS):
            columns = kept[start : start + COLUMNS]
            close = pairs.among(rows, columns)
            if (close & (rows[:, None] != columns)).any():
                return True
    return False
