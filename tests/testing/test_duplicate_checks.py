"""Each duplicate check passes a sound detector and catches the one fault it is for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from faults import assert_caught, each_of, named_in, names_of
from localatlas.protocols import ComponentOptions, Context, Duplicates, DuplicateVerdict, Index
from localatlas.testing import run_checks


class Sound:
    """Keeps a row unless it lies within the cut-off of a row kept before."""

    class Options(ComponentOptions):
        duplicate_cutoff: float = 0.1

    def __init__(self, options: Any) -> None:
        self.options = options

    def neighbors_needed(self, n: int) -> int:
        return 0

    def detect(self, index: Index, context: Context) -> Duplicates:
        context.progress(0.0)
        wide = np.asarray(index.vectors, np.float64)
        kept: list[int] = []
        cluster = np.empty(len(wide), np.int64)
        for row, vector in enumerate(wide):
            near = [place for place in kept if 1.0 - vector @ wide[place] <= self.options.duplicate_cutoff]
            cluster[row] = near[0] if near else row
            kept.extend([] if near else [row])
        context.progress(1.0)
        return judged(cluster)


def judged(cluster: np.ndarray) -> Duplicates:
    """Return duplicates whose first row of each group is retained."""
    _, first, group = np.unique(cluster, return_index=True, return_inverse=True)
    sizes = np.bincount(group)
    verdict = np.full(len(cluster), DuplicateVerdict.DELETION, np.uint8)
    verdict[first] = np.where(sizes > 1, DuplicateVerdict.RETENTION, DuplicateVerdict.SINGLETON)
    return Duplicates(cluster, verdict)


def after(change: Callable[[Duplicates], Duplicates]) -> type[Sound]:
    """Return a detector that changes sound duplicates."""

    class Changed(Sound):
        def detect(self, index: Index, context: Context) -> Duplicates:
            return change(super().detect(index, context))

    return Changed


class LinksNeighbors(Sound):
    """Joins whatever is linked by close pairs, so that the ends of a chain share a group."""

    def neighbors_needed(self, n: int) -> int:
        return 3

    def detect(self, index: Index, context: Context) -> Duplicates:
        context.progress(1.0)
        graph = index.neighbors(3)
        cluster = np.arange(len(graph.indices), dtype=np.int64)
        for _ in range(len(cluster)):
            for row, (found, apart) in enumerate(zip(graph.indices, graph.distances, strict=True)):
                linked = [row, *found[apart <= self.options.duplicate_cutoff].tolist()]
                cluster[linked] = cluster[linked].min()
        return judged(cluster)


class FindsNothing(Sound):
    def detect(self, index: Index, context: Context) -> Duplicates:
        context.progress(1.0)
        return judged(np.arange(len(index.vectors), dtype=np.int64))


class JoinsAll(Sound):
    def detect(self, index: Index, context: Context) -> Duplicates:
        context.progress(1.0)
        return judged(np.zeros(len(index.vectors), dtype=np.int64))


class FailsOnTwoRows(Sound):
    def detect(self, index: Index, context: Context) -> Duplicates:
        if len(index.vectors) == 2:
            raise ValueError("two rows")
        return super().detect(index, context)


class Unseeded(Sound):
    def detect(self, index: Index, context: Context) -> Duplicates:
        duplicates = super().detect(index, context)
        return Duplicates(duplicates.cluster + int(np.random.default_rng().integers(1 << 40)), duplicates.verdict)


class MisreadsFiles(Sound):
    def detect(self, index: Index, context: Context) -> Duplicates:
        duplicates = super().detect(index, context)
        if isinstance(index.vectors, np.memmap):
            return Duplicates(duplicates.cluster, duplicates.verdict[::-1])
        return duplicates


class Silent(Sound):
    def detect(self, index: Index, context: Context) -> Duplicates:
        return super().detect(index, Context())


class CannotBeStopped(Sound):
    def detect(self, index: Index, context: Context) -> Duplicates:
        try:
            return super().detect(index, context)
        except Exception:  # noqa: BLE001 - this is the fault
            return super().detect(index, Context())


class NarrowsManyRows(Sound):
    """Counts in int32 where there are more rows than a test has at hand."""

    def detect(self, index: Index, context: Context) -> Duplicates:
        duplicates = super().detect(index, context)
        return narrow(duplicates) if len(duplicates.cluster) > 200 else duplicates


class JoinsTwoGroups(Sound):
    def detect(self, index: Index, context: Context) -> Duplicates:
        cluster = super().detect(index, context).cluster
        groups = np.unique(cluster)
        if len(cluster) > 200:
            cluster[cluster == groups[1]] = groups[0]
        return judged(cluster)


class JoinsTwoSingletons(Sound):
    def detect(self, index: Index, context: Context) -> Duplicates:
        cluster = super().detect(index, context).cluster
        if len(cluster) > 3 and len(np.unique(cluster)) == len(cluster):
            cluster[1] = cluster[0]
        return judged(cluster)


class EndsEarly(Sound):
    def detect(self, index: Index, context: Context) -> Duplicates:
        context.progress(0.5)
        return super().detect(index, Context())


def narrow(duplicates: Duplicates) -> Duplicates:
    return Duplicates(duplicates.cluster.astype(np.int32), duplicates.verdict)  # type: ignore[arg-type]


def two_retained(duplicates: Duplicates) -> Duplicates:
    verdict = duplicates.verdict.copy()
    verdict[verdict == DuplicateVerdict.DELETION] = DuplicateVerdict.RETENTION
    return Duplicates(duplicates.cluster, verdict)


def drops_one(duplicates: Duplicates) -> Duplicates:
    """Splits one row off its group when all rows are one group."""
    cluster = duplicates.cluster.copy()
    if len(np.unique(cluster)) == 1 and len(cluster) > 3:
        cluster[-1] = cluster.max() + 1
    return judged(cluster)


FAULTS = [
    ("groups_have_their_form", NarrowsManyRows),
    ("groups_have_their_form", after(narrow)),
    ("groups_have_their_form", after(two_retained)),
    ("copies_are_found", JoinsTwoGroups),
    ("copies_are_found", FindsNothing),
    ("copies_are_found", JoinsAll),
    ("different_rows_are_single", JoinsTwoSingletons),
    ("different_rows_are_single", JoinsAll),
    ("guarantees_hold_on_a_chain", LinksNeighbors),
    ("guarantees_hold_on_a_chain", FindsNothing),
    ("few_rows", FailsOnTwoRows),
    ("equal_vectors", after(drops_one)),
    ("same_seed_same_bytes", Unseeded),
    ("memory_mapped_input", MisreadsFiles),
    ("progress_ends_at_one", EndsEarly),
    ("progress_ends_at_one", Silent),
    ("cancelling_comes_through", CannotBeStopped),
]


def test_a_sound_detector_passes_every_check() -> None:
    assert [result for result in run_checks(Sound) if result.outcome != "passed"] == []


@each_of(FAULTS)
def test_a_fault_is_caught_by_its_check(check: str, faulty: type[Sound], alone: bool) -> None:
    assert_caught(check, faulty, alone=alone)


def test_every_check_has_a_fault_that_it_catches() -> None:
    assert named_in(FAULTS) == names_of(Sound, "duplicate_detector")
