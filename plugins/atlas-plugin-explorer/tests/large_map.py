"""A map of any size that is made while it is read: 10,000,000 rows need no build."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from localatlas.protocols import Duplicates, Layout, TopicLabel, Topics
from numpy.typing import NDArray

BLOCK = 1 << 16
BROAD, MIDDLE, FINE = 12, 60, 300
TEXT = """river stone lamp copper violet harbour winter engine paper garden mirror silver forest window music letter
thunder orchard pencil meadow castle ocean valley bridge candle feather marble ribbon saddle timber village wagon amber
basket canyon dragon ember falcon glacier hammer island jasmine kettle lantern magnet needle olive pepper quartz raven
saffron tunnel umbrella velvet walnut yellow zephyr anchor bamboo cobalt desert echo fabric granite hazel indigo"""
WORDS = TEXT.split()
COUNTRIES = ["DE", "FR", "日本", "US", "Brasil", "مصر", "IN", "KE"]


class LargeMap:
    """Follows `localatlas.protocols.Map`: 300 clusters in 60 groups in 12, and seven columns."""

    name = "large"
    dataset_identifier = "tests/large"
    text_field = "text"
    id_field = None
    has_blobs = False

    def __init__(self, rows: int, seed: int = 7) -> None:
        self.rows, self.seed = rows, seed
        self.id = str(uuid.UUID(int=rows * 1_000 + seed))
        self.pages: Path | None = None
        random = np.random.default_rng(seed)
        self._centers, self._spread = centers(random)
        self._leaf = random.choice(FINE, rows, p=random.dirichlet(np.full(FINE, 2.0))).astype(np.int16)

    @functools.cached_property
    def layout(self) -> Layout:
        """Where the rows lie."""
        random = np.random.default_rng(self.seed + 1)
        positions = random.standard_t(5, (self.rows, 2)).astype(np.float32)
        positions *= self._spread[self._leaf, None]
        positions += self._centers[self._leaf]
        return Layout(positions)

    @functools.cached_property
    def topic_model(self) -> Topics:
        """Three depths."""
        fine = np.arange(FINE)
        groups = [fine // (FINE // BROAD), fine // (FINE // MIDDLE), fine]
        counts = np.bincount(self._leaf, minlength=FINE)
        sizes, places, first = [], [], 0
        assignment = np.empty((self.rows, 3), np.int32)
        for depth, group in enumerate(groups):
            assignment[:, depth] = (first + group)[self._leaf]
            sizes.append(np.bincount(group, weights=counts))
            places += [self._centers[group == number].mean(axis=0) for number in range(group[-1] + 1)]
            first += int(group[-1]) + 1
        pairs = [(WORDS[k % len(WORDS)], WORDS[(k // len(WORDS) * 5 + k * 7 + 3) % len(WORDS)]) for k in range(first)]
        names = [" ".join(pair) if k >= BROAD else pair[0].title() for k, pair in enumerate(pairs)]
        parents = [-1] * BROAD + [k // (MIDDLE // BROAD) for k in range(MIDDLE)]
        parents += [BROAD + k // (FINE // MIDDLE) for k in range(FINE)]
        return Topics(
            topic_id=np.arange(first, dtype=np.int32),
            depth=np.repeat(np.array([1, 2, 3], np.int32), [BROAD, MIDDLE, FINE]),
            parent_id=np.array(parents, np.int32),
            size=np.concatenate(sizes).astype(np.int64),
            position=np.array(places, np.float32),
            hull=tuple(np.zeros((0, 2), np.float32) for _ in range(first)),
            assignment=assignment,
            confidence=np.ones((self.rows, 3), np.float32),
            labels={k: TopicLabel(name, name.replace(" ", "/"), tuple(name.split())) for k, name in enumerate(names)},
        )

    @functools.cached_property
    def duplicate_groups(self) -> Duplicates:
        """Every tenth row repeats the one before it."""
        number = np.arange(self.rows, dtype=np.int64)
        verdict = np.zeros(self.rows, np.uint8)
        verdict[9::10], verdict[8::10] = 2, 1
        return Duplicates(np.where(number % 10 == 9, number - 1, number), verdict)

    @functools.cached_property
    def alive(self) -> NDArray[np.bool_]:
        """No row was deleted."""
        return np.ones(self.rows, bool)

    @property
    def row_ids(self) -> pa.Array:
        """The rows' numbers."""
        return pa.array(np.arange(self.rows))

    @property
    def schema(self) -> pa.Schema:
        """The columns."""
        return self._block(0).schema

    def page(self, name: str) -> Path:
        """Return a page file, once there are any."""
        if self.pages is None or not (self.pages / name).is_file():
            raise KeyError(name)
        return self.pages / name

    def blobs(self, rows: NDArray[np.integer]) -> list[bytes | None]:
        """There are no images."""
        return [None] * len(rows)

    def scan(self, names: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Make all rows, block by block."""
        for number in range(-(-self.rows // BLOCK)):
            yield self._block(number).select(list(names))

    def take(self, rows: NDArray[np.integer], names: Sequence[str] | None = None) -> pa.Table:
        """Make the blocks of some rows."""
        parts = [self._block(int(row) // BLOCK).slice(int(row) % BLOCK, 1) for row in rows]
        table = pa.Table.from_batches(parts, self.schema)
        return table if names is None else table.select(list(names))

    def columns(self, names: Sequence[str] | None = None) -> pa.Table:
        """Make all rows at once."""
        return pa.Table.from_batches(self.scan(names or self.schema.names))

    @functools.lru_cache(maxsize=4)  # noqa: B019  it lives as long as the program
    def _block(self, number: int) -> pa.RecordBatch:
        random = np.random.default_rng([self.seed, number])
        first = number * BLOCK
        count = max(min(BLOCK, self.rows - first), 0)
        leaf = self._leaf[first : first + count]
        words = pa.array(WORDS)
        topic = words.take(pa.array(leaf.astype(np.int32) % len(WORDS)))
        others = [words.take(pa.array(random.integers(0, len(WORDS), count))) for _ in range(14)]
        months = random.integers(0, 72, count)
        return pa.RecordBatch.from_pydict(
            {
                "text": pc.binary_join_element_wise(topic, *others, " "),
                "stars": random.integers(1, 6, count),
                "price": np.exp(random.normal(2, 1, count)),
                "country": pa.array(COUNTRIES).take(pa.array((leaf + random.integers(0, 2, count)) % len(COUNTRIES))),
                "month": pa.array([f"{2018 + m // 12}-{m % 12 + 1:02d}" for m in range(72)]).take(pa.array(months)),
                "written": pa.array(np.datetime64("2018-01-01", "s") + random.integers(0, 2 * 10**8, count)),
                "verified": random.random(count) < 0.7,
            }
        )


def centers(random: np.random.Generator) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return where each of the fine clusters lies, float32 [300, 2], and how wide it is, [300]."""
    turn = np.linspace(0, 2 * np.pi, BROAD, endpoint=False)
    broad = 14 * np.stack([np.cos(turn), np.sin(turn) * 0.75], axis=1) * random.uniform(0.4, 1.1, (BROAD, 1))
    middle = np.repeat(broad, MIDDLE // BROAD, axis=0) + random.normal(0, 2.6, (MIDDLE, 2))
    fine = np.repeat(middle, FINE // MIDDLE, axis=0) + random.normal(0, 0.9, (FINE, 2))
    return fine.astype(np.float32), random.uniform(0.1, 0.55, FINE).astype(np.float32)
