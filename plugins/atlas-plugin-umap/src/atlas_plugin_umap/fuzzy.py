"""The fuzzy neighbour graph: how strongly each row holds on to its neighbours.

Source: McInnes, Healy, Melville, "UMAP" (arXiv 1802.03426), section 3.1; numerically the graph of umap-learn's
`fuzzy_simplicial_set`, in numpy and scipy instead of compiled code.
"""

from __future__ import annotations

import numpy as np
from localatlas.protocols import NeighborGraph
from numpy.typing import NDArray
from scipy.sparse import csr_array

__all__ = ["fuzzy_graph", "memberships"]

ROUNDS = 64
TOLERANCE = 1e-5
# A bandwidth never falls below this share of the mean distance, or a tight clump would cut itself off.
SMALLEST_SHARE = 1e-3
BLOCK = 16_384


def fuzzy_graph(graph: NeighborGraph, local_connectivity: float, mix: float) -> csr_array:
    """Return the symmetric graph float32 [N, N] of membership strengths in (0, 1], without self loops."""
    rows = len(graph.indices)
    strength = memberships(graph, local_connectivity)
    kept = strength > 0
    pointer = np.concatenate([[0], np.cumsum(kept.sum(axis=1))])
    one_way = csr_array((strength[kept], graph.indices[kept], pointer), shape=(rows, rows))
    one_way.sum_duplicates()
    other_way = one_way.T.tocsr()
    both = one_way.multiply(other_way)
    mixed = mix * (one_way + other_way - both) + (1.0 - mix) * both
    result = csr_array(mixed, dtype=np.float32)
    result.eliminate_zeros()
    result.sort_indices()
    return result


def memberships(graph: NeighborGraph, local_connectivity: float, *, each_alone: bool = False) -> NDArray[np.float32]:
    """Return float32 [N, K]: how strongly each row holds on to each of its neighbours; 0 where there is none.

    Args:
        graph: the neighbours.
        local_connectivity: how many nearest neighbours count as fully connected.
        each_alone: let no row's result depend on the others, at the price of leaving umap-learn's numbers.
    """
    valid = graph.indices >= 0
    distances = np.where(valid, graph.distances, np.inf)
    count = max(int(valid.sum()), 1)
    # The row itself, at distance 0, counts as a member of its neighbourhood: hence the added rows.
    overall = float(distances[valid].sum(dtype=np.float64)) / (count + len(distances))
    result = np.zeros(distances.shape, dtype=np.float32)
    for start in range(0, len(distances), BLOCK):
        part = slice(start, start + BLOCK)
        result[part] = _strengths(
            distances[part].astype(np.float64), local_connectivity, None if each_alone else overall
        )
    return result


def _strengths(distances: NDArray[np.float64], local_connectivity: float, overall: float | None) -> NDArray[np.float64]:
    nearest = _connected_within(distances, local_connectivity)
    beyond = np.maximum(distances - nearest[:, None], 0.0)
    width = _bandwidths(beyond, target=float(np.log2(distances.shape[1] + 1)))
    finite = np.isfinite(distances)
    own = np.where(finite, distances, 0.0).sum(axis=1) / (finite.sum(axis=1) + 1)
    scale = own if overall is None else np.where(nearest > 0, own, overall)
    width = np.maximum(width, SMALLEST_SHARE * scale)
    with np.errstate(divide="ignore", invalid="ignore"):
        strength = np.exp(-beyond / width[:, None])
    return np.where(beyond <= 0, 1.0, np.where(np.isfinite(strength), strength, 0.0))


def _connected_within(distances: NDArray[np.float64], local_connectivity: float) -> NDArray[np.float64]:
    """Return [N], the distance within which neighbours count as connected: the `local_connectivity`-th above zero."""
    rows = np.arange(len(distances))
    zeros = (distances <= 0).sum(axis=1)
    available = np.isfinite(distances).sum(axis=1) - zeros
    padded = np.concatenate([np.zeros((len(distances), 1)), distances], axis=1)

    def nth(n: int) -> NDArray[np.float64]:
        place = np.minimum(n, available)
        return np.where(place > 0, padded[rows, zeros + place], 0.0)

    whole = int(local_connectivity)
    share = local_connectivity - whole
    return nth(whole) + (share * (nth(whole + 1) - nth(whole)) if share > TOLERANCE else 0.0)


def _bandwidths(beyond: NDArray[np.float64], target: float) -> NDArray[np.float64]:
    """Return [N]: the width w at which sum(exp(-beyond / w)) is `target`, by bisection."""
    low = np.zeros(len(beyond))
    high = np.full(len(beyond), np.inf)
    width = np.ones(len(beyond))
    active = np.arange(len(beyond))
    for _ in range(ROUNDS):
        total = np.exp(-beyond[active] / width[active, None]).sum(axis=1)
        open_ = np.abs(total - target) >= TOLERANCE
        active, total = active[open_], total[open_]
        if not len(active):
            break
        over = total > target
        high[active[over]] = width[active[over]]
        low[active[~over]] = width[active[~over]]
        middle = (low[active] + high[active]) / 2
        width[active] = np.where(np.isfinite(middle), middle, width[active] * 2)
    return width
