"""How strongly rows hold on to their neighbours.

Source: van der Maaten, Hinton, "Visualizing data using t-SNE" (2008), section 2; with the nearest neighbours only:
van der Maaten, "Accelerating t-SNE using tree-based algorithms" (2014).
"""

from __future__ import annotations

import numpy as np
from localatlas.protocols import NeighborGraph
from localatlas.protocols.nouns import Metric
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from atlas_plugin_tsne.options import NEIGHBORS_PER_PERPLEXITY

__all__ = ["hold"]

# So much farther than the farthest neighbour that the Gaussian is 0 there.
NOWHERE = 1e3


def hold(
    graph: NeighborGraph, metric: Metric, perplexity: float, size: int, *, together: bool, n_jobs: int
) -> csr_matrix:
    """Return the probabilities [M, `size`] with which rows pick each other.

    Args:
        graph: neighbours [M, K] among `size` mapped rows.
        metric: of the graph's distances.
        perplexity: at most a third of K is used.
        size: how many mapped rows there are.
        together: the rows are the mapped rows themselves: symmetric, and all entries sum to 1; else each row does.
        n_jobs: threads; they change nothing but the time.
    """
    from openTSNE.affinity import joint_probabilities_nn

    missing = graph.indices < 0
    # Half the squared chord of unit vectors is the cosine distance, but for rounding; openTSNE squares what it gets.
    chords = 2.0 * np.maximum(graph.distances, 0.0)
    distances = np.sqrt(chords) if metric == "cosine" else graph.distances.astype(np.float64)
    far = NOWHERE * max(float(np.where(missing, 0.0, distances).max(initial=0.0)), 1.0)
    own = np.minimum(np.arange(len(missing)), size - 1)[:, None]
    indices = np.where(missing, own, graph.indices)
    most = graph.indices.shape[1] / NEIGHBORS_PER_PERPLEXITY
    found: csr_matrix = joint_probabilities_nn(
        _at_rows(indices),
        np.where(missing, far, distances),
        [max(min(perplexity, most), 1.0)],
        symmetrize=together,
        normalization="pair-wise" if together else "point-wise",
        n_reference_samples=size,
        n_jobs=n_jobs,
    )
    return found


def _at_rows(indices: NDArray[np.int32]) -> NDArray[np.int64]:
    return np.ascontiguousarray(indices, dtype=np.int64)
