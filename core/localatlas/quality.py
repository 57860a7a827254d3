"""How faithful a map is to its vectors, measured on a sample of its rows.

Sources: trustworthiness, Venna and Kaski, "Neighborhood preservation in nonlinear projection methods" (2001);
random triplets, Wang et al., "Understanding how dimension reduction tools work" (2021).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from localatlas.errors import AtlasValueError, NotReadyError
from localatlas.protocols.nouns import Metric

if TYPE_CHECKING:
    from localatlas.indices import AtlasProjection

__all__ = ["Quality", "measure_quality", "quality_of"]

FEWEST = 3
KEPT_AT, TRUSTED_AT = 10, 15
TRIPLETS_PER_ROW = 100
# Bounds the distances in memory: so many numbers are 64 MiB.
NUMBERS_AT_ONCE = 16_777_216


@dataclass(frozen=True)
class Quality:
    """What a map keeps of its vectors; every share is between 0 and 1, and 1 is best.

    Attributes:
        rows: distinct vectors on the map.
        sample: rows that were looked at.
        neighbors_kept: share of a row's 10 nearest in the vectors that are among its 10 nearest on the map.
        trustworthiness: 1 where a row's 15 nearest on the map are near in the vectors too; less the farther they are.
        triplets_kept: of rows a, b, c at random, how often b is nearer to a than c on the map if it is in the vectors;
            0.5 by chance.
        topics_covering: share of rows that have a topic, at each depth; empty without topics.
        topics_shared: share of a row's 10 nearest in the vectors that have its topic, at each depth.
        topics_by_chance: the same share for rows at random.
    """

    rows: int
    sample: int
    neighbors_kept: float
    trustworthiness: float
    triplets_kept: float
    topics_covering: tuple[float, ...] = ()
    topics_shared: tuple[float, ...] = ()
    topics_by_chance: tuple[float, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the figures as plain values."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    def sentences(self) -> list[str]:
        """Return what the figures mean, a sentence each."""
        said = [
            f"Of a row's {min(KEPT_AT, self.rows - 1)} nearest rows, {self.neighbors_kept:.0%} are nearest on the map.",
            f"Who lies near on the map is near in the vectors too: trustworthiness {self.trustworthiness:.3f} of 1.",
            f"Of two rows, the map says which is farther in {self.triplets_kept:.0%} of cases (50% by chance).",
        ]
        levels = zip(self.topics_covering, self.topics_shared, self.topics_by_chance, strict=True)
        for depth, (covering, shared, chance) in enumerate(levels, start=1):
            said.append(
                f"At depth {depth}, {covering:.0%} of rows have a topic, and share it with {shared:.0%} of their "
                f"nearest rows ({chance:.0%} by chance)."
            )
        return said

    def __str__(self) -> str:
        return "\n".join([f"{self.sample:,} of {self.rows:,} rows looked at.", *self.sentences()])


def measure_quality(
    vectors: NDArray[np.float32],
    positions: NDArray[np.float32],
    metric: Metric,
    topics: NDArray[np.int32] | None = None,
    *,
    sample: int = 500,
    seed: int = 0,
) -> Quality:
    """Measure a layout.

    Args:
        vectors: float32 [N, D]; of unit length for cosine.
        positions: float32 [N, 2].
        metric: of the vectors.
        topics: int32 [N, depths], the rows' topics, -1 for none.
        sample: how many rows to look at, at most.
        seed: of their choice.

    Raises:
        AtlasValueError: `sample` is less than 1.
        NotReadyError: there are fewer than three rows.
    """
    n = len(vectors)
    if not isinstance(sample, int | np.integer) or isinstance(sample, bool) or sample < 1:
        raise AtlasValueError(f"sample={sample!r}: it must be a whole number, at least 1")
    if n < FEWEST:
        raise NotReadyError(f"a map of {n} rows has no quality to measure; it takes {FEWEST}")
    random = np.random.default_rng(seed)
    asked = np.sort(random.choice(n, min(sample, n), replace=False))
    kept, trusted = min(KEPT_AT, n - 1), min(TRUSTED_AT, max((n - 1) // 2, 1))
    found, penalty = 0, 0.0
    shared = np.zeros(0 if topics is None else topics.shape[1])
    for rows in _pieces(asked, n):
        true, drawn = _distances(vectors, rows, metric), _distances(positions, rows, "euclidean")
        near = np.argpartition(true, kept - 1, axis=1)[:, :kept]
        shown = np.argpartition(drawn, kept - 1, axis=1)[:, :kept]
        found += sum(len(np.intersect1d(*pair)) for pair in zip(near, shown, strict=True))
        penalty += _intruders(true, drawn, trusted)
        if topics is not None:
            shared += (topics[near] == topics[rows][:, None]).sum(axis=(0, 1))
    worst = trusted * (2 * n - 3 * trusted - 1) / 2
    return Quality(
        rows=n,
        sample=len(asked),
        neighbors_kept=found / (len(asked) * kept),
        trustworthiness=1.0 - penalty / (len(asked) * worst) if worst > 0 else 1.0,
        triplets_kept=_triplets(vectors, positions, metric, asked, random),
        topics_covering=() if topics is None else tuple((topics >= 0).mean(axis=0).tolist()),
        topics_shared=tuple((shared / (len(asked) * kept)).tolist()),
        topics_by_chance=() if topics is None else tuple(_by_chance(level) for level in topics.T),
    )


def quality_of(projection: AtlasProjection, sample: int, seed: int) -> Quality:
    """Measure a finished map. Raises AtlasValueError, NotReadyError."""
    stored = projection.stored
    vectors, rows = projection.embeddings.distinct()
    topics = stored.topic_model
    return measure_quality(
        vectors,
        stored.layout.positions[rows],
        projection.record[0].plan.metric,
        None if topics is None else topics.assignment[rows],
        sample=sample,
        seed=seed,
    )


def _pieces(rows: NDArray[np.intp], n: int) -> Iterator[NDArray[np.intp]]:
    size = max(NUMBERS_AT_ONCE // n, 1)
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def _distances(points: NDArray[np.float32], rows: NDArray[np.intp], metric: Metric) -> NDArray[np.float32]:
    """Return what grows with the distance from some rows to all, float32 [len(rows), N]; inf to the row itself."""
    if metric == "cosine":
        far = -(points[rows] @ points.T)
    else:
        # Far from the origin, products would lose the differences that matter.
        centred = points - points.mean(axis=0)
        far = np.einsum("ij,ij->i", centred, centred) - 2 * (centred[rows] @ centred.T)
    far[np.arange(len(rows)), rows] = np.inf
    result: NDArray[np.float32] = far
    return result


def _intruders(true: NDArray[np.float32], drawn: NDArray[np.float32], k: int) -> float:
    """Return by how many ranks the `k` nearest on the map are beyond the `k` nearest in the vectors, summed."""
    total = 0.0
    for far, near in zip(true, np.argpartition(drawn, k - 1, axis=1)[:, :k], strict=True):
        ranks = np.searchsorted(np.sort(far), far[near]) + 1
        total += float(np.maximum(ranks - k, 0).sum())
    return total


def _triplets(
    vectors: NDArray[np.float32],
    positions: NDArray[np.float32],
    metric: Metric,
    asked: NDArray[np.intp],
    random: np.random.Generator,
) -> float:
    """Return how often two rows lie in the right order of distance from a third, of `asked`."""
    first = np.repeat(asked, TRIPLETS_PER_ROW)
    others = random.integers(0, len(vectors), size=(2, len(first)))
    apart = (others[0] != others[1]) & (others != first).all(axis=0)
    first, second, third = first[apart], others[0][apart], others[1][apart]
    true = _apart(vectors, first, second, metric) - _apart(vectors, first, third, metric)
    drawn = _apart(positions, first, second, "euclidean") - _apart(positions, first, third, "euclidean")
    return float((np.sign(true) == np.sign(drawn)).mean()) if len(first) else 1.0


def _apart(
    points: NDArray[np.float32], left: NDArray[np.intp], right: NDArray[np.intp], metric: Metric
) -> NDArray[np.float32]:
    result = np.empty(len(left), dtype=np.float32)
    size = max(NUMBERS_AT_ONCE // max(points.shape[1], 1), 1)
    for start in range(0, len(left), size):
        part = slice(start, start + size)
        a, b = points[left[part]], points[right[part]]
        result[part] = -np.einsum("ij,ij->i", a, b) if metric == "cosine" else np.einsum("ij,ij->i", a - b, a - b)
    return result


def _by_chance(topics: NDArray[np.int32]) -> float:
    shares = np.unique(topics, return_counts=True)[1] / len(topics)
    return float((shares**2).sum())
