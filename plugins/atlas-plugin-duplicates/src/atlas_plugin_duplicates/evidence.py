"""All that must be known of close pairs: every row's number of them, up to a bound, and all pairs of the other rows.

The lent neighbours are a hint that saves work, never a proof. Where certainty is asked for, what they leave out is
found by comparing rows; else a sample of the rows says whether they leave out anything.
"""

from __future__ import annotations

import numpy as np
from localatlas.protocols import Context, Index
from numpy.typing import NDArray

from atlas_plugin_duplicates.close import ClosePairs
from atlas_plugin_duplicates.compare import compared
from atlas_plugin_duplicates.known import Evidence, Known, distinct
from atlas_plugin_duplicates.reduced import Reduced
from atlas_plugin_duplicates.reports import Report, reports, stretch
from atlas_plugin_duplicates.sampling import lists_suffice

__all__ = ["gather"]

# Of the work, about the share that measuring the lent pairs is.
LENT = 0.2


def gather(
    pairs: ClosePairs, reduced: Reduced, index: Index, k: int, context: Context, *, certain: bool = True
) -> Evidence:
    """Find all close pairs of rows that are not crowded; none are lent when `k` is 0.

    Unless `certain`, the lent lists are taken for complete as long as a sample of the rows does not speak against it.
    """
    known = Known(len(pairs.vectors))
    if k:
        known.add(*_lent_pairs(pairs, index, k, reports(context, 0.0, LENT, "measuring neighbours")))
        known.count()
    context = stretch(context, LENT if k else 0.0, 1.0)
    if certain or not k or not lists_suffice(pairs, reduced, known, context):
        # Rows that the lent neighbours show to be crowded are compared with the others, not among themselves.
        crowded = known.crowded
        for left, right in compared(pairs, reduced, np.flatnonzero(~crowded), np.flatnonzero(crowded), context):
            known.add(left, right)
        known.count()
    return known.evidence(None if certain or not k else index.neighbors(k).indices)


def _lent_pairs(pairs: ClosePairs, index: Index, k: int, report: Report) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    graph = index.neighbors(k)
    # Euclidean distances do not tell; with none left out all lent pairs are measured.
    reach = pairs.cutoff + pairs.margin if index.metric == "cosine" else np.inf
    place = np.flatnonzero(graph.distances <= reach)
    rows, others = place // max(graph.indices.shape[1], 1), graph.indices.ravel()[place].astype(np.int64)
    there = others >= 0
    rows, others = rows[there], others[there]
    # Near rows are mostly in each other's lists: each pair is measured once.
    n = len(pairs.vectors)
    rows, others = np.divmod(distinct(np.minimum(rows, others) * n + np.maximum(rows, others)), n)
    close = pairs.linked(rows, others, report)
    return rows[close], others[close]
