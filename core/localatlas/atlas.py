"""One call from rows to a map."""

from __future__ import annotations

import random
import warnings
from typing import Any

import pyarrow as pa

from localatlas.building import BuildRequest, Rows, make_plan
from localatlas.dataset import AtlasDataset
from localatlas.errors import AtlasError, DatasetExistsError, InvalidDataError, InvalidOptionError
from localatlas.ingest import to_table, to_vectors
from localatlas.pipeline.progress import Listener
from localatlas.protocols.components import Modality

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
    is_public: bool = True,
    indexed_field: str | None = None,
    projection: Any = None,
    topic_model: Any = True,
    duplicate_detection: Any = True,
    embedding_model: Any = None,
    *,
    seed: int | None = None,
    wait: bool = True,
    progress: bool | Listener = True,
) -> AtlasDataset:
    """Make a dataset of some rows, map it, and return the dataset.

    Args:
        data: rows, as `AtlasDataset.add_data` takes them; may be left out for bare embeddings.
        blobs: images; not in this version.
        embeddings: vectors of your own, array-like [N, D]; `indexed_field` then names the topics.
        identifier: of the new dataset; a free name is made up when None.
        description: of the new dataset.
        id_field: the column of ids.
        is_public: recorded and shown.
        indexed_field: the text column to map.
        projection: as in `create_index`.
        topic_model: likewise.
        duplicate_detection: likewise.
        embedding_model: likewise.
        seed: likewise.
        wait: likewise.
        progress: likewise.

    Raises:
        DatasetExistsError: the dataset has rows already; add to it with `add_data` and `create_index`.
        AtlasError: as `add_data` and `create_index` raise; a dataset that this call made and could not fill is
            removed, and one whose rows were accepted is kept.
    """
    rows, embeddings, count = _given(data, blobs, embeddings, indexed_field)
    request = BuildRequest(
        name=identifier or "",
        indexed_field=indexed_field,
        projection=projection,
        topic_model=topic_model,
        duplicate_detection=duplicate_detection,
        embedding_model=embedding_model,
        seed=seed,
    )
    _check(request, rows, count, "text" if embeddings is None else "embedding")
    dataset = AtlasDataset(identifier or _free_name(), description, id_field, is_public)
    if dataset.total_datums:
        raise DatasetExistsError(
            f"the dataset {dataset.identifier} has {dataset.total_datums:,} rows already; give another identifier, or "
            "use AtlasDataset(...).add_data(...) and create_index(...)"
        )
    try:
        dataset.add_data(rows, embeddings=embeddings)
    except BaseException:
        # Somebody else may have put rows into it meanwhile.
        if dataset._is_new and not dataset.total_datums:  # noqa: SLF001  the same package
            dataset.delete()
        raise
    try:
        dataset.create_index(
            indexed_field=indexed_field,
            projection=projection,
            topic_model=topic_model,
            duplicate_detection=duplicate_detection,
            embedding_model=embedding_model,
            seed=seed,
            wait=wait,
            progress=progress,
        )
    except AtlasError as error:
        error.add_note(f"the rows are safe in the dataset {dataset.identifier}; create_index(...) on it tries again")
        raise
    return dataset


def _given(data: Any, blobs: Any, embeddings: Any, indexed_field: str | None) -> tuple[pa.Table | None, Any, int]:
    """Return the rows, the embeddings and how many there are; refuse what cannot make a map."""
    if blobs is not None:
        raise InvalidDataError("blobs: images come with the image embedder, which this version does not have yet")
    if embeddings is None and indexed_field is None:
        raise InvalidOptionError("map_data needs indexed_field (the text column to map) or embeddings")
    if data is None and embeddings is None:
        raise InvalidDataError("map_data needs data or embeddings")
    rows = None if data is None else to_table(data)
    if rows is None:
        # What has no length is refused by its type.
        embeddings = to_vectors(embeddings, len(embeddings) if hasattr(embeddings, "__len__") else 0)
    count = len(embeddings) if rows is None else rows.num_rows
    return rows, embeddings, count


def _check(request: BuildRequest, rows: pa.Table | None, count: int, modality: Modality) -> None:
    """Find whatever is wrong with the options before a dataset is made."""
    columns = pa.schema([]) if rows is None else rows.schema
    with warnings.catch_warnings():
        # `create_index` resolves again, and warns then.
        warnings.simplefilter("ignore")
        make_plan(Rows("the data", columns, count, modality), request)


def _free_name() -> str:
    """Return a pleasant name with a number that makes clashes unlikely."""
    pick = random.SystemRandom()
    return f"{pick.choice(ADJECTIVES)}-{pick.choice(PLACES)}-{pick.randrange(10_000):04d}"
