"""A list of dicts to Arrow columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import pyarrow as pa

from localatlas.errors import AtlasTypeError, InvalidDataError, listing
from localatlas.ingest.values import to_array

__all__ = ["record_columns"]


def record_columns(records: Sequence[Any]) -> list[tuple[str, pa.Array]]:
    """Return one array per key, keys in the order in which they are first seen; a missing key is null.

    Raises:
        AtlasTypeError: an item is not a dict.
        InvalidDataError: a key is not a string, or a column mixes types.
    """
    for row, record in enumerate(records):
        if not isinstance(record, Mapping):
            raise AtlasTypeError(
                f"row {row} of the list is of type {type(record).__name__}; "
                "every row must be a dict of column to value."
            )
    names = list(dict.fromkeys(chain.from_iterable(records)))
    if wrong := [name for name in names if not isinstance(name, str)]:
        raise InvalidDataError(f"column names must be strings; the rows have the keys {listing(wrong)}.")
    return [(name, to_array(name, [record.get(name) for record in records])) for name in names]
