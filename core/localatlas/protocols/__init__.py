"""What a plugin sees of localatlas and what localatlas asks of a plugin.

Every component is a class with a class attribute `Options` (a pydantic model, `extra="forbid"`) and a
constructor that takes one validated `Options` and only stores it. Heavy imports happen inside the
working methods. Arrays lent to a component are C-contiguous and read-only.
"""

from __future__ import annotations

from localatlas.protocols.components import (
    Component,
    ComponentOptions,
    DuplicateDetector,
    Embedder,
    Modality,
    NeighborFinder,
    Projector,
    SupportsCheck,
    SupportsDescription,
    SupportsForecast,
    SupportsPlaces,
    SupportsSearch,
    SupportsTextSearch,
    SupportsTopicContinuation,
    SupportsTransform,
    SupportsWarmStart,
    SupportsWarmup,
    TaskType,
    TopicLabeler,
    TopicModeler,
)
from localatlas.protocols.context import Context, Executor, Resources
from localatlas.protocols.nouns import Dataset, Index, Map, Metric
from localatlas.protocols.results import (
    Duplicates,
    DuplicateVerdict,
    Layout,
    NeighborGraph,
    TopicLabel,
    Topics,
)
from localatlas.protocols.storage import DatasetKey, DatasetStore, StorageBackend

__all__ = [
    "Component",
    "ComponentOptions",
    "Context",
    "Dataset",
    "DatasetKey",
    "DatasetStore",
    "DuplicateDetector",
    "DuplicateVerdict",
    "Duplicates",
    "Embedder",
    "Executor",
    "Index",
    "Layout",
    "Map",
    "Metric",
    "Modality",
    "NeighborFinder",
    "NeighborGraph",
    "Projector",
    "Resources",
    "StorageBackend",
    "SupportsCheck",
    "SupportsDescription",
    "SupportsForecast",
    "SupportsPlaces",
    "SupportsSearch",
    "SupportsTextSearch",
    "SupportsTopicContinuation",
    "SupportsTransform",
    "SupportsWarmStart",
    "SupportsWarmup",
    "TaskType",
    "TopicLabel",
    "TopicLabeler",
    "TopicModeler",
    "Topics",
]
