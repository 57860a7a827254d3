"""What a batch must satisfy before anything of it is written."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import pyarrow as pa

from localatlas.errors import InvalidDataError, listing, suggestion
from localatlas.ingest.ids import MAX_ID_LENGTH, check_ids
from localatlas.protocols.storage import BLOB_COLUMN, EMBEDDING_COLUMN, POSITION_COLUMN

__all__ = ["MAX_ID_LENGTH", "check_case", "check_names", "check_table"]

RESERVED_HINTS = {
    POSITION_COLUMN: "localatlas numbers the rows itself: drop the column, or rename it to keep it",
    EMBEDDING_COLUMN: "drop the column and pass the vectors as embeddings=",
    BLOB_COLUMN: "drop the column and pass the images as blobs=",
}


def check_table(table: pa.Table, *, id_field: str | None = None) -> None:
    """Refuse a batch that cannot be stored, whole; the table is not altered.

    Args:
        table: what `to_table` returned.
        id_field: the dataset's id column, or None when rows are known by `_position_index`.

    Raises:
        InvalidDataError: there is no row or no column; a column's name is empty, reserved, there twice or equal to
            another but for case; the id column is missing, or has nulls, empty strings, ids that are too long,
            ids that occur twice, or another type than string or integer.
    """
    check_names(table.column_names)
    if table.num_columns == 0 or table.num_rows == 0:
        raise InvalidDataError(
            f"the data has {table.num_rows:,} rows and {table.num_columns:,} columns; "
            "give at least one row and one column."
        )
    if id_field is not None:
        check_ids(_id_column(table, id_field), id_field)


def check_names(names: Sequence[str]) -> None:
    """Refuse names that are empty, cut short, reserved, there twice, or equal but for case. Raises InvalidDataError."""
    if "" in names:
        raise InvalidDataError(f"column {list(names).index('')} (counted from 0) has an empty name; give it one.")
    if cut := [name for name in names if "\0" in name]:
        raise InvalidDataError(
            f"tables end names at a NUL character; the data has the columns {listing(cut)}. Rename them."
        )
    if reserved := [name for name in names if name.startswith("_")]:
        hints = "; ".join(f"{name!r}: {RESERVED_HINTS[name]}" for name in reserved if name in RESERVED_HINTS)
        raise InvalidDataError(
            f"names that start with '_' are reserved; the data has the columns {listing(reserved)}. "
            f"{hints or 'Rename them'}."
        )
    if twice := [name for name, count in Counter(names).items() if count > 1]:
        raise InvalidDataError(f"the columns {listing(twice)} occur more than once; rename or drop one of each.")
    check_case(names)


def check_case(names: Sequence[str]) -> None:
    """Refuse names that are equal but for case. Raises InvalidDataError."""
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for name in names:
        groups[name.casefold()].append(name)
    if alike := [group for group in groups.values() if len(group) > 1]:
        pairs = ", ".join(" and ".join(repr(name) for name in group) for group in alike)
        raise InvalidDataError(f"column names must differ by more than case; rename one of {pairs}.")


def _id_column(table: pa.Table, id_field: str) -> pa.ChunkedArray:
    if id_field not in table.column_names:
        raise InvalidDataError(
            f"the id field {id_field!r} is not among the columns{suggestion(id_field, table.column_names)}. "
            f"The data has {listing(table.column_names, shown=20)}."
        )
    return table.column(id_field)
