"""Parts of a broad topic that lie apart from it on the map go to a neighbour that they are tied to as strongly."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from atlas_plugin_topics.merge import Cells

__all__ = ["join_exclaves"]

# What has moved may let others touch.
ROUNDS = 3
# No finer topic is torn so that less than this share of its rows stays.
KEPT_SHARE = 0.35

Groups = NDArray[np.int64]


def join_exclaves(tree: Sequence[Groups], cells: Cells) -> list[Groups]:
    """Return `tree`, int64 [C] for each depth, broadest first, with the exclaves of its broadest topics moved.

    An exclave is a part of a topic whose cells touch none of the rest. It joins the topic that it is tied to most among
    those that it touches, if these ties are no weaker than those to the rest of its own topic. Finer topics that lie in
    it altogether go with it; cells of others join the finer topic there that they are tied to most. So the tree stays
    nested, and no topic is lost.
    """
    depths = np.column_stack(tree)
    for _ in range(ROUNDS):
        moved = False
        part = _parts(depths[:, 0], cells)
        size = np.bincount(part, weights=cells.size)
        order = np.argsort(size, kind="stable")
        # Written in order of growing size, so that the largest part of each topic stays: its main land.
        main = dict(zip(_owner(part, depths[:, 0])[order].tolist(), order.tolist(), strict=True))
        for number in order[~np.isin(order, list(main.values()))].tolist():
            inside = part == number
            target = None if _tears(depths, inside, cells) else _stronger_neighbour(depths[:, 0], inside, cells)
            if target is not None:
                _rehome(depths, inside, target, cells)
                moved = True
        if not moved:
            break
    return list(depths.T)


def _owner(part: Groups, group: Groups) -> Groups:
    """Return int64 [P], the group that each part belongs to."""
    owner = np.empty(int(part.max()) + 1, dtype=np.int64)
    owner[part] = group
    return owner


def _parts(group: Groups, cells: Cells) -> Groups:
    """Return int64 [C], a number for the connected part of its group that each cell belongs to."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    together = np.nonzero(cells.touching & (group[:, None] == group))
    beside = coo_array((np.ones(len(together[0]), dtype=np.int8), together), shape=cells.tie.shape)
    return np.asarray(connected_components(beside, directed=False)[1], dtype=np.int64)


def _tears(depths: Groups, inside: NDArray[np.bool_], cells: Cells) -> bool:
    """Whether a finer topic would keep too few of its rows, but some, if the cells `inside` left."""
    for column in depths.T:
        size = np.bincount(column, weights=cells.size)
        left = np.bincount(column, weights=cells.size * ~inside)
        if ((left > 0) & (left < KEPT_SHARE * size)).any():
            return True
    return False


def _stronger_neighbour(group: Groups, inside: NDArray[np.bool_], cells: Cells) -> int | None:
    """Return the group that an exclave touches and is tied to as strongly as to the rest of its own, if any."""
    own = int(group[inside][0])
    tie = np.bincount(group, weights=cells.tie[inside].sum(axis=0) * ~inside)
    near = np.bincount(group, weights=cells.touching[inside].any(axis=0)) > 0
    here = tie[own]
    tie = np.where(near, tie, 0.0)
    tie[own] = 0.0
    best = int(tie.argmax())
    return best if tie[best] > 0 and tie[best] >= here else None


def _rehome(depths: Groups, inside: NDArray[np.bool_], target: int, cells: Cells) -> None:
    """Move the cells `inside` to a broadest group, and where a finer group is divided by that to finer ones there."""
    depths[inside, 0] = target
    for depth in range(1, depths.shape[1]):
        parent, group = depths[:, depth - 1], depths[:, depth]
        divided = inside & np.isin(group, group[~inside])
        for above in np.unique(parent[divided]).tolist():
            joining = divided & (parent == above)
            tie = np.bincount(group, weights=cells.tie[joining].sum(axis=0) * ((parent == above) & ~joining))
            there = np.bincount(group, weights=(parent == above) & ~joining) > 0
            depths[joining, depth] = int(np.where(there, tie, -1.0).argmax())
