"""How far the rows of a map are from a text, a vector or a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from localatlas.errors import AtlasError, AtlasValueError
from localatlas.protocols.components import Modality
from localatlas.protocols.nouns import Metric

if TYPE_CHECKING:
    from localatlas.pipeline.records import IndexRecord
    from localatlas.protocols import DatasetStore
    from localatlas.stored_map import StoredMap

__all__ = ["IndexSpace", "Space"]

# Vectors are read in blocks of about this many numbers, so that a memory-mapped file is never all in memory.
BLOCK = 1 << 23


@runtime_checkable
class Space(Protocol):
    """What a selection asks of the vectors behind a map. Distances are float32 [R], NaN for a row without a vector."""

    @property
    def metric(self) -> Metric:
        """`"cosine"`: distances are cosine distances in [0, 2]; or `"euclidean"`."""
        ...

    def from_text(self, text: str) -> NDArray[np.float32]:
        """Return every row's distance from a text."""
        ...

    def from_vector(self, vector: Sequence[float]) -> NDArray[np.float32]:
        """Return every row's distance from a vector. Raises AtlasValueError if it has another width."""
        ...

    def from_row(self, row: int) -> NDArray[np.float32]:
        """Return every row's distance from a row (0..R-1). Raises AtlasValueError if it has no vector."""
        ...


@dataclass(frozen=True)
class IndexSpace:
    """The vectors of a stored index; distances are exact.

    Attributes:
        stored: the map.
        store: the dataset's.
        record: the index's.
    """

    stored: StoredMap
    store: DatasetStore
    record: IndexRecord

    @property
    def metric(self) -> Metric:
        """The index's metric."""
        return self.record.plan.metric

    def from_text(self, text: str) -> NDArray[np.float32]:
        """Return every row's distance from a text, by the index's own embedder.

        Raises:
            NotReadyError: the vectors are the user's own, or the embedder knows no words.
            InvalidOptionError: the embedder is not the one that made the map any more.
        """
        from localatlas.data_operations.queries import text_similarity
        from localatlas.resolve import same_embedder

        choice = same_embedder(self.record)
        if choice.component.modality != "text":
            # What an embedder works on is C-contiguous.
            fits = text_similarity(choice, [text], np.ascontiguousarray(self._vectors))
            return self._by_row((1 - fits[0]).astype(np.float32))
        return self.from_vector(self.vector(text).tolist())

    def vector(self, query: str | bytes) -> NDArray[np.float32]:
        """Return a text, or an image as the bytes of its file, as the map's embedder sees it, float32 [D].

        Raises:
            AtlasTypeError, InvalidDataError, InvalidOptionError, ModelNotAvailableError: the map is not searched by
                such a query; or as `from_text` does.
        """
        from localatlas.data_operations.queries import embed_queries
        from localatlas.resolve import same_embedder

        found: NDArray[np.float32] = embed_queries(same_embedder(self.record), [query])[0]
        return found

    @cached_property
    def queries(self) -> frozenset[Modality]:
        """What the map can be searched by besides rows and vectors: "text", "image", both or neither."""
        from localatlas.protocols import SupportsTextSearch
        from localatlas.resolve import same_embedder

        try:
            embedder = same_embedder(self.record).component
        except AtlasError:
            return frozenset()
        also: set[Modality] = {"text"} if isinstance(embedder, SupportsTextSearch) else set()
        return frozenset({embedder.modality, *also})

    def from_vector(self, vector: Sequence[float]) -> NDArray[np.float32]:
        """Return every row's distance from a vector."""
        with np.errstate(over="ignore"):
            query = np.asarray(vector, dtype=np.float32)
        if not np.isfinite(query).all():
            raise AtlasValueError("vector has numbers that float32 cannot hold (beyond 3.4e38)")
        if len(query) != self.record.dimensions:
            raise AtlasValueError(f"vector has {len(query):,} numbers; this map's have {self.record.dimensions:,}")
        if self.metric == "cosine":
            length = float(np.linalg.norm(query.astype(np.float64)))
            query = (query / (length or 1.0)).astype(np.float32)
        return self._by_row(self._distances(query))

    def from_row(self, row: int) -> NDArray[np.float32]:
        """Return every row's distance from a row."""
        vector = int(self._vector_of_row[row])
        if vector < 0:
            raise AtlasValueError("the row has no vector: its field is null or blank")
        return self._by_row(self._distances(np.asarray(self._vectors[vector])))

    @cached_property
    def _vectors(self) -> NDArray[np.float32]:
        from localatlas.pipeline.stages import load_array

        return load_array(self.store.path(f"{self.record.prefix}/vectors.npy"))

    @cached_property
    def _vector_of_row(self) -> NDArray[np.int32]:
        return np.asarray(self.stored.table["vector"].fill_null(-1).to_numpy(), dtype=np.int32)

    def _distances(self, query: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the distance of every vector from one, float32 [N]."""
        found = np.empty(len(self._vectors), dtype=np.float32)
        rows = max(BLOCK // max(len(query), 1), 1)
        for start in range(0, len(found), rows):
            block = np.asarray(self._vectors[start : start + rows])
            if self.metric == "cosine":
                found[start : start + rows] = 1 - block @ query
            else:
                found[start : start + rows] = np.linalg.norm(block - query, axis=1)
        return found

    def _by_row(self, distances: NDArray[np.float32]) -> NDArray[np.float32]:
        vector = self._vector_of_row
        return np.where(vector >= 0, distances[np.maximum(vector, 0)], np.float32(np.nan)).astype(np.float32)
