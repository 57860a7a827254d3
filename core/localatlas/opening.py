"""Opening a dataset: created on first use, loaded afterwards."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from localatlas.errors import (
    AtlasTypeError,
    DatasetExistsError,
    DatasetNotFoundError,
    InvalidIdentifierError,
    InvalidOptionError,
)
from localatlas.home import RECORD, Home
from localatlas.pipeline.records import DatasetRecord
from localatlas.protocols import DatasetKey, DatasetStore

__all__ = ["DEFAULT_DESCRIPTION", "check_arguments", "check_opened", "open_or_create"]

DEFAULT_DESCRIPTION = "A description for your map."
# What may be changed after a dataset was made.
CHANGING = ("description", "is_public")
SURROGATE = re.compile("[\ud800-\udfff]")
# Columns of the map's views: an id column of that name would hide one of them.
VIEW_COLUMN = re.compile(r"x|y|cluster_id|duplicate_class|topic_depth_\d+")


def check_arguments(**texts: str | None) -> None:
    """Refuse to open a dataset by, or with, what is no text.

    Raises:
        AtlasTypeError: some argument is no text, or one that cannot be written as UTF-8.
        InvalidIdentifierError: there is neither an identifier nor a dataset_id.
    """
    for name, text in texts.items():
        if text is not None and not isinstance(text, str):
            raise AtlasTypeError(f"{name}={text!r}: it must be a text, not of type {type(text).__qualname__}")
        if text is not None and not text.isascii() and (broken := SURROGATE.search(text)):
            raise AtlasTypeError(f"{name}: {broken[0]!r} is half a character, which cannot be written; leave it out")
    if texts["identifier"] is None and texts["dataset_id"] is None:
        raise InvalidIdentifierError("AtlasDataset needs an identifier such as 'reviews', or a dataset_id")


def open_or_create(
    home: Home, key: DatasetKey, new: DatasetRecord, is_public: bool | None = None
) -> tuple[DatasetRecord, DatasetStore, bool]:
    """Return the dataset's record, its store, and whether this call made it.

    Args:
        home: where it is, or will be.
        key: its name.
        new: its record, if it has to be made.
        is_public: as the user gave it; None leaves a dataset that exists as it is.

    Raises:
        InvalidOptionError: the id field cannot be one, or the dataset exists with another.
        DatasetNotFoundError: another process deleted it meanwhile.
    """
    if new.unique_id_field is not None and VIEW_COLUMN.fullmatch(new.unique_id_field):
        raise InvalidOptionError(
            f"unique_id_field={new.unique_id_field!r}: maps have a column of that name of their own; rename yours"
        )
    found = home.find(key)
    if found is None:
        try:
            return new, home.create(new), True
        except DatasetExistsError:
            found = home.find(key)
    if found is None:
        raise _deleted(key)
    record, store = found
    check_opened(record, store, new.description, new.unique_id_field, is_public)
    return record, store, False


def check_opened(
    record: DatasetRecord,
    store: DatasetStore,
    description: str | None,
    unique_id_field: str | None,
    is_public: bool | None,
) -> None:
    """Hold the arguments of opening against a dataset that exists; what was given and may change is changed.

    Raises:
        InvalidOptionError: the dataset has another id field.
        DatasetNotFoundError: another process deleted it meanwhile.
    """
    if unique_id_field not in (None, record.unique_id_field):
        raise InvalidOptionError(
            f"unique_id_field={unique_id_field!r}: the dataset {record.organization}/{record.slug} exists with "
            f"{record.unique_id_field!r} (None: rows are known by position); leave it out, or choose another name"
        )
    given = {
        "description": None if description in (None, "", DEFAULT_DESCRIPTION) else description,
        "is_public": is_public,
    }
    changes = {name: value for name, value in given.items() if value not in (None, getattr(record, name))}
    if changes:
        _change(record, store, changes)


def _change(record: DatasetRecord, store: DatasetStore, changes: Mapping[str, Any]) -> None:
    """Change some fields of a dataset's record, here and in the store.

    The rest stays as the store has it: what another process changed since `record` was read is kept.

    Raises:
        DatasetNotFoundError: another process deleted the dataset meanwhile.
    """
    with store.lock():
        try:
            latest = Home.record(store)
        except KeyError:
            raise _deleted(f"{record.organization}/{record.slug}") from None
        changed = latest.model_copy(update=changes)
        if changed != latest:
            store.put(RECORD, changed.to_bytes())
    for name in CHANGING:
        setattr(record, name, getattr(changed, name))


def _deleted(key: object) -> DatasetNotFoundError:
    return DatasetNotFoundError(f"the dataset {key} was deleted by another process while it was opened")
