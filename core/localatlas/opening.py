"""Opening a dataset: created on first use, loaded afterwards."""

from __future__ import annotations

import re

from localatlas.errors import DatasetExistsError, DatasetNotFoundError, InvalidOptionError
from localatlas.home import RECORD, Home
from localatlas.pipeline.records import DatasetRecord
from localatlas.protocols import DatasetKey, DatasetStore

__all__ = ["DEFAULT_DESCRIPTION", "open_or_create"]

DEFAULT_DESCRIPTION = "A description for your map."
# Columns of the map's views: an id column of that name would hide one of them.
VIEW_COLUMN = re.compile(r"x|y|cluster_id|duplicate_class|topic_depth_\d+")


def open_or_create(home: Home, key: DatasetKey, new: DatasetRecord) -> tuple[DatasetRecord, DatasetStore, bool]:
    """Return the dataset's record, its store, and whether this call made it.

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
        raise DatasetNotFoundError(f"the dataset {key} was deleted by another process while it was opened")
    record, store = found
    if new.unique_id_field not in (None, record.unique_id_field):
        raise InvalidOptionError(
            f"unique_id_field={new.unique_id_field!r}: the dataset {key} exists with "
            f"{record.unique_id_field!r} (None: rows are known by position); leave it out, or choose another name"
        )
    if new.description and new.description not in (DEFAULT_DESCRIPTION, record.description):
        record.description = new.description
        store.put(RECORD, record.to_bytes())
    return record, store, False
