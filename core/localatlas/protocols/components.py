"""One protocol per plugin kind, and the optional powers a component may have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal, Protocol, runtime_checkable

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from localatlas.protocols.context import Context
from localatlas.protocols.nouns import Index, Metric
from localatlas.protocols.results import Duplicates, Layout, NeighborGraph, TopicLabel, Topics

__all__ = [
    "Component",
    "ComponentOptions",
    "DuplicateDetector",
    "Embedder",
    "Modality",
    "NeighborFinder",
    "Projector",
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
    "TopicLabeler",
    "TopicModeler",
]

Modality = Literal["text", "image", "embedding"]
TaskType = Literal["search_document", "search_query", "classification", "clustering"]


class ComponentOptions(BaseModel):
    """Base of every component's `Options`: unknown keys are refused, values are checked, nothing mutates."""

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())


class Component(Protocol):
    """What all components share: options first, nothing else in the constructor.

    Every component class also has a class attribute `Options`, a subclass of `ComponentOptions` with a
    default for every field. It is not part of this type, because a class narrows it; the registry
    checks it when the class is registered or loaded.
    """

    def __init__(self, options: Any) -> None:
        """Store the validated options as `self.options`; do nothing else."""


@runtime_checkable
class Embedder(Component, Protocol):
    """Turns items (texts, or images as bytes) into vectors."""

    @property
    def modality(self) -> Modality:
        """What it embeds."""
        ...

    @property
    def dim(self) -> int:
        """The width D of its vectors."""
        ...

    @property
    def fingerprint(self) -> str:
        """Names weights and preprocessing exactly: vectors are kept and shared under it."""
        ...

    @property
    def batch_size(self) -> int:
        """How many items the core hands over at once; batch boundaries are fixed by row."""
        ...

    @property
    def in_workers(self) -> bool:
        """Whether batches may run in several worker processes at once (the instance must pickle)."""
        ...

    def embed(self, items: Sequence[Any], context: Context, *, task: TaskType) -> NDArray[np.float32]:
        """Return float32 [N, D], row i for item i, L2-normalised. No item is null or blank."""
        ...


@runtime_checkable
class SupportsCheck(Protocol):
    """A component that can tell before any work whether it will be able to work on this machine."""

    def check(self) -> None:
        """Return if all that it needs is here; called before anything is written.

        Raises:
            ModelNotAvailableError: the weights are not here; the message says where it looked and the ways out.
        """
        ...


@runtime_checkable
class SupportsForecast(Protocol):
    """An Embedder whose work costs something that can be told before it is spent."""

    def forecast(self, batches: Iterable[Sequence[Any]], context: Context) -> None:
        """Say what embedding these batches will cost. Called once, before the first; what is known is not among them.

        Raises:
            AtlasError: it is more than the options allow; nothing is embedded.
        """
        ...


@runtime_checkable
class SupportsTextSearch(Protocol):
    """An Embedder of something else than text whose vectors can be searched with words."""

    def text_similarity(
        self, texts: Sequence[str], vectors: NDArray[np.float32], context: Context
    ) -> NDArray[np.float32]:
        """Return how well `texts` [M] fit `vectors` float32 [N, D] of this embedder: float32 [M, N] in [-1, 1]."""
        ...


@runtime_checkable
class SupportsDescription(Protocol):
    """An Embedder of something else than text that can put its vectors into words: what topics are named by."""

    def describe(self, vectors: NDArray[np.float32], context: Context) -> list[str]:
        """Return a few words for each of `vectors` float32 [N, D], most telling first, joined by ", "."""
        ...


@runtime_checkable
class NeighborFinder(Component, Protocol):
    """Finds the nearest neighbours of every row among the rows."""

    def build(self, vectors: NDArray[np.float32], k: int, metric: Metric, context: Context) -> NeighborGraph:
        """Return the graph [N, min(k, N-1)] of `vectors` float32 [N, D]."""
        ...


@runtime_checkable
class SupportsSearch(Protocol):
    """A NeighborFinder that also answers queries."""

    def search(
        self,
        vectors: NDArray[np.float32],
        queries: NDArray[np.float32],
        k: int,
        metric: Metric,
        context: Context,
    ) -> NeighborGraph:
        """Return the `min(k, N)` nearest of `vectors` float32 [N, D] to `queries` float32 [M, D]."""
        ...


@runtime_checkable
class Projector(Component, Protocol):
    """Lays the rows of an index out in the plane."""

    def neighbors_needed(self, n: int) -> int:
        """How many neighbours it will ask of an index of `n` rows; 0 if none."""
        ...

    def project(self, index: Index, context: Context) -> Layout:
        """Return a layout with positions float32 [N, 2], finite."""
        ...


@runtime_checkable
class SupportsPlaces(Protocol):
    """A Projector for rows that bring their places with them: `project` is not called then."""

    def place_columns(self) -> list[str]:
        """Return the columns that it reads; they are looked for before anything is written."""
        ...

    def places(self, rows: pa.Table) -> NDArray[np.float32]:
        """Return float32 [R, 2], where the rows of a table with these columns lie; NaN where one has no place."""
        ...


@runtime_checkable
class SupportsTransform(Protocol):
    """A Projector that places new vectors on a finished layout."""

    def transform(
        self,
        vectors: NDArray[np.float32],
        neighbors: NeighborGraph,
        layout: Layout,
        context: Context,
    ) -> NDArray[np.float32]:
        """Return float32 [M, 2] for `vectors` float32 [M, D], whose neighbours among the mapped rows are given.

        `layout` has the rows that are there now: some may have gone since `project`, others may have been placed. The
        state is as `project` returned it; an array in it with an entry per row has those of the rows of then.
        """
        ...


@runtime_checkable
class SupportsWarmStart(Protocol):
    """A Projector that lays an index out again from where its rows lie already, so that a map keeps its places."""

    def project_from(self, index: Index, earlier: Layout, rows: NDArray[np.int64], context: Context) -> Layout:
        """Return a layout of `index`, as `project` does, in which known rows lie near where they lay.

        Args:
            index: the rows to lay out, old and new.
            earlier: positions float32 [M, 2] and the state, as `SupportsTransform.transform` gets them.
            rows: int64 [N], which row of `earlier` each row of `index` is; -1 for a new one.
            context: seed, threads and progress.
        """
        ...


@runtime_checkable
class SupportsWarmup(Protocol):
    """A component with code to compile or weights to load while an earlier stage still runs."""

    def warmup(self) -> None:
        """Get ready. Called in a thread of its own; must leave no trace but speed."""
        ...


@runtime_checkable
class TopicModeler(Component, Protocol):
    """Groups the rows of a map into nested topics."""

    def neighbors_needed(self, n: int) -> int:
        """How many neighbours it will ask of an index of `n` rows; 0 if none."""
        ...

    def fit(self, index: Index, layout: Layout, context: Context) -> Topics:
        """Return topics without labels."""
        ...


@runtime_checkable
class SupportsTopicContinuation(Protocol):
    """A TopicModeler that knows topics again when a map's topics are found anew."""

    def keep_ids(self, found: Topics, before: NDArray[np.int32], used: int) -> Topics:
        """Return `found` under the ids of the topics that they continue, the others under ids above `used`.

        `before` int32 [N, D'] has the earlier topics of the same rows, -1 for a row that is new; `used` is the
        largest id that the map ever had.
        """
        ...


@runtime_checkable
class TopicLabeler(Component, Protocol):
    """Names topics."""

    def label(self, topics: Topics, index: Index, context: Context) -> dict[int, TopicLabel]:
        """Return a label for every topic id; labels are unique, `index.text()` is what to read."""
        ...


@runtime_checkable
class DuplicateDetector(Component, Protocol):
    """Finds rows that say the same."""

    def neighbors_needed(self, n: int) -> int:
        """How many neighbours it will ask of an index of `n` rows; 0 if none."""
        ...

    def detect(self, index: Index, context: Context) -> Duplicates:
        """Return groups over the index's rows, with the guarantees that `Duplicates` states."""
        ...
