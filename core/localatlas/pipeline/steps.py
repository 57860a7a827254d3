"""The stages whose work is a component's: neighbours, layout, topics, duplicates."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from localatlas.pipeline.contracts import (
    blame,
    check_duplicates,
    check_graph,
    check_labels,
    check_layout,
    check_topics,
)
from localatlas.pipeline.index import LentIndex
from localatlas.pipeline.stages import load_array, save_array
from localatlas.pipeline.topic_table import save_topics
from localatlas.protocols import (
    Context,
    DuplicateDetector,
    Duplicates,
    Layout,
    NeighborFinder,
    NeighborGraph,
    Projector,
    SupportsTopicContinuation,
    TopicLabeler,
    TopicModeler,
)
from localatlas.resolve import Choice

__all__ = [
    "EarlierTopics",
    "detect_duplicates",
    "find_neighbors",
    "lay_out",
    "lay_out_from",
    "load_duplicates",
    "load_graph",
    "load_layout",
    "model_topics",
    "save_graph",
]


@dataclass(frozen=True)
class EarlierTopics:
    """The topics that the rows of an index had.

    Attributes:
        assignment: int32 [N, D], -1 for a new row.
        last_id: the largest topic id that the map ever had.
    """

    assignment: NDArray[np.int32]
    last_id: int


# Labels take about a third of the topics stage on the demo's reviews.
FITTED = 0.6


def find_neighbors(choice: Choice[NeighborFinder], index: LentIndex, k: int, folder: Path, context: Context) -> None:
    """Find the `k` nearest neighbours of every row."""
    with blame(choice.entry):
        graph = choice.component.build(index.vectors, k, index.metric, context)
    save_graph(folder, check_graph(choice.entry, graph, len(index.vectors), k))


def save_graph(folder: Path, graph: NeighborGraph) -> None:
    """Write a graph to a folder."""
    save_array(folder / "indices.npy", graph.indices)
    save_array(folder / "distances.npy", graph.distances)


def load_graph(folder: Path) -> NeighborGraph:
    """Return what `save_graph` wrote, memory-mapped."""
    return NeighborGraph(load_array(folder / "indices.npy"), load_array(folder / "distances.npy"))


def lay_out(choice: Choice[Projector], index: LentIndex, folder: Path, context: Context) -> None:
    """Project the index."""
    with blame(choice.entry):
        layout = choice.component.project(index, context)
    _save_layout(choice, layout, index, folder)


def lay_out_from(
    choice: Choice[Any],
    index: LentIndex,
    earlier: Layout,
    rows: NDArray[np.int64],
    folder: Path,
    context: Context,
) -> None:
    """Project the index from where its rows lie: `rows` int64 [N] are their numbers in `earlier`, -1 for new ones.

    The projector is one with `project_from`.
    """
    for lent in (earlier.positions, rows):
        lent.setflags(write=False)
    with blame(choice.entry):
        layout = choice.component.project_from(index, earlier, rows, context)
    _save_layout(choice, layout, index, folder)


def _save_layout(choice: Choice[Any], layout: Layout, index: LentIndex, folder: Path) -> None:
    checked = check_layout(choice.entry, layout, len(index.vectors))
    save_array(folder / "positions.npy", checked.positions)
    for name, array in (checked.state or {}).items():
        save_array(folder / f"state.{name}.npy", array)


def load_layout(folder: Path) -> Layout:
    """Return what `lay_out` wrote."""
    state = {path.name[len("state.") : -len(".npy")]: load_array(path) for path in sorted(folder.glob("state.*.npy"))}
    return Layout(load_array(folder / "positions.npy"), state or None)


def model_topics(
    modeler: Choice[TopicModeler],
    labeler: Choice[TopicLabeler],
    index: LentIndex,
    layout: Layout,
    folder: Path,
    context: Context,
    before: EarlierTopics | None = None,
) -> None:
    """Find topics and name them; where a map had topics `before`, those that persist keep their ids."""
    rows, component = len(index.vectors), modeler.component
    with blame(modeler.entry):
        fitting = context.with_(report=lambda done, message: context.progress(done * FITTED, message))
        topics = check_topics(modeler.entry, component.fit(index, layout, fitting), rows)
        if before is not None and isinstance(component, SupportsTopicContinuation):
            kept = component.keep_ids(topics, before.assignment, before.last_id)
            topics = check_topics(modeler.entry, kept, rows)
    with blame(labeler.entry):
        naming = context.with_(report=lambda done, message: context.progress(FITTED + done * (1 - FITTED), message))
        labels = check_labels(labeler.entry, labeler.component.label(topics, index, naming), topics)
    save_topics(folder, topics, labels)


def detect_duplicates(choice: Choice[DuplicateDetector], index: LentIndex, folder: Path, context: Context) -> None:
    """Find duplicates."""
    with blame(choice.entry):
        found = choice.component.detect(index, context)
    checked = check_duplicates(choice.entry, found, len(index.vectors))
    save_array(folder / "cluster.npy", checked.cluster)
    save_array(folder / "verdict.npy", checked.verdict)


def load_duplicates(folder: Path) -> Duplicates:
    """Return what `detect_duplicates` wrote."""
    return Duplicates(np.asarray(load_array(folder / "cluster.npy")), np.asarray(load_array(folder / "verdict.npy")))
