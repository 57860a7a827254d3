"""The components of one build, made from a plan or handed over by the process that chose them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
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
    SupportsCheck,
    TopicLabeler,
    TopicModeler,
)
from localatlas.registry import Registry
from localatlas.resolve import Choice, named

__all__ = ["Components", "made_here", "record_of"]

# Classes without a distribution that this process built with: an update of their maps finds them again.
_SEEN: dict[tuple[str, str], type[Any]] = {}


def record_of(choice: Choice[Any]) -> ComponentRecord:
    """Return what a job record keeps of a choice."""
    entry = choice.entry
    if choice.in_process:
        _SEEN[entry.kind, entry.name] = type(choice.component)
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
    def from_plan(cls, plan: Plan, *, here: bool = False) -> Components:
        """Make the components that a plan names.

        Args:
            plan: names them.
            here: whether classes will do that only this process knows.

        Raises:
            InvalidOptionError: the plan names a class that only the process that made it knows.
        """
        make = made_here if here else _made_anywhere
        return cls(
            _made(make, registries.embedders, plan.embedder),
            make(registries.neighbors, plan.neighbors),
            make(registries.projectors, plan.projector),
            _made(make, registries.topic_models, plan.topic_model),
            _made(make, registries.topic_labelers, plan.topic_labeler),
            _made(make, registries.duplicate_detectors, plan.duplicate_detector),
        )

    def check(self) -> None:
        """Let every component say now what would stop it later, such as weights that are not here.

        Raises:
            AtlasError: as the component says.
        """
        for choice in (getattr(self, field.name) for field in fields(self)):
            if choice is not None and isinstance(choice.component, SupportsCheck):
                with blame(choice.entry):
                    choice.component.check()

    def neighbors_needed(self, rows: int) -> int:
        """Return how many neighbours the most demanding component asks for, at most `rows - 1`."""
        asking = (self.projector, self.topic_model, self.duplicate_detector)
        wanted = [_asked(choice, rows) for choice in asking if choice is not None]
        return max(min(max(wanted, default=0), rows - 1), 0)


def _asked(choice: Choice[Any], rows: int) -> int:
    with blame(choice.entry):
        return int(choice.component.neighbors_needed(rows))


def made_here(registry: Registry[Any], record: ComponentRecord) -> Choice[Any]:
    """Return the component of a record, also one whose class only this process knows.

    Raises:
        InvalidOptionError: this process does not know it.
    """
    if not record.in_process:
        return _made_anywhere(registry, record)
    if record.name in registry.names() and not registry.find(record.name).distribution:
        return named(registry, record.name, record.options)
    known = _SEEN.get((record.kind, record.name))
    if known is None:
        raise InvalidOptionError(
            f"the map was built with the {record.kind} {record.name!r}, a class that only the process that built it "
            f"knew; register it in this one first: {registry.group}.register("
            f"{record.name!r}, ...), or put it in a package with an entry point"
        )
    component = registry.build(known, record.name, record.options)
    return Choice(component, registry.describe(component), record.options)


def _made_anywhere(registry: Registry[Any], record: ComponentRecord) -> Choice[Any]:
    if record.in_process:
        raise InvalidOptionError(
            f"the {record.kind} {record.name!r} is known only to the process that registered it, so no other process "
            "can build with it; use wait=True, or put it in a package with an entry point"
        )
    return named(registry, record.qualified, record.options)


def _made(
    make: Callable[[Registry[Any], ComponentRecord], Choice[Any]],
    registry: Registry[Any],
    record: ComponentRecord | None,
) -> Choice[Any] | None:
    return None if record is None else make(registry, record)
