"""A map without a build: clusters in the plane, nested topics, duplicates and columns of every kind."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from localatlas.protocols import Duplicates, Layout, TopicLabel, Topics
from numpy.typing import NDArray

SUBJECTS = {
    "Food & drink": ["Coffee", "Green tea", "Dark chocolate", "Olive oil", "Spices"],
    "Pets": ["Dog treats", "Cat food", "Aquarium", "Bird seed"],
    "Home": ["Kitchen knives", "Bed linen", "Lamps", "Garden tools", "Paint"],
    "Travel": ["Trains", "Night flights", "Hostels", "Mountain huts"],
    "Books": ["Crime novels", "Poetry", "Atlases", "Cook books", "Biographies"],
    "Music": ["Piano", "Jazz records", "Headphones"],
    "Health": ["Vitamins", "Running shoes", "Sleep", "Sunscreen"],
}
WORDS = [
    "good",
    "strong",
    "light",
    "never",
    "again",
    "fresh",
    "arrived",
    "late",
    "smells",
    "lovely",
    "price",
    "came",
    "box",
    "small",
    "taste",
    "every",
    "day",
    "like",
    "new",
]
ODD_TEXTS = [
    "<script>alert('x')</script> & <b>bold</b>",
    "مرحبا بالعالم — من اليمين إلى اليسار",
    "emoji 🍵🗺️ and a very longword" + "o" * 200,
    "javascript:alert(1) http://example.invalid/?a=1&b=2",
    "Ünïcödé straße naïve café 北京",
    "long cell " * 10_000,
]


@dataclass
class SyntheticMap:
    """Follows `localatlas.protocols.Map`; nothing more."""

    id: str
    name: str
    row_ids: pa.Array
    layout: Layout
    topic_model: Topics | None
    duplicate_groups: Duplicates | None
    text_field: str | None
    seed: int
    table: pa.Table
    pages: Path | None = None
    dataset_identifier: str = "tests/synthetic"
    pictures: Sequence[bytes | None] = ()

    @property
    def schema(self) -> pa.Schema:
        """The columns."""
        return self.table.schema

    @property
    def alive(self) -> NDArray[np.bool_]:
        """No row was deleted."""
        return np.ones(self.table.num_rows, bool)

    def take(self, rows: NDArray[np.integer], names: Sequence[str] | None = None) -> pa.Table:
        """Return some rows."""
        return self.columns(names).take(pa.array(rows))

    @property
    def id_field(self) -> str | None:
        """The column of ids, if the table has it."""
        return "id" if "id" in self.table.column_names else None

    @property
    def has_blobs(self) -> bool:
        """Whether there are pictures."""
        return bool(self.pictures)

    def blobs(self, rows: NDArray[np.integer]) -> list[bytes | None]:
        """Return some pictures."""
        return [self.pictures[row] for row in rows]

    def scan(self, names: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Yield the table in small batches."""
        yield from self.table.select(list(names)).to_batches(1_000)

    def page(self, name: str) -> Path:
        """Return a page file, once there are any."""
        if self.pages is None or not (self.pages / name).is_file():
            raise KeyError(name)
        return self.pages / name

    def columns(self, names: Sequence[str] | None = None) -> pa.Table:
        """Return columns."""
        return self.table if names is None else self.table.select(list(names))


def synthetic_map(n: int = 2_000, *, seed: int = 7, unplaced: int = 0, odd: bool = True) -> SyntheticMap:
    """Make a map of `n` rows; the last `unplaced` have no place."""
    random = np.random.default_rng(seed)
    centers, parents, labels = subject_centers(random)
    leaf = random.choice(len(labels), n, p=random.dirichlet(np.full(len(labels), 4.0)))
    spread = random.uniform(0.25, 0.9, len(labels))
    positions = (centers[leaf] + random.standard_t(6, (n, 2)) * spread[leaf, None]).astype(np.float32)
    outlying = random.random(n) < 0.001
    positions[outlying] *= 6
    topics = nested_topics(positions, leaf, parents, labels, random)
    if unplaced:
        positions[-unplaced:] = np.nan
        topics.assignment[-unplaced:] = -1
    table = make_table(n, leaf, labels, random, odd=odd)
    verdict = random.choice([0, 1, 2], n, p=[0.9, 0.03, 0.07]).astype(np.uint8)
    return SyntheticMap(
        id=str(uuid.UUID(int=seed)),
        name="synthetic reviews",
        row_ids=table["id"].combine_chunks(),
        layout=Layout(positions),
        topic_model=topics,
        duplicate_groups=Duplicates(np.arange(n, dtype=np.int64) // 3, verdict),
        text_field="review",
        seed=seed,
        table=table,
    )


def subject_centers(random: np.random.Generator) -> tuple[NDArray[np.float64], list[int], list[str]]:
    """Return where each leaf lies, the number of its subject, and its name."""
    centers, parents, labels = [], [], []
    for number, (_, leaves) in enumerate(SUBJECTS.items()):
        angle = 2 * np.pi * number / len(SUBJECTS)
        middle = 9 * np.array([np.cos(angle), np.sin(angle) * 0.7]) + random.normal(0, 1, 2)
        for leaf in leaves:
            centers.append(middle + random.normal(0, 2.2, 2))
            parents.append(number)
            labels.append(leaf)
    return np.array(centers), parents, labels


def nested_topics(
    positions: NDArray[np.float32],
    leaf: NDArray[np.int64],
    parents: list[int],
    labels: list[str],
    random: np.random.Generator,
) -> Topics:
    """Two depths: subjects, and their leaves."""
    subjects = list(SUBJECTS)
    first = np.array(parents)[leaf]
    assignment = np.stack([first, len(subjects) + leaf], axis=1).astype(np.int32)
    members = [first == number for number in range(len(subjects))] + [leaf == number for number in range(len(labels))]
    middle = np.array([np.median(positions[m], axis=0) if m.any() else (0, 0) for m in members], np.float32)
    turn = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    circle = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    hulls = tuple((m + circle * (2.5 if k < len(subjects) else 0.9)).astype(np.float32) for k, m in enumerate(middle))
    names = [*subjects, *labels]
    count = len(names)
    return Topics(
        topic_id=np.arange(count, dtype=np.int32),
        depth=np.array([1] * len(subjects) + [2] * len(labels), np.int32),
        parent_id=np.array([-1] * len(subjects) + parents, np.int32),
        size=np.array([m.sum() for m in members], np.int64),
        position=middle,
        hull=hulls,
        assignment=assignment,
        confidence=random.random(assignment.shape).astype(np.float32),
        labels={
            k: TopicLabel(name, "/".join(name.lower().split()), tuple(name.lower().split()))
            for k, name in enumerate(names)
        },
    )


def make_table(
    n: int, leaf: NDArray[np.int64], labels: list[str], random: np.random.Generator, *, odd: bool
) -> pa.Table:
    """Columns of every kind, with nulls."""
    texts = [f"{labels[k]}: " + " ".join(random.choice(WORDS, random.integers(5, 40))) for k in leaf]
    if odd:
        texts[: len(ODD_TEXTS)] = ODD_TEXTS[:n]
    null = random.random(n) < 0.02
    months = random.integers(0, 48, n)
    countries = random.choice(["DE", "FR", "日本", "US", "Brasil"], n, p=[0.4, 0.2, 0.2, 0.15, 0.05])
    moments = np.datetime64("2020-01-01", "s") + random.integers(0, 10**8, n)
    return pa.table(
        {
            "id": pa.array([f"row-{k:06d}" for k in range(n)]),
            "review": pa.array(texts),
            "stars": pa.array(random.integers(1, 6, n)),
            "price": pa.array(np.exp(random.normal(2, 1, n)), mask=null),
            "country": pa.array(countries, mask=null),
            "brand": pa.array([f"Brand {k}" for k in np.minimum(random.geometric(0.02, n), 300)]),
            "month": pa.array([f"{2018 + m // 12}-{m % 12 + 1:02d}" for m in months]),
            "written": pa.array(moments, pa.timestamp("s", tz="UTC")),
            "verified": pa.array(random.random(n) < 0.7, mask=null),
            "zip": pa.array([f"{k:05d}" for k in random.integers(0, 99_999, n)]),
            "tags": pa.array([["a", "b"][: k % 3] for k in range(n)]),
        }
    )
