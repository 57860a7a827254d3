"""What a duplicate detector must do."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from localatlas.errors import BuildCancelled
from localatlas.protocols import Context, Duplicates, DuplicateVerdict
from localatlas.testing.check import Check, Make, check
from localatlas.testing.example import ArrayIndex, ProgressLog, cancelling, clusters
from localatlas.testing.kit import require

__all__ = ["CHECKS"]

GROUPS = 60
COPIES = 4
SEED = 7
# Copies lie about this far (cosine) from each other, groups about 1: any sensible cut-off lies between.
COPY_DISTANCE = 1e-4


def _vectors() -> NDArray[np.float32]:
    """Return 60 groups of 4 rows that say the same: row i is in group i % 60."""
    generator = np.random.default_rng(3)
    groups = clusters(GROUPS, count=GROUPS, dim=64, noise=0.0)
    noise = generator.normal(size=(GROUPS * COPIES, 64)) * np.sqrt(COPY_DISTANCE / 64)
    return ArrayIndex(np.tile(groups, (COPIES, 1)) + noise).vectors


def _chain() -> NDArray[np.float32]:
    """Return 60 rows on an arc, each close to the next and the ends far apart, where linking neighbours goes astray."""
    angles = np.linspace(0.0, np.pi, 60)
    return ArrayIndex(np.stack([np.cos(angles), np.sin(angles)], axis=1)).vectors


def _index(detector: Any, vectors: NDArray[np.float32]) -> ArrayIndex:
    """Return an index that lends as many neighbours as the detector said it needs."""
    return ArrayIndex(vectors, lent=detector.neighbors_needed(len(vectors)))


def _detect(make: Make, vectors: NDArray[np.float32], **options: Any) -> Duplicates:
    detector = make(**options)
    duplicates: Duplicates = detector.detect(_index(detector, vectors), Context(seed=SEED))
    return duplicates


def _require_form(duplicates: Duplicates, n: int) -> None:
    require(isinstance(duplicates, Duplicates), f"`detect` must return Duplicates, not {type(duplicates).__name__}.")
    cluster, verdict = duplicates.cluster, duplicates.verdict
    for name, array, dtype in (("cluster", cluster, np.int64), ("verdict", verdict, np.uint8)):
        fits = isinstance(array, np.ndarray) and array.dtype == dtype and array.shape == (n,)
        require(fits, f"`{name}` must be {np.dtype(dtype)} [{n}].")
    for group in np.unique(cluster):
        found = sorted(verdict[cluster == group].tolist())
        kept = DuplicateVerdict.SINGLETON if len(found) == 1 else DuplicateVerdict.RETENTION
        right = found == [kept, *[DuplicateVerdict.DELETION] * (len(found) - 1)]
        names = [DuplicateVerdict(value).label for value in found if value in set(DuplicateVerdict)]
        require(right, f"A group is one singleton, or one retained row and deletion candidates; one of {n} is {names}.")


@check("duplicate_detector")
def check_groups_have_their_form(make: Make) -> None:
    """int64 and uint8 [N]; a group is one singleton, or one retained row and deletion candidates."""
    _require_form(_detect(make, _vectors()), GROUPS * COPIES)


@check("duplicate_detector")
def check_copies_are_found(make: Make) -> None:
    """Rows that lie next to each other, far from all others, are one group, and only they."""
    cluster = _detect(make, _vectors()).cluster.reshape(COPIES, GROUPS)
    whole = int((cluster == cluster[0]).all(axis=0).sum())
    require(whole == GROUPS, f"Of {GROUPS} groups of rows that say the same, only {whole} are found whole.")
    require(len(np.unique(cluster[0])) == GROUPS, "Rows that have nothing in common are put into one group.")


@check("duplicate_detector")
def check_different_rows_are_single(make: Make) -> None:
    """Where no two rows are alike, all are singletons."""
    verdict = _detect(make, _vectors()[:GROUPS]).verdict
    single = int((verdict == DuplicateVerdict.SINGLETON).sum())
    require(single == GROUPS, f"Of {GROUPS} rows at right angles to each other, only {single} are singletons.")


@check("duplicate_detector")
def check_guarantees_hold_on_a_chain(make: Make) -> None:
    """With a cut-off option: candidates lie within it of their retained row, and no two kept rows within it."""
    cutoff = getattr(make().options, "duplicate_cutoff", None)
    if not isinstance(cutoff, float):
        return
    vectors = _chain()
    duplicates = _detect(make, vectors)
    _require_form(duplicates, len(vectors))
    wide = vectors.astype(np.float64)
    distances = 1.0 - wide @ wide.T
    kept = duplicates.verdict != DuplicateVerdict.DELETION
    retained = {int(duplicates.cluster[row]): row for row in np.flatnonzero(kept)}
    for row in np.flatnonzero(~kept):
        apart = distances[row, retained[int(duplicates.cluster[row])]]
        require(
            apart <= cutoff + 1e-5,
            f"A deletion candidate is {apart:.3f} from its retained row; the cut-off is {cutoff}.",
        )
    among = distances[np.ix_(kept, kept)][np.triu_indices(int(kept.sum()), 1)]
    nearest = float(among.min(initial=2.0))
    require(nearest > cutoff - 1e-5, f"Two rows that are kept are only {nearest:.3f} apart; the cut-off is {cutoff}.")


@check("duplicate_detector")
def check_few_rows(make: Make) -> None:
    """Indices of 1, 2 and 3 rows have an answer."""
    for n in (1, 2, 3):
        _require_form(_detect(make, _vectors()[:n]), n)


@check("duplicate_detector")
def check_equal_vectors(make: Make) -> None:
    """Rows with equal vectors are one group."""
    duplicates = _detect(make, np.tile(_vectors()[:1], (30, 1)))
    _require_form(duplicates, 30)
    require(len(np.unique(duplicates.cluster)) == 1, "30 equal rows must be one group.")


@check("duplicate_detector")
def check_same_seed_same_bytes(make: Make) -> None:
    """Two runs give the same groups and keep the same rows."""
    first, second = _detect(make, _chain()), _detect(make, _chain())
    equal = first.cluster.tobytes() == second.cluster.tobytes() and first.verdict.tobytes() == second.verdict.tobytes()
    require(equal, "Two runs must give the same groups and keep the same rows.")


@check("duplicate_detector")
def check_memory_mapped_input(make: Make) -> None:
    """Vectors in a read-only file give the same groups as vectors in memory."""
    detector = make()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        found = detector.detect(_index(detector, _vectors()).mapped(Path(folder)), Context(seed=SEED))
    require(
        np.array_equal(found.verdict, _detect(make, _vectors()).verdict), "A memory-mapped index gives other groups."
    )


@check("duplicate_detector")
def check_progress_ends_at_one(make: Make) -> None:
    """Progress is reported, never goes back, and ends at 1."""
    detector, log = make(), ProgressLog()
    detector.detect(_index(detector, _vectors()), Context(seed=SEED, report=log))
    fractions = log.fractions
    require(fractions, "`detect` must report its progress with context.progress(fraction, message).")
    require(fractions[-1] == 1.0, f"The last progress report must be 1, not {fractions[-1]}.")
    require(fractions == sorted(fractions), f"Progress must never go back: {fractions}.")


@check("duplicate_detector")
def check_cancelling_comes_through(make: Make) -> None:
    """What `context.progress` raises to cancel the build is not caught."""
    detector = make()
    try:
        detector.detect(_index(detector, _vectors()), cancelling())
    except BuildCancelled:
        return
    message = "`detect` must let through what context.progress raises (BuildCancelled)."
    raise AssertionError(message)


CHECKS: tuple[Check, ...] = (
    check_groups_have_their_form,
    check_copies_are_found,
    check_different_rows_are_single,
    check_guarantees_hold_on_a_chain,
    check_few_rows,
    check_equal_vectors,
    check_same_seed_same_bytes,
    check_memory_mapped_input,
    check_progress_ends_at_one,
    check_cancelling_comes_through,
)
