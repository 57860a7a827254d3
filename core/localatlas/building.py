"""From the arguments of `create_index` to a job, and from a job to a running build."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast, get_args

import pyarrow as pa

from localatlas import defaults, registries, resolve
from localatlas.components import Components, made_here, record_of
from localatlas.config import settings
from localatlas.errors import (
    AtlasTypeError,
    IndexNotFoundError,
    InvalidDataError,
    InvalidOptionError,
    listing,
    suggestion,
)
from localatlas.home import Home
from localatlas.indices import AtlasProjection
from localatlas.launching import check_worker_knows, held_job, new_job, run_job
from localatlas.pipeline.commit import index_records
from localatlas.pipeline.progress import Listener
from localatlas.pipeline.records import IndexRecord, Plan
from localatlas.protocols import DatasetStore, Projector, SupportsPlaces
from localatlas.protocols.components import Modality
from localatlas.protocols.nouns import Metric
from localatlas.protocols.storage import BLOB_COLUMN
from localatlas.resolve import Choice

if TYPE_CHECKING:
    from localatlas.dataset import AtlasDataset

__all__ = ["BuildRequest", "Rows", "build", "make_plan", "rows_of"]

# What every library under a component takes as a seed.
LARGEST_SEED = 2**32 - 1
LONGEST_NAME = 200


@dataclass(frozen=True)
class BuildRequest:
    """The arguments of `create_index`, as they were given."""

    name: str
    indexed_field: str | None = None
    modality: Modality | None = None
    projection: Any = None
    topic_model: Any = True
    duplicate_detection: Any = True
    embedding_model: Any = None
    reuse_embeddings_from_index: str | None = None
    seed: int | None = None
    metric: Metric | None = None


@dataclass(frozen=True)
class Rows:
    """What a plan has to know of the rows that are to be mapped.

    Attributes:
        identifier: of the dataset, for messages.
        columns: the user's.
        count: how many rows.
        modality: what the data is; None before the first batch.
        has_images: whether there are images, also beside vectors of the user's own.
    """

    identifier: str
    columns: pa.Schema
    count: int
    modality: Modality | None
    has_images: bool = False

    @property
    def fields(self) -> list[str]:
        """The columns' names."""
        return list(self.columns.names)


def build(
    dataset: AtlasDataset,
    home: Home,
    store: DatasetStore,
    request: BuildRequest,
    *,
    wait: bool,
    progress: bool | Listener,
) -> AtlasProjection:
    """Check a request, make or find its job, and run it here or in a process of its own."""
    rows = rows_of(dataset, store)
    plan, components = make_plan(rows, request, index_records(store))
    if not wait:
        check_worker_knows(plan)
    with held_job(store, lambda: new_job(dataset, home, store.version(), plan)) as (job, held):
        assert job is not None  # noqa: S101  for the type checker: one was wanted
        assert held is not None  # noqa: S101  likewise: nobody else knows the job
        run_job(dataset, store, job, held, components, wait=wait, progress=progress)
    return AtlasProjection(dataset, store, job.map_id)


def rows_of(dataset: AtlasDataset, store: DatasetStore) -> Rows:
    """Return what a plan has to know of a dataset's rows as they are now."""
    stored = store.schema()
    images = stored is not None and BLOB_COLUMN in stored.names
    columns = dataset.schema or pa.schema([])
    return Rows(dataset.identifier, columns, dataset.total_datums, dataset.modality, images)


def make_plan(rows: Rows, request: BuildRequest, indices: Sequence[IndexRecord] = ()) -> tuple[Plan, Components]:
    """Resolve a request for some rows; everything that can be wrong with it is found here.

    Raises:
        InvalidOptionError, UnknownPluginError, InvalidDataError, IndexNotFoundError: see `create_index`.
    """
    if not rows.count:
        raise InvalidDataError(f"{rows.identifier} has no rows to map; add_data(...) first")
    _check_name(request.name)
    seed = _seed(settings().seed if request.seed is None else request.seed)
    registries.executors.find(settings().executor)
    modality = _modality(rows, request)
    field = _indexed_field(rows, request.indexed_field, modality)
    label_field = _label_field(rows, request, modality, field)
    topics = resolve.topics(request.topic_model)
    choices = Components(
        embedder=_embedder(indices, request, modality),
        neighbors=_neighbors(rows.count),
        projector=resolve.projector(request.projection, rows.count),
        topic_model=topics[0] if topics else None,
        topic_labeler=topics[1] if topics else None,
        duplicate_detector=resolve.duplicate_detector(request.duplicate_detection),
    )
    choices.check()
    _check_places(rows, choices.projector)
    plan = Plan(
        name=request.name,
        modality=modality,
        indexed_field=field,
        label_field=label_field,
        metric=_metric(request.metric),
        seed=seed,
        embedder=_record(choices.embedder),
        neighbors=record_of(choices.neighbors),
        projector=record_of(choices.projector),
        topic_model=_record(choices.topic_model),
        topic_labeler=_record(choices.topic_labeler),
        duplicate_detector=_record(choices.duplicate_detector),
    )
    return plan, choices


def _check_places(rows: Rows, choice: Choice[Projector]) -> None:
    """Refuse a projector that reads columns which the rows lack, or which hold no numbers."""
    if not isinstance(choice.component, SupportsPlaces):
        return
    for name in choice.component.place_columns():
        if name not in rows.fields:
            raise InvalidOptionError(
                f"{choice.entry} reads the places of rows from the column {name!r}, and {rows.identifier} has no such "
                f"column{suggestion(name, rows.fields)}; it has: {listing(rows.fields, shown=20)}"
            )
        kind = rows.columns.field(name).type
        if not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)):
            raise InvalidOptionError(f"{choice.entry}: the column {name!r} is of type {kind}; places are numbers")


def _record(choice: Choice[Any] | None) -> Any:
    return None if choice is None else record_of(choice)


def _neighbors(rows: int) -> Choice[Any]:
    return resolve.named(registries.neighbors, settings().neighbors or defaults.neighbor_finder(rows))


def _check_name(name: object) -> None:
    if not isinstance(name, str):
        raise AtlasTypeError(f"name={name!r}: the name of an index is a string")
    if len(name) > LONGEST_NAME:
        raise InvalidOptionError(
            f"name={name[:40]!r}…: it has {len(name):,} characters, at most {LONGEST_NAME} are taken"
        )
    if any("\ud800" <= letter <= "\udfff" for letter in name):
        raise InvalidOptionError(f"name={name!r}: it holds half a character, which no file can keep")


def _metric(metric: object) -> Metric:
    for known in get_args(Metric):
        if metric in (None, known):
            return cast("Metric", known)
    raise InvalidOptionError(f"metric={metric!r}: it is one of {listing(get_args(Metric))}")


def _seed(seed: object) -> int:
    if not isinstance(seed, int) or isinstance(seed, bool) or not 0 <= seed <= LARGEST_SEED:
        raise InvalidOptionError(f"seed={seed!r}: it must be a whole number from 0 to {LARGEST_SEED}")
    return seed


def _modality(rows: Rows, request: BuildRequest) -> Modality:
    modality = request.modality or rows.modality
    if modality not in ("text", "image", "embedding"):
        raise InvalidOptionError(f"modality={modality!r}: it is 'text', 'image' or 'embedding'")
    if modality == "embedding" and rows.modality != "embedding":
        raise InvalidOptionError(
            f"modality='embedding': {rows.identifier} holds no embeddings; name an indexed_field to embed its text"
        )
    if modality == "image" and not (rows.has_images or rows.modality == "image"):
        raise InvalidOptionError(f"modality='image': {rows.identifier} holds no images")
    return modality


def _indexed_field(rows: Rows, field: str | None, modality: Modality) -> str | None:
    if modality == "image":
        return None
    if field is None:
        if modality == "text":
            raise InvalidOptionError(
                f"a text map needs indexed_field, the column to map; {rows.identifier} has: "
                f"{listing(rows.fields, shown=20) or 'no columns'}"
            )
        return None
    return _text_column(rows, field, "indexed_field")


def _label_field(rows: Rows, request: BuildRequest, modality: Modality, field: str | None) -> str | None:
    named = resolve.topic_label_field(request.topic_model)
    if named is not None:
        return _text_column(rows, named, "topic_label_field")
    if modality == "embedding" and field is None and request.topic_model not in (None, False):
        warnings.warn(
            "no text is named, so the topics of this map get numbers instead of names; "
            "name a column with indexed_field= or NomicTopicOptions(topic_label_field=...)",
            UserWarning,
            stacklevel=5,
        )
    if modality == "image" and request.indexed_field is not None:
        # Images are mapped by what they show; a text that is named all the same names their topics.
        return _text_column(rows, request.indexed_field, "indexed_field")
    return field


def _text_column(rows: Rows, name: str, argument: str) -> str:
    known = rows.fields
    if name not in known:
        raise InvalidOptionError(
            f"{argument}={name!r}: {rows.identifier} has no such column{suggestion(name, known)}; it has: "
            f"{listing(known, shown=20)}"
        )
    kind = rows.columns.field(name).type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        raise InvalidOptionError(f"{argument}={name!r}: the column is of type {kind}; it must hold text")
    return name


def _embedder(indices: Sequence[IndexRecord], request: BuildRequest, modality: Modality) -> Choice[Any] | None:
    if modality == "embedding":
        asked = {
            "embedding_model": request.embedding_model,
            "reuse_embeddings_from_index": request.reuse_embeddings_from_index,
        }
        for argument, value in asked.items():
            if value is not None:
                raise InvalidOptionError(f"{argument}={value!r}: the rows have vectors of their own; leave it out")
        return None
    if request.reuse_embeddings_from_index is None:
        return resolve.embedder(request.embedding_model, modality)
    records = {record.plan.name: record for record in indices}
    record = records.get(request.reuse_embeddings_from_index)
    if record is None or record.plan.embedder is None:
        raise IndexNotFoundError(
            f"reuse_embeddings_from_index={request.reuse_embeddings_from_index!r}: there is no index of this name with "
            f"embeddings made here; there are: {listing(records, shown=20) or 'none'}"
        )
    return made_here(registries.embedders, record.plan.embedder)
