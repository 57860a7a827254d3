"""The duplicate detector `nomic-duplicates`."""

from __future__ import annotations

import numpy as np
from localatlas.protocols import Context, Duplicates, DuplicateVerdict, Index
from numpy.typing import NDArray

from atlas_plugin_duplicates.blas import one_blas_thread
from atlas_plugin_duplicates.close import ClosePairs
from atlas_plugin_duplicates.cover import cover
from atlas_plugin_duplicates.evidence import gather
from atlas_plugin_duplicates.options import NomicDuplicatesOptions
from atlas_plugin_duplicates.reduced import Reduced
from atlas_plugin_duplicates.reports import reports, stretch

__all__ = ["NomicDuplicates"]

# They show which rows have so many close ones that these need not be listed; the layout asks for about as many.
NEIGHBORS = 20
# Up to so many rows comparing all of them costs no more than finding neighbours does.
CERTAIN_ROWS = 50_000


class NomicDuplicates:
    """Keeps one row of every group of rows within the cut-off; every other row lies within it of the kept one.

    The distance is the cosine distance; for a euclidean index that of the vectors' directions. A greedy cover:
    rows are visited in a canonical order, those first that stand for most rows and have most rows close by, then
    by row number; a row that no kept row covers is kept, and covers all rows within the cut-off. So the kept rows
    are the lexicographically first maximal independent set of the graph of close pairs, which is what gives the
    guarantees of `Duplicates` (SemDeDup, Abbas et al. 2023, has the cut-off and the aim, but not them).

    Up to 50,000 rows, or where `certain` asks for it, all rows are compared with all others, in fewer dimensions that
    prove nearly all pairs apart: what is found is then the same for any neighbours, exact or not, and on any number of
    threads. Of more rows, the lent lists are taken for complete where they reach beyond the cut-off, and a sample of
    the rows is compared with all to see whether that holds. Rows whose list does not reach so far are searched for.
    """

    Options = NomicDuplicatesOptions

    def __init__(self, options: NomicDuplicatesOptions) -> None:
        self.options = options

    def neighbors_needed(self, n: int) -> int:
        """Return 20, or what there is in a smaller index."""
        return max(min(NEIGHBORS, n - 1), 0)

    def detect(self, index: Index, context: Context) -> Duplicates:
        """Return groups over the index's rows, numbered from 0 in the order of their kept rows.

        Memory: 0.1 to 1 kB a row above the input. Time: in proportion to the rows where the lent lists are trusted,
        nearly with their square where all rows are compared. Rows of groups that are larger than the lent lists are
        compared with the rows that are kept of such groups.
        """
        n = len(index.vectors)
        with one_blas_thread():
            told = "looking for duplicates"
            pairs = ClosePairs.of(index.vectors, self.options.duplicate_cutoff, reports(context, 0.0, 0.05, told))
            reduced = Reduced.of(pairs, context.random(), reports(context, 0.05, 0.15, told))
            evidence = gather(
                pairs,
                reduced,
                index,
                self.neighbors_needed(n),
                stretch(context, 0.15, 0.7),
                certain=self._certain(index),
            )
            owner = cover(pairs, reduced, evidence, index.weights, stretch(context, 0.7, 1.0))
        context.progress(1.0, "duplicates found")
        return _as_duplicates(owner)

    def _certain(self, index: Index) -> bool:
        """Whether to compare all rows: lists of euclidean neighbours say nothing about directions."""
        asked = self.options.certain
        return index.metric != "cosine" or (len(index.vectors) <= CERTAIN_ROWS if asked is None else asked)


def _as_duplicates(owner: NDArray[np.int64]) -> Duplicates:
    kept, cluster, size = np.unique(owner, return_inverse=True, return_counts=True)
    verdict = np.full(len(owner), DuplicateVerdict.DELETION, np.uint8)
    verdict[kept] = np.where(size > 1, DuplicateVerdict.RETENTION, DuplicateVerdict.SINGLETON)
    return Duplicates(cluster.astype(np.int64), verdict)
