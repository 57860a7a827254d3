"""Projectors with one fault each, by the check that has to catch it."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
from localatlas.protocols import Context, Index, Layout, NeighborGraph
from numpy.typing import NDArray
from sound_projectors import Bare, Placing, Sound

COUNTER = itertools.count()


def after(change: Callable[[Layout, Context], Layout]) -> type[Sound]:
    """Return a projector that changes the sound layout."""

    class Changed(Sound):
        def project(self, index: Index, context: Context) -> Layout:
            return change(super().project(index, context), context)

    return Changed


class AsksTooMuch(Sound):
    def project(self, index: Index, context: Context) -> Layout:
        index.neighbors(self.neighbors_needed(len(index.vectors)) + 1)
        return super().project(index, context)


class NeedsFractions(Sound):
    def neighbors_needed(self, n: int) -> int:
        return n**0.5  # type: ignore[return-value]


class FailsBelow(Sound):
    least: ClassVar[int] = 0

    def project(self, index: Index, context: Context) -> Layout:
        if len(index.vectors) == self.least:
            raise ValueError("too few rows")
        return super().project(index, context)


class NeedsThree(FailsBelow):
    least = 3


class NeedsTwo(FailsBelow):
    least = 2


class NeedsOne(FailsBelow):
    least = 1


class DividesBySpread(Sound):
    def project(self, index: Index, context: Context) -> Layout:
        layout = super().project(index, context)
        spread = layout.positions.std(axis=0)
        with np.errstate(all="ignore"):
            return Layout(layout.positions / spread if len(layout.positions) > 3 else layout.positions, layout.state)


class OnlyCosine(Sound):
    def project(self, index: Index, context: Context) -> Layout:
        if index.metric != "cosine":
            raise ValueError("not cosine")
        return super().project(index, context)


class WritesIntoFiles(Sound):
    def project(self, index: Index, context: Context) -> Layout:
        if isinstance(index.vectors, np.memmap):
            index.vectors[0] = 0.0
        return super().project(index, context)


class RefusesLargeSeeds(Sound):
    def project(self, index: Index, context: Context) -> Layout:
        np.random.RandomState(context.seed if context.seed < 2**31 else -1)
        return super().project(index, context)


class Silent(Sound):
    def project(self, index: Index, context: Context) -> Layout:
        return super().project(index, Context())


class EndsEarly(Sound):
    def project(self, index: Index, context: Context) -> Layout:
        layout = super().project(index, Context())
        context.progress(0.5)
        return layout


class GoesBack(Sound):
    def project(self, index: Index, context: Context) -> Layout:
        context.progress(0.9)
        return super().project(index, context)


class CannotBeStopped(Sound):
    def project(self, index: Index, context: Context) -> Layout:
        try:
            context.progress(0.0)
        except Exception:  # noqa: BLE001 - this is the fault
            context = Context()
        return super().project(index, context)


class NeedsHalves(Sound):
    def neighbors_needed(self, n: int) -> int:
        return super().neighbors_needed(n) if n < 1_000_000 else 2.5  # type: ignore[return-value]


class Wide(Bare):
    def project(self, index: Index, context: Context) -> Layout:
        layout = super().project(index, context)
        plain = len(layout.positions) > 100 and index.metric == "cosine" and not isinstance(index.vectors, np.memmap)
        return wide(layout, context) if plain else layout


class TurnsZerosAround(Sound):
    """The sign of a zero: numbers that compare as equal, of other bytes each time."""

    def project(self, index: Index, context: Context) -> Layout:
        layout = super().project(index, context)
        layout.positions[0] = -0.0 if next(COUNTER) % 2 else 0.0
        return layout


class Shuffles(Bare):
    def project(self, index: Index, context: Context) -> Layout:
        return shuffled(super().project(index, context), context)


class KeepsObjects(Bare):
    def project(self, index: Index, context: Context) -> Layout:
        return with_objects(super().project(index, context), context)


class MirrorsKnownRows(Sound):
    """Where all rows are given again, and only there."""

    def transform(self, vectors: Any, neighbors: NeighborGraph, layout: Layout, context: Context) -> Any:
        placed = super().transform(vectors, neighbors, layout, context)
        return -placed if len(vectors) == len(layout.positions) > 120 else placed


class MirrorsNewRows(Sound):
    def transform(self, vectors: Any, neighbors: NeighborGraph, layout: Layout, context: Context) -> Any:
        return -super().transform(vectors, neighbors, layout, context)


class RemembersItself(Sound):
    """Keeps what `transform` needs in the instance, not in the state that is stored."""

    def project(self, index: Index, context: Context) -> Layout:
        layout = super().project(index, context)
        self.kept = layout
        return Layout(layout.positions)

    def transform(self, vectors: Any, neighbors: NeighborGraph, layout: Layout, context: Context) -> Any:
        return super().transform(vectors, neighbors, self.kept, context)


class ThrowsOneRowAway(Sound):
    def transform(self, vectors: Any, neighbors: NeighborGraph, layout: Layout, context: Context) -> Any:
        placed = super().transform(vectors, neighbors, layout, context)
        return placed + np.float32(1e6) if len(placed) == 1 else placed


class ReadsRowsOfThen(Placing):
    """Takes a row of the state for the same row of the layout."""

    def project(self, index: Index, context: Context) -> Layout:
        layout = super().project(index, context)
        return Layout(layout.positions, {**(layout.state or {}), "places": layout.positions})

    def transform(self, vectors: Any, neighbors: NeighborGraph, layout: Layout, context: Context) -> Any:
        assert layout.state is not None
        return np.ascontiguousarray(layout.state["places"][neighbors.indices[:, 0]], dtype=np.float32)


class ShowsPairs(Sound):
    def project(self, index: Index, context: Context) -> Layout:
        layout = super().project(index, context)
        context.preview(layout.positions[:2])
        return layout


class ShowsARowTwice(Sound):
    def project(self, index: Index, context: Context) -> Layout:
        layout = super().project(index, context)
        context.preview(layout.positions, np.zeros(len(layout.positions), np.int64))
        return layout


class MovesOn(Sound):
    def project_from(self, index: Index, earlier: Layout, rows: NDArray[np.int64], context: Context) -> Layout:
        layout = super().project_from(index, earlier, rows, context)
        return Layout(-layout.positions, layout.state)


class PutsNewRowsAnywhere(Sound):
    def project_from(self, index: Index, earlier: Layout, rows: NDArray[np.int64], context: Context) -> Layout:
        layout = super().project_from(index, earlier, rows, context)
        layout.positions[rows < 0] *= -1
        return layout


class NeedsAKnownRow(Sound):
    def project_from(self, index: Index, earlier: Layout, rows: NDArray[np.int64], context: Context) -> Layout:
        if not (rows >= 0).any():
            raise ValueError("no row is known")
        return super().project_from(index, earlier, rows, context)


def shuffled(layout: Layout, context: Context) -> Layout:
    return Layout(np.random.default_rng(0).permutation(layout.positions), layout.state)


def unseeded(layout: Layout, context: Context) -> Layout:
    return Layout(layout.positions + np.random.default_rng().normal(size=2).astype(np.float32), layout.state)


def globally_random(layout: Layout, context: Context) -> Layout:
    np.random.seed(context.seed % 2**32)  # noqa: NPY002 - the fault
    return Layout(layout.positions + np.float32(np.random.random()), layout.state)  # noqa: NPY002 - the fault


def wide(layout: Layout, context: Context) -> Layout:
    return Layout(layout.positions.astype(np.float64), layout.state)  # type: ignore[arg-type]


def flat(layout: Layout, context: Context) -> Layout:
    return Layout(layout.positions[:, :1], layout.state)


def holed(layout: Layout, context: Context) -> Layout:
    positions = layout.positions.copy()
    positions[0] = np.nan
    return Layout(positions, layout.state)


def with_objects(layout: Layout, context: Context) -> Layout:
    return Layout(layout.positions, {**(layout.state or {}), "model": np.array([object()])})


FAULTS: list[tuple[str, type[Bare]]] = [
    ("neighbors_needed_is_a_count", NeedsHalves),
    ("neighbors_needed_is_a_count", NeedsFractions),
    ("layout_has_shape_and_dtype", Wide),
    ("layout_has_shape_and_dtype", after(wide)),
    ("layout_has_shape_and_dtype", after(flat)),
    ("layout_has_shape_and_dtype", after(holed)),
    ("layout_has_shape_and_dtype", AsksTooMuch),
    ("one_point", NeedsOne),
    ("two_points", NeedsTwo),
    ("three_points", NeedsThree),
    ("identical_points", DividesBySpread),
    ("euclidean_index", OnlyCosine),
    ("same_seed_same_bytes", TurnsZerosAround),
    ("same_seed_same_bytes", after(unseeded)),
    ("global_random_state_is_left_alone", after(globally_random)),
    ("another_seed_works", RefusesLargeSeeds),
    ("clusters_stay_apart", Shuffles),
    ("clusters_stay_apart", after(shuffled)),
    ("memory_mapped_input", WritesIntoFiles),
    ("progress_ends_at_one", EndsEarly),
    ("progress_ends_at_one", GoesBack),
    ("progress_ends_at_one", Silent),
    ("cancelling_comes_through", CannotBeStopped),
    ("previews_are_layouts", ShowsPairs),
    ("previews_are_layouts", ShowsARowTwice),
    ("state_is_plain_arrays", KeepsObjects),
    ("state_is_plain_arrays", after(with_objects)),
    ("transform_places_rows_where_they_were", MirrorsKnownRows),
    ("transform_places_rows_where_they_were", MirrorsNewRows),
    ("transform_places_rows_where_they_were", RemembersItself),
    ("transform_of_one_row", ThrowsOneRowAway),
    ("transform_after_rows_went", ReadsRowsOfThen),
    ("warm_start_keeps_places", MovesOn),
    ("warm_start_keeps_places", PutsNewRowsAnywhere),
    ("warm_start_with_nothing_known", NeedsAKnownRow),
]
