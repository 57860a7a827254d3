"""Places for new vectors on a map that does not move."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from localatlas.pipeline.contracts import blame, check_layout
from localatlas.pipeline.extend_graph import search_quietly
from localatlas.pipeline.stages import load_array, save_array
from localatlas.protocols import Context, Layout, NeighborGraph
from localatlas.protocols.nouns import Metric
from localatlas.resolve import Choice

__all__ = ["VOTERS", "extend_layout", "load_near", "nearest_mapped"]

# How many mapped neighbours a new row has a say from, where no component asks for more.
VOTERS = 15


def nearest_mapped(
    finder: Choice[Any],
    vectors: NDArray[np.float32],
    mapped: NDArray[np.intp],
    new: NDArray[np.intp],
    k: int,
    metric: Metric,
    context: Context,
) -> NeighborGraph:
    """Return the `max(k, VOTERS)` nearest of the vectors `mapped` to the vectors `new`, numbered within `mapped`."""
    count = min(max(k, VOTERS), len(mapped))
    if not len(new):
        return NeighborGraph(np.empty((0, count), np.int32), np.empty((0, count), np.float32))
    # What was there before comes first, as long as nothing was deleted: then this is a view and no copy.
    prefix = int(mapped[-1]) == len(mapped) - 1
    table = vectors[: len(mapped)] if prefix else np.ascontiguousarray(vectors[mapped])
    return search_quietly(finder, table, vectors[new], count, metric, context)


def extend_layout(
    projector: Choice[Any],
    vectors: NDArray[np.float32],
    places: NDArray[np.float32],
    near: NeighborGraph,
    state: Mapping[str, NDArray[np.generic]],
    folder: Path,
    context: Context,
) -> None:
    """Write a layout in which what was mapped stays where it is.

    Args:
        projector: places the rest; one with `transform`.
        vectors: float32 [N, D].
        places: float32 [N, 2], NaN for the vectors to place.
        near: their nearest among the mapped vectors, [M, K], numbered within these.
        state: what the projector left when it made the layout.
        folder: receives the layout, and `near`.
        context: of the stage.
    """
    new = np.isnan(places).any(axis=1)
    positions = np.ascontiguousarray(places)
    if new.any():
        layout = Layout(np.ascontiguousarray(positions[~new]), state or None)
        with blame(projector.entry):
            placed = projector.component.transform(np.ascontiguousarray(vectors[new]), near, layout, context)
        positions[new] = check_layout(projector.entry, Layout(placed), int(new.sum())).positions
    save_array(folder / "positions.npy", positions)
    for name, array in state.items():
        save_array(folder / f"state.{name}.npy", array)
    save_array(folder / "near.indices.npy", near.indices)
    save_array(folder / "near.distances.npy", near.distances)
    context.progress(1.0, f"{int(new.sum()):,} new points")


def load_near(folder: Path) -> NeighborGraph:
    """Return the neighbours that `extend_layout` was given."""
    return NeighborGraph(load_array(folder / "near.indices.npy"), load_array(folder / "near.distances.npy"))
