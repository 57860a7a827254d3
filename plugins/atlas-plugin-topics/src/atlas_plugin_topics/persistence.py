"""Topics that are found anew keep the ids of the old topics whose rows they hold."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from localatlas.protocols import Topics
from numpy.typing import NDArray

__all__ = ["keep_ids"]

# A topic persists if the rows that old and new share are this part of all rows of the two (Jaccard 1901).
SAME_SHARE = 0.3


def keep_ids(found: Topics, before: NDArray[np.int32], used: int) -> Topics:
    """Return `found` under the ids of the topics that they continue; the others get ids that were never used.

    Pairs of one depth are taken greedily, the most alike first; ties go to the smaller ids. Rows that one of the two
    lacks do not count.

    Args:
        found: topics over N rows.
        before: int32 [N, D'], the old topics of the same rows, -1 for a row that is new.
        used: the largest id there ever was.
    """
    renamed: dict[int, int] = {}
    for depth in range(min(found.depths, before.shape[1])):
        renamed |= _continued(found.assignment[:, depth], before[:, depth])
    fresh = max(used, int(before.max(initial=0)))
    for topic in found.topic_id.tolist():
        if topic not in renamed:
            fresh += 1
            renamed[topic] = fresh
    return _renamed(found, renamed)


def _continued(new: NDArray[np.int32], old: NDArray[np.int32]) -> dict[int, int]:
    """Return the old id of each new topic of one depth that continues one."""
    known = old >= 0
    pairs, shared = np.unique(np.column_stack([new[known], old[known]]), axis=0, return_counts=True)
    new_size = dict(zip(*(part.tolist() for part in np.unique(new[known], return_counts=True)), strict=True))
    old_size = dict(zip(*(part.tolist() for part in np.unique(old[known], return_counts=True)), strict=True))
    alike = [
        (-both / (new_size[one] + old_size[other] - both), other, one)
        for (one, other), both in zip(pairs.tolist(), shared.tolist(), strict=True)
    ]
    taken: set[int] = set()
    continued: dict[int, int] = {}
    for likeness, other, one in sorted(alike):
        if -likeness >= SAME_SHARE and one not in continued and other not in taken:
            continued[one] = other
            taken.add(other)
    return continued


def _renamed(found: Topics, new_id: dict[int, int]) -> Topics:
    """Return the same topics under other ids, in the order that `Topics` wants."""
    ids = np.array([new_id[topic] for topic in found.topic_id.tolist()], dtype=np.int32)
    parents = np.array([new_id.get(topic, -1) for topic in found.parent_id.tolist()], dtype=np.int32)
    order = np.lexsort((ids, found.depth))
    table = np.full(int(found.topic_id.max(initial=0)) + 1, -1, dtype=np.int32)
    table[found.topic_id] = ids
    return replace(
        found,
        topic_id=ids[order],
        depth=found.depth[order],
        parent_id=parents[order],
        size=found.size[order],
        position=found.position[order],
        hull=tuple(found.hull[row] for row in order),
        assignment=table[found.assignment],
        labels={new_id[topic]: label for topic, label in found.labels.items()},
    )
