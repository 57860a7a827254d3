"""Where the rows lie, their vectors, and the rows nearest to a vector."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from localatlas import registries, resolve
from localatlas.data_operations.queries import as_list, embed_queries, query_context, text_similarity
from localatlas.data_operations.view import View
from localatlas.errors import AtlasTypeError, AtlasValueError, NotReadyError, RowNotFoundError, listing
from localatlas.ingest import to_vectors
from localatlas.pipeline.contracts import blame
from localatlas.pipeline.stages import load_array
from localatlas.protocols import DatasetStore, SupportsSearch
from localatlas.protocols.storage import EMBEDDING_COLUMN

if TYPE_CHECKING:
    from localatlas.indices import AtlasProjection

__all__ = ["AtlasMapEmbeddings"]


class AtlasMapEmbeddings(View):
    """Columns: the id, `x` and `y` float32; null for a row whose field was null or blank."""

    def __init__(self, projection: AtlasProjection, store: DatasetStore) -> None:
        """View the places and vectors of a finished map."""
        super().__init__(projection)
        self._store = store
        self._record = projection.record[0]

    @property
    def projected(self) -> pd.DataFrame:
        """The same as `df`."""
        return self.df

    @cached_property
    def latent(self) -> NDArray[np.float32]:
        """The rows' vectors, float32 [R, D], as embedded or as given; NaN for a row that has none."""
        if self._record.plan.modality == "embedding":
            batches = self._store.scan([EMBEDDING_COLUMN], self._record.version)
            given = [batch.column(0).flatten().to_numpy(zero_copy_only=False) for batch in batches]
            return np.concatenate(given).reshape(-1, self._record.dimensions)[self._map.alive]
        rows = self._vector_of_row[self._map.alive]
        latent = self._vectors[np.maximum(rows, 0)]
        latent[rows < 0] = np.nan
        return latent

    def vector_search(
        self, queries: Any = None, ids: Sequence[Any] | None = None, k: int = 5
    ) -> tuple[list[list[Any]], list[list[float]]]:
        """Return the ids of the `k` nearest rows of each query, and their distances.

        Args:
            queries: vectors, array-like [M, D].
            ids: rows of the map to start from; each finds itself first.
            k: how many.

        Raises:
            AtlasValueError: neither or both of `queries` and `ids` are given, or `k` is less than 1.
            AtlasTypeError: `ids` is no list of ids, or `queries` no array.
            RowNotFoundError: an id is not on the map.
        """
        if (queries is None) == (ids is None):
            raise AtlasValueError("give either queries (vectors) or ids, not both")
        _check_k(k)
        if ids is not None:
            starts = self._rows_of(ids)
            wanted = np.ascontiguousarray(self._vectors[self._vector_of_row[starts]])
        else:
            starts = None
            rows = len(queries) if hasattr(queries, "__len__") else 0  # `to_vectors` refuses the type
            wanted = self._directions(to_vectors(queries, rows, self._record.dimensions))
        found, distances = self._search(wanted, k)
        return self._expand(found, distances, starts, k)

    def search(self, queries: Any, k: int = 5) -> tuple[list[list[Any]], list[list[float]]]:
        """Return the ids of the `k` rows that fit each query best, and their distances.

        Args:
            queries: words, or an image (a path, bytes or a PIL image), or a list of either. A string is always words;
                words find images where the embedder of the map can do that.
            k: how many.

        Raises:
            AtlasTypeError, AtlasValueError: a query is nothing that can be looked for, or `k` is less than 1.
            InvalidOptionError: the map's vectors are the user's own.
            NotReadyError: its embedder takes no such query.
            ModelNotAvailableError: the embedder is not the one that made the map any more, or its weights are gone.
        """
        _check_k(k)
        items = as_list(queries)
        choice = resolve.same_embedder(self._record)
        if isinstance(items[0], str) and choice.component.modality != "text":
            living, vectors = self._living_vectors
            distances = 1 - text_similarity(choice, items, np.ascontiguousarray(vectors))
            nearest = np.argsort(distances, axis=1, kind="stable")[:, :k]
            found = living[nearest].astype(np.int32)
            return self._expand(found, np.take_along_axis(distances, nearest, axis=1), None, k)
        found, distances = self._search(self._directions(embed_queries(choice, items)), k)
        return self._expand(found, distances, None, k)

    def distinct(self) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
        """Return the distinct vectors that living rows have, float32 [N, D], and the first such row of each, [N]."""
        living, vectors = self._living_vectors
        order, starts = self._rows_of_vector
        return vectors, order[starts[living]]

    def _table(self) -> pa.Table:
        return self._with_ids({axis: self._map.table[axis] for axis in "xy"})

    @cached_property
    def _vectors(self) -> NDArray[np.float32]:
        return load_array(self._store.path(f"{self._record.prefix}/vectors.npy"))

    @cached_property
    def _vector_of_row(self) -> NDArray[np.int32]:
        codes = self._map.table["vector"].fill_null(-1).to_numpy()
        return np.asarray(codes, dtype=np.int32)

    @cached_property
    def _rows_of_vector(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """The dataset rows of all vectors, by vector, and where each vector's rows start, [N + 1]."""
        living = np.flatnonzero((self._vector_of_row >= 0) & self._map.alive)
        order = living[np.argsort(self._vector_of_row[living], kind="stable")]
        starts = np.searchsorted(self._vector_of_row[order], np.arange(len(self._vectors) + 1))
        return order, starts

    @cached_property
    def _living_vectors(self) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        """The vectors that some row still has: their numbers, and themselves."""
        _, starts = self._rows_of_vector
        living = np.flatnonzero(np.diff(starts))
        if len(living) == len(self._vectors):
            return living, self._vectors
        vectors = self._vectors[living]
        vectors.flags.writeable = False
        return living, vectors

    @cached_property
    def _ids(self) -> list[Any]:
        return list(self._map.row_ids.to_pylist())

    @cached_property
    def _row_of_id(self) -> dict[Any, int]:
        return {value: row for row, value in enumerate(self._ids)}

    def _rows_of(self, ids: Sequence[Any]) -> NDArray[np.intp]:
        if not isinstance(ids, list | tuple | pa.Array):
            raise AtlasTypeError(f"ids must be a list of ids, got {type(ids).__qualname__}")
        if isinstance(ids, pa.Array):
            ids = ids.to_pylist()
        row_of = self._row_of_id
        placed = (self._vector_of_row >= 0) & self._map.alive
        missing = [value for value in ids if value not in row_of or not placed[row_of[value]]]
        if missing:
            raise RowNotFoundError(f"the map {self.projection.name!r} has no vector for the ids {listing(missing)}")
        return np.array([row_of[value] for value in ids], dtype=np.intp)

    def _directions(self, queries: NDArray[np.float32]) -> NDArray[np.float32]:
        if self._record.plan.metric != "cosine":
            return queries
        length = np.linalg.norm(queries.astype(np.float64), axis=1, keepdims=True)
        return (queries / np.where(length == 0, 1, length)).astype(np.float32)

    def _search(self, queries: NDArray[np.float32], k: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        plan = self._record.plan
        choice = resolve.named(registries.neighbors, plan.neighbors.name, plan.neighbors.options)
        if not isinstance(choice.component, SupportsSearch):
            raise NotReadyError(f"{choice.entry} does not search")
        context = query_context(choice.entry)
        living, vectors = self._living_vectors
        with blame(choice.entry):
            graph = choice.component.search(vectors, queries, min(k, len(vectors)), plan.metric, context)
        # The finder numbers the vectors it was given.
        found = np.where(graph.indices >= 0, living[np.maximum(graph.indices, 0)], -1).astype(np.int32)
        return found, graph.distances

    def _expand(
        self,
        found: NDArray[np.int32],
        distances: NDArray[np.float32],
        starts: NDArray[np.intp] | None,
        k: int,
    ) -> tuple[list[list[Any]], list[list[float]]]:
        """Turn vectors into the rows that have them; a query by id comes first in its own list."""
        order, bounds = self._rows_of_vector
        ids: list[list[Any]] = []
        far: list[list[float]] = []
        for query, (vectors, reach) in enumerate(zip(found, distances, strict=True)):
            rows: list[int] = []
            steps: list[float] = []
            for vector, step in zip(vectors.tolist(), reach.tolist(), strict=True):
                if vector >= 0 and len(rows) < k:
                    own = order[bounds[vector] : bounds[vector + 1]].tolist()
                    rows += own
                    steps += [step] * len(own)
            if starts is not None:
                self_row = int(starts[query])
                at = rows.index(self_row) if self_row in rows else None
                rows = [self_row, *(row for row in rows if row != self_row)]
                steps = [0.0, *(step for place, step in enumerate(steps) if place != at)]
            ids.append([self._ids[row] for row in rows[:k]])
            far.append(steps[:k])
        return ids, far


def _check_k(k: object) -> None:
    if not isinstance(k, int | np.integer) or isinstance(k, bool) or k < 1:
        raise AtlasValueError(f"k={k!r}: it must be a whole number, at least 1")
