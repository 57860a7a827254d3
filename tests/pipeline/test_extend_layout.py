from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from localatlas.errors import PluginContractError, PluginFailedError
from localatlas.pipeline.extend_layout import VOTERS, extend_layout, load_near, nearest_mapped
from localatlas.pipeline.steps import load_layout
from localatlas.protocols import ComponentOptions, Context, Layout, NeighborGraph
from localatlas.registry import Entry
from localatlas.resolve import Choice
from localatlas.testing.example import brute_force
from reference import Exhaustive, Placing

ENTRY = Entry("projector", "sample", "atlas-plugin-x", "1.0", "x:X")
FINDER: Choice[Any] = Choice(Exhaustive(ComponentOptions()), ENTRY, {})
VECTORS = np.random.default_rng(0).normal(size=(40, 6)).astype(np.float32)


class Watched(Placing):
    """Keeps what it is lent."""

    def __init__(self) -> None:
        super().__init__(Placing.Options())
        self.lent: list[tuple[np.ndarray, NeighborGraph, Layout]] = []

    def transform(self, vectors: np.ndarray, neighbors: NeighborGraph, layout: Layout, context: Context) -> np.ndarray:
        self.lent.append((vectors, neighbors, layout))
        return super().transform(vectors, neighbors, layout, context)


def extended(projector: Any, new: list[int], folder: Path) -> tuple[np.ndarray, NeighborGraph]:
    """Extend a layout of 40 vectors in which those at `new` have no place; return the places that were there."""
    places = np.random.default_rng(1).normal(size=(40, 2)).astype(np.float32)
    places[new] = np.nan
    mapped = np.setdiff1d(np.arange(40), new)
    near = nearest_mapped(FINDER, VECTORS, mapped, np.array(new, np.intp), 5, "euclidean", Context())
    state = {"spread": np.arange(3.0)}
    extend_layout(Choice(projector, ENTRY, {}), VECTORS, places.copy(), near, state, folder, Context())
    return places, near


@pytest.mark.parametrize("new", [[38, 39], [0, 17, 39]], ids=["at the end", "in between"])
def test_old_places_stay_byte_for_byte_and_new_ones_are_the_projectors(tmp_path: Path, new: list[int]) -> None:
    projector = Watched()
    places, near = extended(projector, new, tmp_path)
    layout = load_layout(tmp_path)
    old = np.setdiff1d(np.arange(40), new)
    assert layout.positions[old].tobytes() == places[old].tobytes()
    ((vectors, neighbors, lent),) = projector.lent
    assert np.array_equal(vectors, VECTORS[new])
    assert np.array_equal(lent.positions, places[old])
    assert lent.state is not None
    assert lent.state["spread"].tolist() == [0.0, 1.0, 2.0]
    wanted = brute_force(VECTORS[old], VECTORS[new], VOTERS, "euclidean")
    assert np.array_equal(neighbors.indices, wanted.indices)
    assert np.array_equal(layout.positions[new], projector.transform(vectors, near, lent, Context()))
    assert layout.state is not None
    assert layout.state["spread"].tolist() == [0.0, 1.0, 2.0]
    assert np.array_equal(load_near(tmp_path).indices, near.indices)


def test_without_new_rows_nothing_is_placed(tmp_path: Path) -> None:
    projector = Watched()
    places, near = extended(projector, [], tmp_path)
    assert projector.lent == []
    assert near.indices.shape == (0, VOTERS)
    assert load_layout(tmp_path).positions.tobytes() == places.tobytes()


def test_all_neighbours_are_lent_where_few_are_mapped() -> None:
    near = nearest_mapped(FINDER, VECTORS, np.arange(3), np.arange(3, 40), 5, "cosine", Context())
    assert near.indices.shape == (37, 3)


class Lost(Placing):
    def transform(self, vectors: np.ndarray, neighbors: NeighborGraph, layout: Layout, context: Context) -> np.ndarray:
        return np.full((len(vectors), 2), np.nan, np.float32)


class Broken(Placing):
    def transform(self, vectors: np.ndarray, neighbors: NeighborGraph, layout: Layout, context: Context) -> np.ndarray:
        raise ZeroDivisionError("no luck")


@pytest.mark.parametrize(
    ("projector", "error", "words"),
    [(Lost, PluginContractError, "'sample' .*NaN or infinity"), (Broken, PluginFailedError, "'sample' .*no luck")],
)
def test_a_faulty_projector_is_blamed(
    tmp_path: Path, projector: type[Placing], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        extended(projector(Placing.Options()), [39], tmp_path)
    assert not (tmp_path / "positions.npy").exists()
