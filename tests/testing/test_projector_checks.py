"""Each projector check passes a sound projector and catches the one fault it is for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
import pytest
from localatlas.protocols import ComponentOptions, Context, Index, Layout, NeighborGraph
from localatlas.testing import checks_for, run_checks
from numpy.typing import NDArray


class Sound:
    """Two principal components: quick, exact, deterministic; places new rows by the stored axes."""

    class Options(ComponentOptions):
        scale: float = 1.0

    def __init__(self, options: Options) -> None:
        self.options = options

    def neighbors_needed(self, n: int) -> int:
        return min(5, n)

    def project(self, index: Index, context: Context) -> Layout:
        context.progress(0.1, "axes")
        vectors = index.vectors.astype(np.float64)
        index.neighbors(self.neighbors_needed(len(vectors)))
        mean = vectors.mean(axis=0)
        axes = np.linalg.svd(vectors - mean, full_matrices=False)[2][:2]
        axes = np.vstack([axes, np.zeros((2 - len(axes), vectors.shape[1]))])
        positions = ((vectors - mean) @ axes.T * self.options.scale).astype(np.float32)
        context.progress(1.0, "axes")
        return Layout(positions, {"mean": mean, "axes": axes})

    def project_from(self, index: Index, earlier: Layout, rows: NDArray[np.int64], context: Context) -> Layout:
        if not (rows >= 0).any():
            return self.project(index, context)
        positions = self.transform(index.vectors, index.neighbors(0), earlier, context)
        positions[rows >= 0] = earlier.positions[rows[rows >= 0]]
        return Layout(positions, earlier.state)

    def transform(self, vectors: Any, neighbors: NeighborGraph, layout: Layout, context: Context) -> Any:
        assert layout.state is not None
        return ((vectors - layout.state["mean"]) @ layout.state["axes"].T * self.options.scale).astype(np.float32)


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


class ReadsRowsOfThen(Sound):
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


FAULTS = [
    ("neighbors_needed_is_a_count", NeedsFractions),
    ("layout_has_shape_and_dtype", after(wide)),
    ("layout_has_shape_and_dtype", after(flat)),
    ("layout_has_shape_and_dtype", after(holed)),
    ("layout_has_shape_and_dtype", AsksTooMuch),
    ("one_point", NeedsOne),
    ("two_points", NeedsTwo),
    ("three_points", NeedsThree),
    ("identical_points", DividesBySpread),
    ("euclidean_index", OnlyCosine),
    ("same_seed_same_bytes", after(unseeded)),
    ("global_random_state_is_left_alone", after(globally_random)),
    ("another_seed_works", RefusesLargeSeeds),
    ("clusters_stay_apart", after(shuffled)),
    ("memory_mapped_input", WritesIntoFiles),
    ("progress_ends_at_one", Silent),
    ("progress_ends_at_one", EndsEarly),
    ("progress_ends_at_one", GoesBack),
    ("cancelling_comes_through", CannotBeStopped),
    ("previews_are_layouts", ShowsPairs),
    ("previews_are_layouts", ShowsARowTwice),
    ("state_is_plain_arrays", after(with_objects)),
    ("transform_places_rows_where_they_were", MirrorsNewRows),
    ("transform_places_rows_where_they_were", RemembersItself),
    ("transform_of_one_row", ThrowsOneRowAway),
    ("transform_after_rows_went", ReadsRowsOfThen),
    ("warm_start_keeps_places", MovesOn),
    ("warm_start_keeps_places", PutsNewRowsAnywhere),
    ("warm_start_with_nothing_known", NeedsAKnownRow),
]


def test_a_sound_projector_passes_every_check() -> None:
    assert [result for result in run_checks(Sound) if result.outcome != "passed"] == []


@pytest.mark.parametrize(("check", "faulty"), FAULTS, ids=[f"{name}-{cls.__name__}" for name, cls in FAULTS])
def test_a_fault_is_caught_by_its_check(check: str, faulty: type[Sound]) -> None:
    failed = {result.name: result.message for result in run_checks(faulty) if not result.ok}
    assert check in failed, f"{check} did not catch {faulty.__name__}; failed were {sorted(failed)}"


def test_every_check_has_a_fault_that_it_catches() -> None:
    named = {check.name for check in checks_for(Sound) if check.kind == "projector"}
    assert named == {name for name, _ in FAULTS}
