"""The greedy cover: which rows are kept, and which kept row each other row goes with."""

from __future__ import annotations

import numpy as np
from localatlas.protocols import Context
from numpy.typing import NDArray

from atlas_plugin_duplicates.close import ClosePairs
from atlas_plugin_duplicates.crowds import Crowds
from atlas_plugin_duplicates.known import Evidence
from atlas_plugin_duplicates.reduced import Reduced
from atlas_plugin_duplicates.reports import reports

__all__ = ["cover"]

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
    Crowds(pairs, reduced, evidence, owner).decide(
        order[crowded],
        lambda row: _give_links(evidence, row, owner),
        reports(context, 0.0, SEARCH_SHARE, "comparing rows of large groups"),
    )
    _cover_by_links(evidence, order[~crowded], owner, context)
    return owner


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
