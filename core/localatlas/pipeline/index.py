"""The Index that components are lent."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from localatlas.errors import NotReadyError
from localatlas.pipeline.resident import MOST_MAPPED, mapped_bytes, release
from localatlas.pipeline.snapshot import Snapshot
from localatlas.pipeline.vectors import Vectors
from localatlas.protocols import Context, NeighborGraph, SupportsSearch
from localatlas.protocols.nouns import Metric

__all__ = ["LentIndex", "row_vectors"]


def row_vectors(snapshot: Snapshot, vectors: Vectors) -> NDArray[np.int32]:
    """Return the vector of every dataset row, int32 [R]; -1 where the field is null or blank."""
    content = snapshot.content_of
    if not len(vectors.of_content):
        return np.full(len(content), -1, dtype=np.int32)
    return np.where(content >= 0, vectors.of_content[np.maximum(content, 0)], -1).astype(np.int32)


@dataclass
class LentIndex:
    """Distinct vectors with weights, their texts, and the neighbour graph once it is there.

    Attributes:
        metric: of the distances.
        vectors: float32 [N, D], read-only.
        vector_of_row: int32 [R], -1 for a row without a vector.
        read: returns the dataset's ids, or the texts to read, for rows of the dataset: `read("ids", rows)`.
        finder: answers `search`, if it can.
        describe: puts vectors into words, where no column says what the rows are about.
        graph: the neighbours that were found; set by the neighbours stage.
    """

    metric: Metric
    vectors: NDArray[np.float32]
    vector_of_row: NDArray[np.int32]
    read_ids: Callable[[NDArray[np.intp]], pa.Array]
    read_text: Callable[[NDArray[np.intp]], list[str | None]]
    finder: object = None
    describe: Callable[[NDArray[np.float32]], list[str]] | None = None
    context: Context = field(default_factory=Context)
    graph: NeighborGraph | None = None

    @cached_property
    def weights(self) -> NDArray[np.int32]:
        """How many dataset rows each index row stands for, int32 [N]."""
        placed = self.vector_of_row[self.vector_of_row >= 0]
        weights = np.bincount(placed, minlength=len(self.vectors)).astype(np.int32)
        weights.setflags(write=False)
        return weights

    @cached_property
    def first_rows(self) -> NDArray[np.intp]:
        """The first dataset row of each index row, intp [N]."""
        first = np.full(len(self.vectors), -1, dtype=np.intp)
        rows = np.flatnonzero(self.vector_of_row >= 0)[::-1]
        first[self.vector_of_row[rows]] = rows
        return first

    @property
    def ids(self) -> pa.Array:
        """The id of the first dataset row that each index row stands for, [N]."""
        return self.read_ids(self.first_rows)

    def text(self, rows: NDArray[np.integer] | None = None) -> list[str | None]:
        """Return the texts of some index rows, or of all."""
        wanted = np.arange(len(self.vectors)) if rows is None else np.asarray(rows)
        if self.describe is not None:
            return [words or None for words in self.describe(np.ascontiguousarray(self.vectors[wanted]))]
        return self.read_text(self.first_rows[wanted])

    def neighbors(self, k: int) -> NeighborGraph:
        """Return the `k` nearest of every row, or as many as there are."""
        if self.graph is None:
            raise NotReadyError("the neighbours have not been found yet: `neighbors_needed` returned 0")
        most = min(k, len(self.vectors) - 1)
        if most > self.graph.indices.shape[1]:
            raise NotReadyError(
                f"{k} neighbours were asked for, but `neighbors_needed` asked for {self.graph.indices.shape[1]}"
            )
        return self.graph.head(max(most, 0))

    def search(self, queries: NDArray[np.float32], k: int) -> NeighborGraph:
        """Return the `k` nearest rows of some queries, as a graph [M, min(k, N)]."""
        if not isinstance(self.finder, SupportsSearch):
            raise NotReadyError("the neighbour finder of this index does not search")
        wanted = np.ascontiguousarray(queries, dtype=np.float32)
        return self.finder.search(self.vectors, wanted, k, self.metric, self.context)

    def rest(self, above: int = 0) -> None:
        """Let the system take back what is mapped of the files, once more than `above` bytes of any are mapped."""
        if above and mapped_bytes() <= above:
            return
        release(self.vectors)
        if self.graph is not None:
            release(self.graph.indices, self.graph.distances)

    def rest_when_large(self) -> None:
        """Do so now and then within a stage: whoever reads on maps again what he needs, at 50 µs a megabyte."""
        self.rest(MOST_MAPPED)

    def digest(self) -> str:
        """Return a hash of which rows share which vector."""
        return hashlib.sha256(np.ascontiguousarray(self.vector_of_row).tobytes()).hexdigest()
