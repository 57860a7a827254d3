"""A dataset that grows and shrinks, and what is looked at before and after."""

from __future__ import annotations

from typing import Any

import numpy as np
from localatlas import AtlasDataset
from localatlas.indices import AtlasProjection
from localatlas.pipeline.stages import load_array
from numpy.typing import NDArray

__all__ = ["build", "graph", "points", "rows"]

WORDS = ("apple", "pear", "river", "boat", "star", "moon", "bread", "train")


def rows(start: int, stop: int) -> list[dict[str, Any]]:
    """Rows with some texts twice, and a blank one now and then."""
    random = np.random.default_rng(start)
    texts = [" ".join(random.choice(WORDS, 3)) if number % 11 else "" for number in range(start, stop)]
    return [{"id": f"r{number}", "text": text} for number, text in zip(range(start, stop), texts, strict=True)]


def build(dataset: AtlasDataset, **arguments: Any) -> AtlasProjection:
    return dataset.create_index(indexed_field="text", progress=False, **arguments)


def points(made: AtlasProjection) -> dict[str, tuple[bytes, tuple[str, ...]]]:
    """Return the place, as bytes, and the topics of every row."""
    places = made.embeddings.tb
    topics = {row.pop("id"): tuple(row.values()) for row in made.topics.tb.to_pylist()}
    rows = zip(*(places[name].to_pylist() for name in ("id", "x", "y")), strict=True)
    return {key: (repr(place).encode(), topics[key]) for key, *place in rows}


def graph(made: AtlasProjection) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    index, _ = made.record
    store = made._store
    read = [load_array(store.path(f"{index.prefix}/neighbors.{name}.npy")) for name in ("indices", "distances")]
    return read[0], read[1]
