"""Topics that are found anew, under the ids of the earlier topics whose rows they hold."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from localatlas.protocols import Topics
from numpy.typing import NDArray

__all__ = ["continued"]

# Two topics are one if this part of the rows of both is in both (Jaccard).
SAME = 0.3


def continued(found: Topics, before: NDArray[np.int32], used: int) -> Topics:
    """Return the topics with ids that are kept where most rows are, and else above all that were `used`.

    Args:
        found: topics of N rows.
        before: int32 [N, D'], the rows' earlier topics, -1 for a row that is new.
        used: the largest id that the map ever had.
    """
    ids = np.full(int(found.topic_id.max(initial=0)) + 1, -1, dtype=np.int32)
    for depth in range(min(found.depths, before.shape[1])):
        for new, old in _pairs(found.assignment[:, depth], before[:, depth]):
            ids[new] = old
    fresh = found.topic_id[ids[found.topic_id] < 0]
    ids[fresh] = max(used, int(before.max(initial=0))) + 1 + np.arange(len(fresh))
    order = np.lexsort((ids[found.topic_id], found.depth))
    parents = np.where(found.parent_id >= 0, ids[found.parent_id], -1)
    return replace(
        found,
        topic_id=ids[found.topic_id][order],
        depth=found.depth[order],
        parent_id=parents[order].astype(np.int32),
        size=found.size[order],
        position=found.position[order],
        hull=tuple(found.hull[at] for at in order),
        assignment=ids[found.assignment],
        labels={int(ids[topic]): label for topic, label in found.labels.items()},
    )


def _pairs(new: NDArray[np.int32], old: NDArray[np.int32]) -> list[tuple[int, int]]:
    """Return pairs of one new and one old topic of a depth such that they share as much as can be, all in all."""
    from scipy.optimize import linear_sum_assignment

    known = old >= 0
    news, at_new = np.unique(new[known], return_inverse=True)
    olds, at_old = np.unique(old[known], return_inverse=True)
    shared = np.zeros((len(news), len(olds)))
    np.add.at(shared, (at_new, at_old), 1)
    either = shared.sum(axis=1, keepdims=True) + shared.sum(axis=0, keepdims=True) - shared
    alike = shared / np.maximum(either, 1)
    pairs = zip(*linear_sum_assignment(alike, maximize=True), strict=True)
    return [(int(news[one]), int(olds[other])) for one, other in pairs if alike[one, other] >= SAME]
