"""A metric over a table of vectors: scores for choosing, and precise distances for what was chosen."""

from __future__ import annotations

import weakref
from dataclasses import dataclass, replace

import numpy as np
from localatlas.errors import InvalidDataError
from localatlas.protocols.nouns import Metric
from numpy.typing import NDArray

from atlas_plugin_neighbors.mapped import release

__all__ = ["Geometry"]

FloatArray = NDArray[np.float32]

# Rows are read in pieces of this many, so that a memory-mapped table is never copied whole; after so many pieces they
# are given back.
PIECE, PIECES_HELD = 4_096, 16
# Cosine scores of vectors this close to unit length choose the right candidates without scaling them first.
UNIT_TOLERANCE = 1e-5


@dataclass(frozen=True)
class Geometry:
    """The metric of a table of vectors.

    Attributes:
        vectors: float32 [N, D].
        metric: "cosine" or "euclidean".
        scale: float32 [N], 1 / length of each vector for cosine (0 for a zero vector), 1 for euclidean.
        center: float32 [D], the mean for euclidean, 0 for cosine: far from the origin, products of float32 vectors
            would lose the small differences that matter.
        unit: whether cosine can take the vectors as they are.
    """

    vectors: FloatArray
    metric: Metric
    scale: FloatArray
    center: FloatArray
    unit: bool

    @classmethod
    def lent(cls, vectors: FloatArray, metric: Metric) -> Geometry:
        """Return what `of` does, remembered for as long as the array lives if it is read-only, as lent ones are.

        A search for a few queries takes less time than looking through all vectors.
        """
        key = (id(vectors), metric)
        found = _remembered.get(key)
        if found is not None and found[0]() is vectors:
            return replace(found[1], vectors=vectors)
        made = cls.of(vectors, metric)
        if not vectors.flags.writeable:
            # Without the vectors themselves, which it would keep alive.
            kept = replace(made, vectors=vectors[:0].copy())
            _remembered[key] = weakref.ref(vectors, lambda _: _forget(key)), kept
        return made

    @classmethod
    def of(cls, vectors: FloatArray, metric: Metric) -> Geometry:
        """Look through `vectors` once.

        Raises:
            InvalidDataError: a number is not finite, or so large that its square is not.
        """
        n, dim = vectors.shape
        squares = np.ones(n, dtype=np.float32)
        total = np.zeros(dim, dtype=np.float64)
        with np.errstate(over="ignore", invalid="ignore"):
            for start in range(0, n, PIECE):
                piece = np.asarray(vectors[start : start + PIECE])
                squares[start : start + PIECE] = np.einsum("ij,ij->i", piece, piece)
                if metric == "euclidean":
                    total += piece.sum(axis=0, dtype=np.float64)
                if start // PIECE % PIECES_HELD == PIECES_HELD - 1:
                    release(vectors)
        _refuse_unusable(squares)
        if metric == "euclidean":
            return cls(vectors, metric, np.ones(n, np.float32), (total / max(n, 1)).astype(np.float32), unit=False)
        unit = bool(np.abs(squares - 1.0).max(initial=0.0) < UNIT_TOLERANCE)
        return cls(vectors, metric, inverse_lengths(squares), np.zeros(dim, np.float32), unit)

    def rows(self, start: int, stop: int) -> FloatArray:
        """Return rows `start` to `stop` as `scores` wants them, float32 [stop - start, D]; may be a view."""
        piece = np.asarray(self.vectors[start:stop])
        if self.metric == "euclidean":
            return piece - self.center
        return piece if self.unit else piece * self.scale[start:stop, None]

    def queries(self, queries: FloatArray) -> FloatArray:
        """Return any vectors float32 [M, D] as `scores` wants them."""
        return queries - self.center if self.metric == "euclidean" else directions(queries)

    def scores(self, queries: FloatArray, columns: FloatArray) -> FloatArray:
        """Return float32 [M, C], larger is nearer, of what `queries` and `rows` return."""
        if self.metric == "cosine":
            product: FloatArray = queries @ columns.T
            return product
        scores: FloatArray = (2 * queries) @ columns.T
        squares: FloatArray = np.einsum("ij,ij->i", columns, columns)
        scores -= squares
        return scores

    def distances(self, queries: FloatArray, indices: NDArray[np.int64]) -> FloatArray:
        """Return the distances float32 [M, K] of plain vectors [M, D] to rows `indices` [M, K], all of them valid.

        Taken from differences, not from products, so that equal vectors are exactly 0 apart and the order of near
        ones does not hang on rounding.
        """
        found = np.asarray(self.vectors[indices])
        if self.metric == "euclidean":
            return np.sqrt(_squared(found - queries[:, None]))
        found = found * self.scale[indices][..., None] - directions(queries)[:, None]
        # Half the squared chord of unit vectors is 1 - cosine; a zero vector has no direction and is 1 from all.
        directed = np.any(queries != 0, axis=1, keepdims=True) & (self.scale[indices] > 0)
        return np.where(directed, np.minimum(_squared(found) * np.float32(0.5), np.float32(2.0)), np.float32(1.0))


_remembered: dict[tuple[int, Metric], tuple[weakref.ref[FloatArray], Geometry]] = {}


def _forget(key: tuple[int, Metric]) -> None:
    _remembered.pop(key, None)


def directions(vectors: FloatArray) -> FloatArray:
    """Return float32 unit vectors [M, D]; a zero vector stays zero."""
    squares: FloatArray = np.einsum("ij,ij->i", vectors, vectors)
    return vectors * inverse_lengths(squares)[:, None]


def inverse_lengths(squares: FloatArray) -> FloatArray:
    """Return 1 / sqrt(squares), float32 [N], with 0 for 0."""
    lengths = np.sqrt(squares)
    inverse: FloatArray = np.divide(np.float32(1.0), lengths, out=np.zeros_like(lengths), where=lengths > 0)
    return inverse


def _squared(differences: FloatArray) -> FloatArray:
    squared: FloatArray = np.einsum("ijk,ijk->ij", differences, differences)
    return squared


def _refuse_unusable(squares: FloatArray) -> None:
    bad = np.flatnonzero(~np.isfinite(squares))
    if bad.size:
        message = (
            f"Neighbours cannot be found: {bad.size:,} of {squares.size:,} vectors hold NaN, infinity or numbers above "
            f"1e18, the first in row {bad[0]}. Remove these rows, or scale the vectors down."
        )
        raise InvalidDataError(message)
