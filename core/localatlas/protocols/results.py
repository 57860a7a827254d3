"""What the components hand to each other: graphs, layouts, topics, duplicates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

__all__ = ["DuplicateVerdict", "Duplicates", "Layout", "NeighborGraph", "TopicLabel", "Topics"]


@dataclass(frozen=True)
class NeighborGraph:
    """The nearest neighbours of every row of an index.

    Attributes:
        indices: int32 [N, K], rows of the index; nearest first, never the row itself, -1 pads at the end.
        distances: float32 [N, K], in the index's metric (cosine distance in [0, 2], or euclidean);
            +inf where `indices` is -1.
    """

    indices: NDArray[np.int32]
    distances: NDArray[np.float32]

    def head(self, k: int) -> NeighborGraph:
        """Return the graph of the `k` nearest; a view where the memory allows it."""
        return NeighborGraph(self.indices[:, :k], self.distances[:, :k])


@dataclass(frozen=True)
class Layout:
    """Where every row of an index lies in the plane.

    Attributes:
        positions: float32 [N, 2], finite, row i for row i of the index; kept as returned.
        state: arrays by name that `SupportsTransform.transform` will want; stored beside the layout.
    """

    positions: NDArray[np.float32]
    state: Mapping[str, NDArray[np.generic]] | None = None


@dataclass(frozen=True)
class TopicLabel:
    """How a topic is shown.

    Attributes:
        label: a short phrase, unique within the map.
        description: one line that tells the topic from its siblings; keywords joined by "/" will do.
        keywords: most telling first.
        exemplars: rows of the index that stand for the topic, best first.
    """

    label: str
    description: str
    keywords: tuple[str, ...] = ()
    exemplars: tuple[int, ...] = ()


@dataclass(frozen=True)
class Topics:
    """Nested topics over the rows of an index.

    Arrays named below have one entry a topic, ordered by depth and then by `topic_id`.

    Attributes:
        topic_id: int32 [T], unique over all depths, not negative.
        depth: int32 [T], 1 is the broadest.
        parent_id: int32 [T], the topic one depth up that holds this one; -1 at depth 1.
        size: int64 [T], the weights of its rows summed: the number of rows of the dataset.
        position: float32 [T, 2], where its label belongs, in layout coordinates.
        hull: one float32 [V, 2] polygon a topic around its main land, in layout coordinates; may be empty.
        assignment: int32 [N, D], the topic of each row at each depth; every row is placed at every depth,
            and a row's topic at depth d+1 is a child of its topic at depth d.
        confidence: float32 [N, D] in [0, 1], the share of a row's neighbourhood that agrees.
        labels: a label per topic id; empty until a TopicLabeler has run.
    """

    topic_id: NDArray[np.int32]
    depth: NDArray[np.int32]
    parent_id: NDArray[np.int32]
    size: NDArray[np.int64]
    position: NDArray[np.float32]
    hull: tuple[NDArray[np.float32], ...]
    assignment: NDArray[np.int32]
    confidence: NDArray[np.float32]
    labels: Mapping[int, TopicLabel] = field(default_factory=dict)

    @property
    def depths(self) -> int:
        """The number of depths D."""
        return int(self.assignment.shape[1])

    def children(self, topic_id: int) -> NDArray[np.int32]:
        """Return the ids of the topics one depth below, int32, in order; -1 gives depth 1."""
        below: NDArray[np.int32] = self.topic_id[self.parent_id == topic_id]
        return below


class DuplicateVerdict(IntEnum):
    """What becomes of a row when duplicates are removed."""

    SINGLETON = 0
    RETENTION = 1
    DELETION = 2

    @property
    def label(self) -> str:
        """The SDK's name of the verdict."""
        return ("singleton", "retention candidate", "deletion candidate")[self.value]


@dataclass(frozen=True)
class Duplicates:
    """Groups of rows that say the same.

    Every detector promises, at any size: each group has one row that is kept (retained, or single where it is
    alone), every deletion candidate lies within the cut-off of its group's kept row, and the same input with the
    same seed keeps the same rows. So deleting is safe.

    That nothing is left over, no two kept rows within the cut-off of each other, is a promise only where the detector
    says that it is one, for comparing all rows costs nearly the square of their number. The conformance kit asks it
    of 60 rows, if there is an option `duplicate_cutoff`. `nomic-duplicates` promises it up to 50,000 rows, and of more
    on a euclidean index or with `certain=True`; else it trusts the neighbours of more rows, checked on a sample.

    Attributes:
        cluster: int64 [N], a group number per row; rows of one group share it.
        verdict: uint8 [N], values of `DuplicateVerdict`.
    """

    cluster: NDArray[np.int64]
    verdict: NDArray[np.uint8]
