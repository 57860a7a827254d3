"""The registries, one per plugin kind: `localatlas.projectors.register("mine", MyProjector)`."""

from __future__ import annotations

from typing import Any

from localatlas.protocols import (
    DuplicateDetector,
    Embedder,
    Executor,
    NeighborFinder,
    Projector,
    StorageBackend,
    TopicLabeler,
    TopicModeler,
)
from localatlas.registry import Registry

__all__ = [
    "ALL",
    "duplicate_detectors",
    "embedders",
    "executors",
    "neighbors",
    "projectors",
    "storage",
    "topic_labelers",
    "topic_models",
]

embedders: Registry[Embedder] = Registry("embedder", "localatlas.embedders", ("embed", "dim", "fingerprint"))
projectors: Registry[Projector] = Registry("projector", "localatlas.projectors", ("project", "neighbors_needed"))
neighbors: Registry[NeighborFinder] = Registry("neighbor finder", "localatlas.neighbors", ("build",))
topic_models: Registry[TopicModeler] = Registry("topic model", "localatlas.topic_models", ("fit", "neighbors_needed"))
topic_labelers: Registry[TopicLabeler] = Registry("topic labeler", "localatlas.topic_labelers", ("label",))
duplicate_detectors: Registry[DuplicateDetector] = Registry(
    "duplicate detector", "localatlas.duplicate_detectors", ("detect", "neighbors_needed")
)
storage: Registry[StorageBackend] = Registry(
    "storage backend", "localatlas.storage", ("datasets", "create", "open", "delete")
)
executors: Registry[Executor] = Registry("executor", "localatlas.executors", ("map_batches",))

ALL: tuple[Registry[Any], ...] = (
    embedders,
    projectors,
    neighbors,
    topic_models,
    topic_labelers,
    duplicate_detectors,
    storage,
    executors,
)
