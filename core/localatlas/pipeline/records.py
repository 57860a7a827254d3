"""The records that describe builds, indices and maps: JSON objects beside the rows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from localatlas.protocols import DatasetStore
from localatlas.protocols.components import Modality
from localatlas.protocols.nouns import Metric

__all__ = [
    "ComponentRecord",
    "DatasetRecord",
    "IndexRecord",
    "Job",
    "JobState",
    "LayoutMode",
    "MapRecord",
    "Plan",
    "StageReport",
    "records_below",
]

JobState = Literal["queued", "running", "done", "failed", "cancelled"]
# What an update does with places: they stay; all rows are laid out again from where they lie; all are laid out anew.
LayoutMode = Literal["keep", "warm", "new"]


def records_below(store: DatasetStore, prefix: str) -> Iterator[bytes]:
    """Yield the JSON objects below a prefix, by name; one that another process removes meanwhile is passed over."""
    for name in store.objects(prefix):
        if name.endswith(".json"):
            try:
                found = store.get(name)
            except KeyError:
                continue
            yield found


def _now() -> datetime:
    return datetime.now(UTC)


class _Record(BaseModel):
    model_config = ConfigDict(extra="ignore", protected_namespaces=())

    def to_bytes(self) -> bytes:
        """Return the record as JSON."""
        return self.model_dump_json(indent=1).encode()


class DatasetRecord(_Record):
    """What is known of a dataset besides its rows."""

    id: str
    name: str
    organization: str
    slug: str
    description: str = ""
    unique_id_field: str | None = None
    is_public: bool = True
    created: datetime = Field(default_factory=_now)


class ComponentRecord(_Record):
    """Which component does a stage, with which options."""

    kind: str
    name: str
    distribution: str
    version: str
    options: dict[str, Any] = {}

    @property
    def qualified(self) -> str:
        """`distribution:name`, or the plain name of a class that only one process knows."""
        return f"{self.distribution}:{self.name}" if self.distribution else self.name

    @property
    def in_process(self) -> bool:
        """Whether only the process that made the record knows the class."""
        return not self.distribution


class Plan(_Record):
    """Everything that decides what a map will be, apart from the rows."""

    name: str
    modality: Modality
    indexed_field: str | None
    label_field: str | None
    metric: Metric = "cosine"
    seed: int
    embedder: ComponentRecord | None
    neighbors: ComponentRecord
    projector: ComponentRecord
    topic_model: ComponentRecord | None
    topic_labeler: ComponentRecord | None
    duplicate_detector: ComponentRecord | None

    def fingerprint(self) -> str:
        """Return a hash that equal plans share: how an unfinished build is found again."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:16]

    def components(self) -> list[ComponentRecord]:
        """Return the records of all components that take part."""
        parts = (
            self.embedder,
            self.neighbors,
            self.projector,
            self.topic_model,
            self.topic_labeler,
            self.duplicate_detector,
        )
        return [part for part in parts if part is not None]


class StageReport(_Record):
    """What a stage cost.

    Attributes:
        stage: its name.
        seconds: wall time.
        cpu_seconds: user and system time of this process and of its workers.
        peak_mb: the highest resident memory of this process so far, in MB.
        disk_mb: what its result takes on disk, in MB.
        kept: whether the result was there from before, and nothing was done.
    """

    stage: str
    seconds: float
    cpu_seconds: float
    peak_mb: float
    disk_mb: float = 0.0
    kept: bool = False


class MapRecord(_Record):
    """A finished map: where its parts are.

    Attributes:
        last_topic_id: the largest id that any version's topics had, so that none comes back for another topic.
    """

    id: str
    prefix: str
    rows: int
    placed: int
    topic_depths: int = 0
    last_topic_id: int = -1
    has_duplicates: bool = False
    pages: list[str] = []


class IndexRecord(_Record):
    """A finished index and its maps; publishing it commits the build, or the update.

    Attributes:
        order: its place among the dataset's indices.
        version: the dataset version that was mapped.
        revision: 1 as it was built, one more with every update.
        created: when the build was asked for.
        updated: when the last update was asked for.
    """

    id: str
    order: int
    version: int
    revision: int = 1
    plan: Plan
    dimensions: int
    vectors: int
    embedder_fingerprint: str
    prefix: str
    maps: list[MapRecord]
    created: datetime
    updated: datetime | None = None
    reports: list[StageReport] = []

    @property
    def object_name(self) -> str:
        """The name of the object that holds this record."""
        return f"indices/{self.order:06d}-{self.id}.json"


class Job(_Record):
    """A build, described whole: `run_build` needs nothing else.

    Attributes:
        home: the address of the home.
        backend: the storage backend that opens it.
        storage: that backend's options besides the address.
        version: the dataset version that is mapped.
        base: for an update, the record of the index as the update found it; None for a build.
        rebuild_topics: for an update, whether topics are made anew.
        layout: for an update, what becomes of the places of old rows.
        stage: under way now.
        fraction: how much of that stage is done, 0..1.
        progress: how much of the whole is done, 0..1.
    """

    id: str
    home: str
    backend: str
    storage: dict[str, Any] = {}
    organization: str
    slug: str
    version: int
    index_id: str
    map_id: str
    plan: Plan
    base: IndexRecord | None = None
    rebuild_topics: bool = False
    layout: LayoutMode = "keep"
    state: JobState = "queued"
    stage: str = ""
    fraction: float = 0.0
    progress: float = 0.0
    error: str | None = None
    created: datetime = Field(default_factory=_now)
    finished: datetime | None = None
    reports: list[StageReport] = []

    @property
    def object_name(self) -> str:
        """The name of the object that holds this record."""
        return f"jobs/{self.id}.json"

    @property
    def revision(self) -> int:
        """Which version of its map the job makes; 1 for a build."""
        return 1 if self.base is None else self.base.revision + 1

    @property
    def claim_name(self) -> str:
        """The name of the lock that its worker holds: of all updates of a map, one runs at a time."""
        return self.id if self.base is None else f"update-{self.map_id}"

    @property
    def index_prefix(self) -> str:
        """Where the index's arrays go; every version has a place of its own, for the old one is being read."""
        return _prefix(self.index_id, self.revision)

    @property
    def map_prefix(self) -> str:
        """Where the map's parts go."""
        return _prefix(self.map_id, self.revision)

    def same_as(self, other: Job) -> bool:
        """Whether two jobs make the same, so that one can go on where the other stopped."""
        return self._aim() == other._aim()

    def _aim(self) -> tuple[object, ...]:
        updated = None if self.base is None else self.index_id
        return self.plan.fingerprint(), self.version, updated, self.revision, self.rebuild_topics, self.layout


def _prefix(name: str, revision: int) -> str:
    return f"data/{name}" if revision == 1 else f"data/{name}/v{revision}"
