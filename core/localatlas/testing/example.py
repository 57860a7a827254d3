"""Small data of every modality, an index over vectors, and contexts that watch or cancel."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from localatlas.errors import BuildCancelled, InvalidDataError
from localatlas.protocols import Context, NeighborGraph
from localatlas.protocols.nouns import Metric

__all__ = ["TEXTS", "ArrayIndex", "ProgressLog", "brute_force", "cancelling", "clusters", "pictures"]

TEXTS = (
    "The dog chased the ball across the park.",
    "A puppy ran after its toy on the grass.",
    "Shares fell sharply after the central bank raised rates.",
    "The stock market lost ground when interest rates went up.",
    "Bake the bread for forty minutes in a hot oven.",
    "Knead the dough, let it rise, then bake the loaf.",
    "The telescope found a planet around a distant star.",
    "Astronomers discovered a new world far outside the solar system.",
    "The train to Lyon leaves at seven in the morning.",
    "Ünïcödé, 数字 and ☃ are words too.",
    "a",
    "long " * 600,
)
"""Short and long, alike and not, in several scripts; rows 0 and 1, 2 and 3, 4 and 5, 6 and 7 say about the same."""


class ArrayIndex:
    """An `Index` over an array, with exact neighbours; for tests of thousands of rows at most.

    Args:
        vectors: float [N, D]; a float32 memory map is kept as it is; else it is copied and, for cosine, normalised.
        texts: what `text` returns, one per row; None gives None for every row.
        weights: int [N], how many rows of a dataset each row stands for; None gives 1.
        metric: "cosine" or "euclidean".
        lent: the largest `k` that `neighbors` accepts, as if `neighbors_needed` had asked for it; None accepts any.
    """

    def __init__(
        self,
        vectors: NDArray[np.floating],
        texts: Sequence[str | None] | None = None,
        weights: NDArray[np.integer] | None = None,
        metric: Metric = "cosine",
        *,
        lent: int | None = None,
    ) -> None:
        self.metric: Metric = metric
        self.lent = lent
        self.vectors = vectors if isinstance(vectors, np.memmap) else _as_lent(vectors, metric)
        n = len(self.vectors)
        self.ids = pa.array(np.arange(n))
        self.weights = np.ones(n, np.int32) if weights is None else np.array(weights, np.int32)
        self.weights.flags.writeable = False
        self._texts = [None] * n if texts is None else list(texts)
        self._graph: NeighborGraph | None = None

    def mapped(self, folder: Path) -> ArrayIndex:
        """Return the same index with its vectors in a file of `folder`, memory-mapped read-only."""
        file = folder / "vectors.npy"
        np.save(file, self.vectors)
        vectors = np.load(file, mmap_mode="r")
        return ArrayIndex(vectors, self._texts, self.weights, self.metric, lent=self.lent)

    def text(self, rows: NDArray[np.integer] | None = None) -> list[str | None]:
        """Return the texts of some rows, or of all."""
        return list(self._texts) if rows is None else [self._texts[int(row)] for row in rows]

    def neighbors(self, k: int) -> NeighborGraph:
        """Return the graph [N, min(k, N-1)].

        Raises:
            InvalidDataError: `k` is above what was lent.
        """
        if self.lent is not None and k > self.lent:
            message = f"neighbors({k}) asks for more than neighbors_needed({len(self.vectors)}) = {self.lent} promised."
            raise InvalidDataError(message)
        if self._graph is None:
            self._graph = brute_force(self.vectors, None, len(self.vectors) - 1, self.metric)
        return self._graph.head(min(k, len(self.vectors) - 1))

    def search(self, queries: NDArray[np.float32], k: int) -> NeighborGraph:
        """Return the graph [M, min(k, N)] of `queries` float32 [M, D]."""
        return brute_force(self.vectors, queries, k, self.metric)


def brute_force(
    vectors: NDArray[np.floating], queries: NDArray[np.floating] | None, k: int, metric: Metric
) -> NeighborGraph:
    """Return the `k` nearest of `vectors` to `queries`, or, without queries, of every row but itself, in float64."""
    table = _directions(vectors) if metric == "cosine" else np.asarray(vectors, np.float64)
    asked = (
        table if queries is None else _directions(queries) if metric == "cosine" else np.asarray(queries, np.float64)
    )
    distances = np.empty((len(asked), len(table)))
    for row, query in enumerate(asked):
        distances[row] = 1.0 - table @ query if metric == "cosine" else np.linalg.norm(table - query, axis=1)
    available = len(table) - (queries is None)
    if queries is None:
        np.fill_diagonal(distances, np.inf)
    order = np.argsort(distances, axis=1, kind="stable")[:, : min(k, available)]
    graph = NeighborGraph(order.astype(np.int32), np.take_along_axis(distances, order, axis=1).astype(np.float32))
    graph.indices.flags.writeable = False
    graph.distances.flags.writeable = False
    return graph


def clusters(n: int, *, count: int = 3, dim: int = 32, noise: float = 0.15, seed: int = 0) -> NDArray[np.float32]:
    """Return float32 [n, dim]: `count` round clusters of unit vectors; row i is in cluster i % count."""
    generator = np.random.default_rng(seed)
    centers = np.linalg.qr(generator.normal(size=(dim, count)))[0].T
    spread = generator.normal(size=(n, dim)) * noise / np.sqrt(dim)
    return _directions(centers[np.arange(n) % count] + spread).astype(np.float32)


def pictures(count: int = 6, *, size: int = 32, seed: int = 0) -> list[bytes]:
    """Return PNG files of `size` x `size` pixels: smooth colour gradients, each of another colour."""
    generator = np.random.default_rng(seed)
    ramp = np.linspace(0.0, 1.0, size)
    slopes = ramp[:, None, None] * generator.random(3) + ramp[None, :, None] * generator.random(3)
    colors = generator.random((count, 3))
    return [_png((slopes * 127.0 * color + 120.0 * color).astype(np.uint8)) for color in colors]


class ProgressLog:
    """A `Context.report` that keeps what it is told, as pairs of fraction and message."""

    def __init__(self) -> None:
        self.reports: list[tuple[float, str]] = []

    def __call__(self, fraction: float, message: str) -> None:
        """Keep one report."""
        self.reports.append((fraction, message))

    @property
    def fractions(self) -> list[float]:
        """The fractions, in the order of the reports."""
        return [fraction for fraction, _ in self.reports]


def cancelling() -> Context:
    """Return a context whose first progress report cancels the build."""

    def cancel(_fraction: float, _message: str) -> None:
        message = "cancelled by the conformance kit"
        raise BuildCancelled(message)

    return Context(report=cancel)


def _as_lent(vectors: NDArray[np.floating], metric: Metric) -> NDArray[np.float32]:
    """Return a read-only, C-contiguous float32 copy, of unit length for cosine."""
    plain = np.array(_directions(vectors) if metric == "cosine" else vectors, dtype=np.float32, order="C")
    plain.flags.writeable = False
    return plain


def _directions(vectors: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return float64 unit vectors; a zero vector stays zero."""
    wide = np.asarray(vectors, dtype=np.float64)
    lengths = np.linalg.norm(wide, axis=1, keepdims=True)
    directions: NDArray[np.float64] = np.divide(wide, lengths, out=np.zeros_like(wide), where=lengths > 0)
    return directions


def _png(pixels: NDArray[np.uint8]) -> bytes:
    """Return `pixels` uint8 [H, W, 3] as a PNG file (ISO/IEC 15948), unfiltered."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    height, width, _ = pixels.shape
    rows = b"".join(b"\x00" + row.tobytes() for row in pixels)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
