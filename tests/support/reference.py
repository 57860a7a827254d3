"""One small, honest component of every kind, in plain numpy: what the core's own tests build maps with."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from localatlas import registries
from localatlas.protocols import (
    ComponentOptions,
    Context,
    Duplicates,
    DuplicateVerdict,
    Index,
    Layout,
    NeighborGraph,
    TopicLabel,
    Topics,
)
from localatlas.protocols.components import Modality, TaskType
from localatlas.protocols.nouns import Metric
from localatlas.testing.example import brute_force
from numpy.typing import NDArray
from pydantic import Field

__all__ = [
    "Copies",
    "CountedWords",
    "Exhaustive",
    "Numbers",
    "Pictures",
    "Placing",
    "Principal",
    "Quadrants",
    "register_all",
]

DIM = 32


class CountedWords:
    """Embeds a text by the words it holds, each on a direction of its own; keeps a log of what it embedded."""

    class Options(ComponentOptions):
        """Options of the embedder."""

        log: str = ""
        batch_size: int = Field(default=8, ge=1)

    def __init__(self, options: Options) -> None:
        self.options = options

    modality: Modality = "text"
    dim = DIM
    fingerprint = "counted-words-1"
    in_workers = False

    @property
    def batch_size(self) -> int:
        return self.options.batch_size

    def embed(self, items: Sequence[str], context: Context, *, task: TaskType) -> NDArray[np.float32]:
        if self.options.log:
            with Path(self.options.log).open("a", encoding="utf-8") as log:
                log.writelines(f"{item}\n" for item in items)
        rows = np.array([_directions(item) for item in items], dtype=np.float64).reshape(len(items), DIM)
        context.progress(1.0)
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


class Pictures(CountedWords):
    """Embeds an image by its bytes, as if they were words."""

    modality: Modality = "image"

    def embed(self, items: Sequence[bytes], context: Context, *, task: TaskType) -> NDArray[np.float32]:
        return super().embed([item.hex() for item in items], context, task=task)


def _directions(text: str) -> NDArray[np.float64]:
    total = np.zeros(DIM)
    for word in text.split():
        seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big")
        total += np.random.default_rng(seed).normal(size=DIM)
    return total


class Exhaustive:
    """Compares every row with every other."""

    Options = ComponentOptions

    def __init__(self, options: ComponentOptions) -> None:
        self.options = options

    def build(self, vectors: NDArray[np.float32], k: int, metric: Metric, context: Context) -> NeighborGraph:
        context.progress(1.0)
        return _writable(brute_force(vectors, None, k, metric))

    def search(
        self, vectors: NDArray[np.float32], queries: NDArray[np.float32], k: int, metric: Metric, context: Context
    ) -> NeighborGraph:
        context.progress(1.0)
        return _writable(brute_force(vectors, queries, k, metric))


def _writable(graph: NeighborGraph) -> NeighborGraph:
    return NeighborGraph(graph.indices.copy(), graph.distances.copy())


class Principal:
    """Projects on the two principal components."""

    class Options(ComponentOptions):
        """Options of the projector."""

        n_neighbors: int = Field(default=5, ge=2, le=50)
        scale: float = Field(default=1.0, gt=0)

    def __init__(self, options: Options) -> None:
        self.options = options

    def neighbors_needed(self, n: int) -> int:
        return min(self.options.n_neighbors, n - 1)

    def project(self, index: Index, context: Context) -> Layout:
        centered = np.asarray(index.vectors, dtype=np.float64) - index.vectors.mean(axis=0)
        left, size, _ = np.linalg.svd(centered, full_matrices=False)
        context.progress(1.0, "done")
        places = np.zeros((len(centered), 2))
        width = min(2, left.shape[1])
        places[:, :width] = (left * size)[:, :width]
        return Layout((places * self.options.scale).astype(np.float32), {"spread": size.astype(np.float32)})


class Placing(Principal):
    """Places new rows between their neighbours, on a map that does not move."""

    def transform(
        self, vectors: NDArray[np.float32], neighbors: NeighborGraph, layout: Layout, context: Context
    ) -> NDArray[np.float32]:
        weights = np.where(neighbors.indices >= 0, 1 / (neighbors.distances + 0.01), 0)[..., None]
        places = (layout.positions[neighbors.indices] * weights).sum(axis=1) / weights.sum(axis=1)
        context.progress(1.0, "placed")
        return places.astype(np.float32)


class Quadrants:
    """Topics by sign of x, and below by sign of y."""

    Options = ComponentOptions

    def __init__(self, options: ComponentOptions) -> None:
        self.options = options

    def neighbors_needed(self, n: int) -> int:
        return 0

    def fit(self, index: Index, layout: Layout, context: Context) -> Topics:
        right, up = (layout.positions > 0).astype(np.int32).T
        assignment = np.stack([right, 2 + 2 * right + up], axis=1).astype(np.int32)
        used = sorted({int(topic) for topic in np.unique(assignment)})
        depth = [1 if topic < 2 else 2 for topic in used]
        members = [assignment[:, level - 1] == topic for topic, level in zip(used, depth, strict=True)]
        context.progress(1.0)
        return Topics(
            topic_id=np.array(used, np.int32),
            depth=np.array(depth, np.int32),
            parent_id=np.array([-1 if topic < 2 else (topic - 2) // 2 for topic in used], np.int32),
            size=np.array([int(index.weights[rows].sum()) for rows in members], np.int64),
            position=np.array([layout.positions[rows].mean(axis=0) for rows in members], np.float32),
            hull=tuple(layout.positions[rows][:3] for rows in members),
            assignment=assignment,
            confidence=np.ones(assignment.shape, np.float32),
        )


class Numbers:
    """Names topics by number, and counts the texts it could read."""

    Options = ComponentOptions

    def __init__(self, options: ComponentOptions) -> None:
        self.options = options

    def label(self, topics: Topics, index: Index, context: Context) -> dict[int, TopicLabel]:
        read = sum(text is not None for text in index.text())
        return {t: TopicLabel(f"topic {t}", f"{read} texts", ("word",), (0,)) for t in topics.topic_id.tolist()}


class Copies:
    """Groups every row with the first row within the cut-off."""

    class Options(ComponentOptions):
        """Options of the detector."""

        duplicate_cutoff: float = Field(default=0.05, ge=0, le=2)

    def __init__(self, options: Options) -> None:
        self.options = options

    def neighbors_needed(self, n: int) -> int:
        return 0

    def detect(self, index: Index, context: Context) -> Duplicates:
        near = 1 - index.vectors @ index.vectors.T <= self.options.duplicate_cutoff
        cluster = np.full(len(near), -1, np.int64)
        verdict = np.full(len(near), DuplicateVerdict.SINGLETON, np.uint8)
        for row in range(len(near)):
            if cluster[row] < 0:
                group = np.flatnonzero(near[row] & (cluster < 0))
                cluster[group] = row
                if len(group) > 1:
                    verdict[group] = DuplicateVerdict.DELETION
                    verdict[row] = DuplicateVerdict.RETENTION
        context.progress(1.0)
        return Duplicates(cluster, verdict)


def register_all() -> None:
    """Put the components under the names that the core means when none is given, in this process only."""
    from localatlas.testing.memory import MemoryStorage

    registries.embedders.register("use-multilingual-v3", CountedWords)
    registries.neighbors.register("exact", Exhaustive)
    registries.projectors.register("umap", Principal)
    registries.topic_models.register("nomic-topic", Quadrants)
    registries.topic_labelers.register("phrases", Numbers)
    registries.duplicate_detectors.register("nomic-duplicates", Copies)
    registries.storage.register("memory", MemoryStorage)
