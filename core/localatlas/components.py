"""The components of one build, made from a plan or handed over by the process that chose them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from localatlas import registries
from localatlas.errors import InvalidOptionError
from localatlas.pipeline.contracts import blame
from localatlas.pipeline.records import ComponentRecord, Plan
from localatlas.protocols import (
    DuplicateDetector,
    Embedder,
    NeighborFinder,
    Projector,
    TopicLabeler,
    TopicModeler,
)
from localatlas.registry import Registry
from localatlas.resolve import Choice, named

__all__ = ["Components", "record_of"]


def record_of(choice: Choice[Any]) -> ComponentRecord:
    """Return what a job record keeps of a choice."""
    entry = choice.entry
    return ComponentRecord(
        kind=entry.kind,
        name=entry.name,
        distribution=entry.distribution,
        version=entry.version,
        options=choice.options,
    )


@dataclass(frozen=True)
class Components:
    """One choice per stage; None where a stage is off."""

    embedder: Choice[Embedder] | None
    neighbors: Choice[NeighborFinder]
    projector: Choice[Projector]
    topic_model: Choice[TopicModeler] | None
    topic_labeler: Choice[TopicLabeler] | None
    duplicate_detector: Choice[DuplicateDetector] | None

    @classmethod
    def from_plan(cls, plan: Plan) -> Components:
        """Make the components that a plan names.

        Raises:
            InvalidOptionError: the plan names a class that only the process that made it knows.
        """
        return cls(
            _made(registries.embedders, plan.embedder),
            _needed(registries.neighbors, plan.neighbors),
            _needed(registries.projectors, plan.projector),
            _made(registries.topic_models, plan.topic_model),
            _made(registries.topic_labelers, plan.topic_labeler),
            _made(registries.duplicate_detectors, plan.duplicate_detector),
        )

    def neighbors_needed(self, rows: int) -> int:
        """Return how many neighbours the most demanding component asks for, at most `rows - 1`."""
        asking = (self.projector, self.topic_model, self.duplicate_detector)
        wanted = [_asked(choice, rows) for choice in asking if choice is not None]
        return max(min(max(wanted, default=0), rows - 1), 0)


def _asked(choice: Choice[Any], rows: int) -> int:
    with blame(choice.entry):
        return int(choice.component.neighbors_needed(rows))


def _needed(registry: Registry[Any], record: ComponentRecord) -> Choice[Any]:
    if record.in_process:
        raise InvalidOptionError(
            f"the {record.kind} {record.name!r} is known only to the process that registered it, so no other process "
            "can build with it; use wait=True, or put it in a package with an entry point"
        )
    return named(registry, record.qualified, record.options)


def _made(registry: Registry[Any], record: ComponentRecord | None) -> Choice[Any] | None:
    return None if record is None else _needed(registry, record)
