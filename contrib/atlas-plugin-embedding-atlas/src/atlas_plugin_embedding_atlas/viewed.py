"""A map as embedding-atlas takes it: one table, and which of its columns are what."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from localatlas.errors import InvalidOptionError
from localatlas.indices import AtlasProjection
from localatlas.protocols import Topics
from numpy.typing import NDArray

from atlas_plugin_embedding_atlas.charts import first_charts
from atlas_plugin_embedding_atlas.neighbors import NEIGHBORS, neighbor_column

__all__ = ["Viewed", "viewed"]

IMAGE = "image"
NEIGHBORS_COLUMN = "neighbors"
ROW = "__row_index__"


@dataclass(frozen=True)
class Viewed:
    """What the viewer shows.

    Attributes:
        name: the map's.
        key: changes when the map does.
        table: a row per row of the map that has a place, in upload order: the user's columns, `x` and `y` float32,
            topics, duplicates and tags, the number of the row, and neighbours.
        options: arguments of `embedding_atlas.options.make_embedding_atlas_props`.
        left_out: how many rows have no place.
    """

    name: str
    key: str
    table: pa.Table
    options: dict[str, Any]
    left_out: int


def viewed(projection: AtlasProjection, *, neighbors: int = NEIGHBORS) -> Viewed:
    """Return a finished map for the viewer.

    Args:
        projection: a map, as `dataset.maps[0]`.
        neighbors: how many to give of every row; 0 for none.

    Raises:
        InvalidOptionError: `neighbors` is out of range, or no row has a place.
    """
    stored = projection.stored
    placed: NDArray[np.bool_] = np.asarray(np.isfinite(stored.layout.positions).all(axis=1))
    rows = np.flatnonzero(stored.alive & placed)
    if not len(rows):
        raise InvalidOptionError(f"the map {stored.name!r} has no row with a place, so there is nothing to show")
    table = _exported(projection).filter(pa.array(placed[stored.alive]))
    own = table.column_names[len(stored.schema) :]  # the map's columns follow the user's: x, y, topics and more
    options: dict[str, Any] = {"x": own[0], "y": own[1], "text": _text(table, stored.text_field)}
    table, options["row_id"] = _with(table, ROW, pa.array(np.arange(len(rows))))
    if stored.has_blobs:
        table, options["image"] = _with(table, IMAGE, _images(stored.blobs(rows)))
    if neighbors:
        table, options["neighbors"] = _with(table, NEIGHBORS_COLUMN, neighbor_column(projection, rows, neighbors))
    if stored.topic_model is not None:
        options["labels"] = _labels(stored.topic_model)
    options["initial_state"] = first_charts(table, options, own[2] if stored.topic_model is not None else None)
    key = f"localatlas-{projection.id}-{projection.record[0].revision}-{len(rows)}-{neighbors}"
    return Viewed(stored.name, key, table, options, int(stored.alive.sum()) - len(rows))


def _exported(projection: AtlasProjection) -> pa.Table:
    """Return every column that a map has, of the rows that are there."""
    with tempfile.TemporaryDirectory(prefix="localatlas-") as folder:
        path = projection.export(Path(folder) / "map.arrow")
        with pa.OSFile(str(path)) as source:
            return pa.ipc.open_file(source).read_all()


def _with(table: pa.Table, name: str, values: pa.Array | pa.ChunkedArray) -> tuple[pa.Table, str]:
    """Return the table with a further column, under a name that SQL, which ignores case, finds free."""
    taken = {column.casefold() for column in table.column_names}
    free = name
    while free.casefold() in taken:
        free = f"map_{free}"
    return table.append_column(free, values), free


def _text(table: pa.Table, name: str | None) -> str | None:
    """Return the name of the text column, if what names the topics is text."""
    if name is None:
        return None
    kind = table.schema.field(name).type
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return name if pa.types.is_string(kind) or pa.types.is_large_string(kind) else None


def _images(blobs: list[bytes | None]) -> pa.Array:
    """Return structs, as Hugging Face keeps images and the viewer draws them."""
    data = pa.array(blobs, pa.binary())
    return pa.StructArray.from_arrays([data], ["bytes"], mask=pc.is_null(data))


def _labels(topics: Topics) -> list[dict[str, Any]]:
    """Return the topics' names where they lie; the level is the zoom at which the viewer shows one."""
    named = [(row, topics.labels.get(topic)) for row, topic in enumerate(topics.topic_id.tolist())]
    return [
        {
            "x": float(topics.position[row, 0]),
            "y": float(topics.position[row, 1]),
            "text": label.label,
            "level": int(topics.depth[row]) - 1,
            "priority": int(topics.size[row]),
        }
        for row, label in named
        if label is not None and np.isfinite(topics.position[row]).all()
    ]
