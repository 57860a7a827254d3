"""Topics on disk: an Arrow table of topics, and one array per row property."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from localatlas.pipeline.stages import load_array, save_array
from localatlas.protocols import TopicLabel, Topics

__all__ = ["load_topics", "read_table", "save_topics", "topics_from_table", "topics_to_table", "write_table"]

SCHEMA = pa.schema(
    [
        pa.field("topic_id", pa.int32()),
        pa.field("depth", pa.int32()),
        pa.field("parent_id", pa.int32()),
        pa.field("size", pa.int64()),
        pa.field("x", pa.float32()),
        pa.field("y", pa.float32()),
        pa.field("hull", pa.list_(pa.float32())),
        pa.field("label", pa.string()),
        pa.field("description", pa.string()),
        pa.field("keywords", pa.list_(pa.string())),
        pa.field("exemplars", pa.list_(pa.int64())),
    ]
)


def topics_to_table(topics: Topics) -> pa.Table:
    """Return one row per topic; hulls are flat lists x0, y0, x1, y1, ..."""
    labels = [topics.labels.get(topic, TopicLabel("", "")) for topic in topics.topic_id.tolist()]
    columns = {
        "topic_id": topics.topic_id,
        "depth": topics.depth,
        "parent_id": topics.parent_id,
        "size": topics.size,
        "x": np.ascontiguousarray(topics.position[:, 0]),
        "y": np.ascontiguousarray(topics.position[:, 1]),
        "hull": [hull.ravel().tolist() for hull in topics.hull],
        "label": [label.label for label in labels],
        "description": [label.description for label in labels],
        "keywords": [list(label.keywords) for label in labels],
        "exemplars": [list(label.exemplars) for label in labels],
    }
    return pa.table([pa.array(columns[name], SCHEMA.field(name).type) for name in SCHEMA.names], schema=SCHEMA)


def topics_from_table(table: pa.Table, assignment: NDArray[np.int32], confidence: NDArray[np.float32]) -> Topics:
    """Return Topics from a table and the rows' topics."""
    labels = {
        row["topic_id"]: TopicLabel(row["label"], row["description"], tuple(row["keywords"]), tuple(row["exemplars"]))
        for row in table.select(["topic_id", "label", "description", "keywords", "exemplars"]).to_pylist()
    }
    hulls = [np.array(flat, dtype=np.float32).reshape(-1, 2) for flat in table["hull"].to_pylist()]
    return Topics(
        topic_id=table["topic_id"].to_numpy(),
        depth=table["depth"].to_numpy(),
        parent_id=table["parent_id"].to_numpy(),
        size=table["size"].to_numpy(),
        position=np.stack([table["x"].to_numpy(), table["y"].to_numpy()], axis=1),
        hull=tuple(hulls),
        assignment=assignment,
        confidence=confidence,
        labels=labels,
    )


def save_topics(folder: Path, topics: Topics, labels: Mapping[int, TopicLabel]) -> None:
    """Write topics with their labels to a folder."""
    write_table(folder / "topics.arrow", topics_to_table(replace(topics, labels=labels)))
    save_array(folder / "assignment.npy", topics.assignment)
    save_array(folder / "confidence.npy", topics.confidence)


def load_topics(folder: Path) -> Topics:
    """Return what `save_topics` wrote."""
    table = read_table(folder / "topics.arrow")
    return topics_from_table(table, load_array(folder / "assignment.npy"), load_array(folder / "confidence.npy"))


def write_table(path: Path, table: pa.Table) -> None:
    """Write a table as one uncompressed Arrow IPC file, so that it can be memory-mapped; whole or not at all."""
    temporary = path.with_name(path.name + ".part")
    with pa.OSFile(str(temporary), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table.combine_chunks())
    temporary.replace(path)


def read_table(path: Path) -> pa.Table:
    """Memory-map a table."""
    return pa.ipc.open_file(pa.memory_map(str(path))).read_all()
