"""From the arguments of `create_index` to components: the table of DESIGN.md, before anything is written.

argument             None         True      False     str          dict    options class, plugin's options, instance
projection           by size      refused   refused   model name   built   used
embedding_model      by modality  refused   refused   model name   built   used
topic_model          off          default   off       model name   built   used
duplicate_detection  off          default   off       model name   built   used
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from pydantic import BaseModel, ValidationError

from localatlas import defaults, models, registries
from localatlas.data_inference import (
    NomicDuplicatesOptions,
    NomicEmbedOptions,
    NomicTopicOptions,
    ProjectionOptions,
)
from localatlas.errors import AtlasTypeError, InvalidOptionError, ModelNotAvailableError
from localatlas.pipeline.contracts import blame
from localatlas.pipeline.records import IndexRecord
from localatlas.protocols import DuplicateDetector, Embedder, Projector, SupportsCheck, TopicLabeler, TopicModeler
from localatlas.protocols.components import Modality
from localatlas.registry import Entry, Registry

__all__ = [
    "Choice",
    "duplicate_detector",
    "embedder",
    "fingerprint_of",
    "named",
    "projector",
    "same_embedder",
    "topic_label_field",
    "topics",
    "with_options",
]

T = TypeVar("T")
O = TypeVar("O", bound=BaseModel)  # noqa: E741  an options class


@dataclass(frozen=True)
class Choice(Generic[T]):
    """A component that was chosen, with what a job record needs to choose it again."""

    component: T
    entry: Entry
    options: dict[str, Any]

    @property
    def in_process(self) -> bool:
        """Whether only this process knows the class."""
        return not self.entry.distribution


def named(registry: Registry[T], name: str, options: Mapping[str, Any] | None = None) -> Choice[T]:
    """Return the component of a plain or qualified name. Raises UnknownPluginError, InvalidOptionError."""
    entry = registry.find(name)
    return _choice(registry.create(name, options), entry)


def projector(argument: Any, rows: int) -> Choice[Projector]:
    """Resolve `projection=` for a number of rows."""
    registry = registries.projectors
    ready = _ready(registry, argument)
    if ready is not None:
        return ready
    options = _options(ProjectionOptions, argument, "projection")
    if options is None:
        raise InvalidOptionError(
            f"projection={argument!r}: a map cannot do without a layout; give None to choose by size, a model's name, "
            "a dict, ProjectionOptions or a projector"
        )
    given = options.given()
    name = given.pop("model", None) or defaults.projector(rows, registry.names())
    return named(registry, name, _known_to(registry.load(name), given, name))


def embedder(argument: Any, modality: Modality) -> Choice[Embedder]:
    """Resolve `embedding_model=` for a modality.

    Raises:
        InvalidOptionError: also when the embedder is of another modality.
        ModelNotAvailableError: the SDK documents the name, and no plugin here provides it.
    """
    registry = registries.embedders
    choice = _ready(registry, argument)
    if choice is None:
        options = _options(NomicEmbedOptions, argument, "embedding_model")
        if options is None:
            raise InvalidOptionError(
                f"embedding_model={argument!r}: give None for the built-in model, a model's name, a dict, "
                "NomicEmbedOptions or an embedder; vectors of your own go to add_data(embeddings=...)"
            )
        given = options.given()
        choice = _embedder_of_name(given.pop("model", None) or defaults.embedder(modality) or "", given)
    if choice.component.modality != modality:
        raise InvalidOptionError(
            f"{choice.entry} embeds {choice.component.modality}, but this index is of modality {modality!r}; "
            f"the built-in model for it is {defaults.embedder(modality)!r}"
        )
    return choice


def same_embedder(record: IndexRecord) -> Choice[Embedder]:
    """Return the embedder that made an index's vectors, ready to embed queries for it.

    Raises:
        InvalidOptionError: the index holds vectors that the user brought.
        UnknownPluginError: its embedder is not installed here.
        ModelNotAvailableError: its weights are not here, or what is installed now makes other vectors.
    """
    made = record.plan.embedder
    if made is None:
        raise InvalidOptionError(
            f"the index {record.plan.name!r} holds vectors of your own, so localatlas cannot embed a query for it; "
            "search with vectors: vector_search(queries=...)"
        )
    choice = named(registries.embedders, made.qualified, made.options)
    if isinstance(choice.component, SupportsCheck):
        with blame(choice.entry):
            choice.component.check()
    now = fingerprint_of(choice)
    if now != record.embedder_fingerprint:
        raise ModelNotAvailableError(
            f"the vectors of the index {record.plan.name!r} were made by {made.qualified} {made.version} with the "
            f"fingerprint {record.embedder_fingerprint!r}, but {choice.entry} has {now!r} now: their vectors do not "
            "mix, and nothing was embedded; install what made the index, or build it anew with create_index(...)"
        )
    return choice


def fingerprint_of(choice: Choice[Embedder]) -> str:
    """Return what an embedder's vectors are kept under; a class of this process may change without saying so."""
    with blame(choice.entry):
        fingerprint = choice.component.fingerprint
    return f"{fingerprint}+{choice.entry.version}" if choice.in_process else fingerprint


def with_options(choice: Choice[Embedder], changes: Mapping[str, Any]) -> Choice[Embedder]:
    """Return the same embedder with some options changed. Raises InvalidOptionError."""
    if not changes:
        return choice
    _refuse_shortening(type(choice.component), choice.entry, changes)
    options = {**cast("Any", choice.component).options.model_dump(), **changes}
    made = registries.embedders.build(type(choice.component), choice.entry.name, options)
    return _choice(made, choice.entry)


def _embedder_of_name(name: str, given: Mapping[str, Any]) -> Choice[Embedder]:
    registry, known = registries.embedders, models.DOCUMENTED.get(name)
    if known is not None and name not in registry.names():
        raise models.not_available(name, known.modality, known.repository, installed=False)
    _refuse_shortening(registry.load(name), registry.find(name), given)
    return named(registry, name, given)


def _refuse_shortening(component: type[Any], entry: Entry, given: Mapping[str, Any]) -> None:
    if given.get("dimensionality") is not None and "dimensionality" not in component.Options.model_fields:
        raise InvalidOptionError(
            f"dimensionality={given['dimensionality']!r}: the vectors of {entry} have one length and mean nothing when "
            "cut; leave dimensionality out, or name a matryoshka model such as 'nomic-embed-text-v1.5'"
        )


def topics(argument: Any) -> tuple[Choice[TopicModeler], Choice[TopicLabeler]] | None:
    """Resolve `topic_model=`; None when topics are off."""
    registry = registries.topic_models
    ready = _ready(registry, argument)
    if ready is not None:
        return ready, named(registries.topic_labelers, defaults.topic_labeler())
    options = _options(NomicTopicOptions, argument, "topic_model") if argument is not None else None
    if options is None or not options.build_topic_model:
        return None
    if options.cluster_method not in (None, "fast"):
        raise InvalidOptionError(f"cluster_method={options.cluster_method!r}: only 'fast' is known")
    given = options.given()
    sdk_only = ("model", "labeler", "build_topic_model", "topic_label_field", "cluster_method")
    rest = {key: value for key, value in given.items() if key not in (*sdk_only, "enforce_topic_hierarchy")}
    modeler = named(registry, options.model or defaults.topic_model(), rest)
    labeler = options.labeler or defaults.topic_labeler()
    instance = _ready(registries.topic_labelers, labeler)
    if instance is None and not isinstance(labeler, str):
        raise AtlasTypeError(
            f"labeler is of type {type(labeler).__qualname__}; it takes None, a labeler's name, its Options or an "
            "instance"
        )
    return modeler, instance or named(registries.topic_labelers, labeler)


def topic_label_field(argument: Any) -> str | None:
    """Return the `topic_label_field` that a `topic_model=` argument names."""
    if isinstance(argument, NomicTopicOptions):
        return argument.topic_label_field
    return argument.get("topic_label_field") if isinstance(argument, Mapping) else None


def duplicate_detector(argument: Any) -> Choice[DuplicateDetector] | None:
    """Resolve `duplicate_detection=`; None when it is off."""
    registry = registries.duplicate_detectors
    ready = _ready(registry, argument)
    if ready is not None:
        return ready
    options = _options(NomicDuplicatesOptions, argument, "duplicate_detection") if argument is not None else None
    if options is None or not options.tag_duplicates:
        return None
    given = {key: value for key, value in options.given().items() if key != "tag_duplicates"}
    return named(registry, given.pop("model", None) or defaults.duplicate_detector(), given)


def _choice(component: T, entry: Entry) -> Choice[T]:
    options = cast("Any", component).options
    return Choice(component, entry, options.model_dump(mode="json") if isinstance(options, BaseModel) else {})


def _ready(registry: Registry[T], argument: Any) -> Choice[T] | None:
    """Return the choice for an instance of a component or of a plugin's own Options, else None."""
    if registry.is_component(argument):
        return _choice(cast("T", argument), registry.describe(argument))
    if not isinstance(argument, BaseModel) or type(argument).__module__ == ProjectionOptions.__module__:
        return None
    package = type(argument).__module__.partition(".")[0]
    fitting = []
    for entry in registry.entries():
        if entry.distribution and entry.target.partition(".")[0].partition(":")[0] != package:
            continue
        component = registry.load(entry.qualified)
        if component.Options is type(argument):  # type: ignore[attr-defined]  # the registry has seen to it
            fitting.append((entry, component))
    # A subclass inherits its parent's options; the class that declares them is meant.
    fitting.sort(key=lambda found: "Options" not in vars(found[1]))
    if fitting:
        entry, component = fitting[0]
        return _choice(registry.build(component, entry.name, argument.model_dump()), entry)
    raise AtlasTypeError(
        f"{type(argument).__qualname__} is not the Options of any {registry.kind}: {', '.join(registry.names())}"
    )


def _options(model: type[O], argument: Any, name: str) -> O | None:
    """Return the options class that an argument stands for; None for False (and True where it is refused)."""
    if argument is False:
        return None
    if argument is True:
        return None if model in (ProjectionOptions, NomicEmbedOptions) else model()
    if argument is None:
        return model()
    if isinstance(argument, model):
        return argument
    if isinstance(argument, str):
        return model(model=argument)
    if isinstance(argument, Mapping):
        try:
            return model.model_validate(argument)
        except ValidationError as error:
            faults = "; ".join(f"{p['loc'][0]}={p['input']!r}: {_lower(p['msg'])}" for p in error.errors())
            raise InvalidOptionError(f"{name}: {faults}") from error
    raise AtlasTypeError(
        f"{name} is of type {type(argument).__qualname__}; it takes None, a model's name, a dict, {model.__name__}, "
        "a plugin's Options or a plugin's instance"
    )


def _lower(sentence: str) -> str:
    return f"{sentence[:1].lower()}{sentence[1:]}"


def _known_to(component: type[Any], given: dict[str, Any], name: str) -> dict[str, Any]:
    """Drop the SDK's documented fields that this projector does not have, with a warning."""
    documented = set(ProjectionOptions.model_fields)
    foreign = [key for key in given if key in documented and key not in component.Options.model_fields]
    if foreign:
        warnings.warn(f"the projector {name!r} has no {', '.join(foreign)}: ignored", UserWarning, stacklevel=5)
    return {key: value for key, value in given.items() if key not in foreign}
