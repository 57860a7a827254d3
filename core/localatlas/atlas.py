"""One call from rows to a map."""

from __future__ import annotations

import random
import warnings
from typing import Any

from localatlas.adding import add_batch
from localatlas.building import BuildRequest, Rows, make_plan
from localatlas.config import settings
from localatlas.dataset import AtlasDataset
from localatlas.errors import AtlasError, DatasetExistsError, InvalidDataError, InvalidOptionError
from localatlas.home import Home
from localatlas.ingest.batch import Batch, read_batch
from localatlas.naming import dataset_key
from localatlas.pipeline.progress import Listener
from localatlas.protocols import DatasetStore
from localatlas.protocols.components import Modality
from localatlas.protocols.nouns import Metric
from localatlas.streaming import is_stream, read_stream

__all__ = ["map_data"]

ADJECTIVES = (
    "amber",
    "brisk",
    "calm",
    "distant",
    "early",
    "gentle",
    "hidden",
    "quiet",
    "silver",
    "vivid",
    "warm",
    "wide",
)
PLACES = ("bay", "cape", "cove", "delta", "fjord", "glade", "harbor", "island", "meadow", "ridge", "river", "valley")


def map_data(
    data: Any = None,
    blobs: Any = None,
    embeddings: Any = None,
    identifier: str | None = None,
    description: str = "",
    id_field: str | None = None,
    is_public: bool | None = None,
    indexed_field: str | None = None,
    projection: Any = None,
    topic_model: Any = True,
    duplicate_detection: Any = True,
    embedding_model: Any = None,
    *,
    modality: Modality | None = None,
    metric: Metric | None = None,
    seed: int | None = None,
    wait: bool = True,
    progress: bool | Listener = True,
) -> AtlasDataset:
    """Make a dataset of some rows, map it, and return the dataset.

    Args:
        data: rows, as `AtlasDataset.add_data` takes them; may be left out for bare vectors or images.
        blobs: images, one per row: URLs, paths, bytes or PIL images.
        embeddings: vectors of your own, array-like [N, D]; `indexed_field` then names the topics.
        identifier: of the new dataset; a free name is made up when None.
        description: of the new dataset.
        id_field: the column of ids.
        is_public: recorded and shown; None is True for a new dataset, and leaves an empty one that exists as it is.
        indexed_field: the text column to map, or to name the topics of vectors by.
        projection: as in `create_index`.
        topic_model: likewise.
        duplicate_detection: likewise.
        embedding_model: likewise.
        modality: what to map of rows that have several: "embedding" is first by default, then "image", then "text".
        metric: likewise.
        seed: likewise.
        wait: likewise.
        progress: likewise.

    Raises:
        DatasetExistsError: the dataset has rows already; add to it with `add_data` and `create_index`.
        AtlasError: as `add_data` and `create_index` raise. Rows and options are checked before a dataset is made; one
            that this call made and could not fill is removed, and one whose rows were accepted is kept.
    """
    _check_given(data, blobs, embeddings, indexed_field)
    known = _known_id_field(identifier)
    if is_stream(data):
        batch: Batch = read_stream(data, embeddings, blobs, id_field or known, settings().cache / "adding")
    else:
        batch = read_batch(data, embeddings, blobs, id_field or known)
    arguments = {
        "indexed_field": indexed_field,
        "modality": modality,
        "projection": projection,
        "topic_model": topic_model,
        "duplicate_detection": duplicate_detection,
        "embedding_model": embedding_model,
        "metric": metric,
        "seed": seed,
    }
    _check_plan(batch, BuildRequest(name=identifier or "", **arguments))
    dataset = _opened(identifier, description, id_field, is_public)
    _fill(dataset, batch)
    try:
        dataset.create_index(**arguments, wait=wait, progress=progress)
    except AtlasError as error:
        error.add_note(f"the rows are safe in the dataset {dataset.identifier}; create_index(...) on it tries again")
        raise
    return dataset


def _check_given(data: Any, blobs: Any, embeddings: Any, indexed_field: str | None) -> None:
    """Refuse a call that names nothing to map."""
    if data is None and embeddings is None and blobs is None:
        raise InvalidDataError("map_data needs data, embeddings or blobs")
    if embeddings is None and blobs is None and indexed_field is None:
        raise InvalidOptionError("map_data needs indexed_field (the text column to map), embeddings or blobs (images)")


def _known_id_field(identifier: str | None) -> str | None:
    """Return the id field of an empty dataset that is there already; refuse one with rows before more is read."""
    found = None if identifier is None else Home().find(dataset_key(identifier))
    if found is None:
        return None
    record, store = found
    _check_empty(f"{record.organization}/{record.slug}", store)
    return record.unique_id_field


def _check_plan(batch: Batch, request: BuildRequest) -> None:
    """Find whatever is wrong with the options before a dataset is made."""
    with warnings.catch_warnings():
        # `create_index` resolves again, and warns then.
        warnings.simplefilter("ignore")
        rows = Rows("the data", batch.table.schema, batch.rows, batch.modality, has_images=batch.has_images)
        make_plan(rows, request)


def _opened(identifier: str | None, description: str, id_field: str | None, is_public: bool | None) -> AtlasDataset:
    """Return the named dataset, or a new one under a name that is made up."""
    if identifier is not None:
        return AtlasDataset(identifier, description, id_field, is_public)
    while True:
        name = _pleasant_name()
        if Home().find(dataset_key(name)) is not None:
            continue
        dataset = AtlasDataset(name, description, id_field, is_public)
        # Of two that make up one name at once, one makes the dataset, and the other tries again.
        if dataset._is_new:  # noqa: SLF001  the same package
            return dataset


def _fill(dataset: AtlasDataset, batch: Batch) -> None:
    """Put the rows into an empty dataset; if that fails, take away one that was made for them."""
    store = dataset._store  # noqa: SLF001  the same package
    # Under one lock, so that nobody else fills it between the look and the write.
    with store.lock():
        _check_empty(dataset.identifier, store)
        try:
            batch.check_ids(dataset.id_field)
            add_batch(store, batch, dataset.id_field)
        except BaseException:
            # Also when the user interrupts. If the rows came to be written all the same, they are kept.
            if dataset._is_new and not store.count():  # noqa: SLF001  the same package
                dataset.delete()
            raise


def _check_empty(identifier: str, store: DatasetStore) -> None:
    if count := store.count():
        raise DatasetExistsError(
            f"the dataset {identifier} has {count:,} rows already; give another identifier, or use "
            "AtlasDataset(...).add_data(...) and create_index(...)"
        )


def _pleasant_name() -> str:
    """Return a made-up name with a number that makes clashes unlikely."""
    pick = random.SystemRandom()
    return f"{pick.choice(ADJECTIVES)}-{pick.choice(PLACES)}-{pick.randrange(10_000):04d}"
