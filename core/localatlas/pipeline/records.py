"""The records that describe builds, indices and maps: JSON objects beside the rows."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from localatlas.protocols.components import Modality
from localatlas.protocols.nouns import Metric

__all__ = ["ComponentRecord", "DatasetRecord", "IndexRecord", "Job", "JobState", "MapRecord", "Plan", "StageReport"]

JobState = Literal["queued", "running", "done", "failed", "cancelled"]


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


class Job(_Record):
    """A build, described whole: `run_build` needs nothing else.

    Attributes:
        home: the address of the home.
        backend: the storage backend that opens it.
        storage: that backend's options besides the address.
        version: the dataset version that is mapped.
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
    state: JobState = "queued"
    stage: str = ""
    progress: float = 0.0
    error: str | None = None
    created: datetime = Field(default_factory=_now)
    finished: datetime | None = None
    reports: list[StageReport] = []

    @property
    def object_name(self) -> str:
        """The name of the object that holds this record."""
        return f"jobs/{self.id}.json"


class MapRecord(_Record):
    """A finished map: where its parts are."""

    id: str
    prefix: str
    rows: int
    placed: int
    topic_depths: int = 0
    has_duplicates: bool = False
    pages: list[str] = []


class IndexRecord(_Record):
    """A finished index and its maps; publishing it commits the build."""

    id: str
    order: int
    version: int
    plan: Plan
    dimensions: int
    vectors: int
    embedder_fingerprint: str
    prefix: str
    maps: list[MapRecord]
    created: datetime
    reports: list[StageReport] = []

    @property
    def object_name(self) -> str:
        """The name of the object that holds this record."""
        return f"indices/{self.order:06d}-{self.id}.json"
