"""One table or schema of several, nothing lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import pyarrow as pa

from localatlas.errors import InvalidDataError, listing
from localatlas.ingest import conform

__all__ = ["check_twice", "join", "widest"]


def widest(schemas: Iterable[pa.Schema]) -> pa.Schema:
    """Return the columns of all schemas, each of the type that holds every one of its types.

    Whole numbers and fractions meet in fractions, nulls in anything, structs in the union of their fields.

    Raises:
        InvalidDataError: the types of a column have nothing in common; the message names it and them.
    """
    schemas = list(schemas)
    try:
        return pa.unify_schemas(schemas, promote_options="permissive").remove_metadata()
    except pa.ArrowException as error:
        for name in dict.fromkeys(name for schema in schemas for name in schema.names):
            fields = [schema.field(name) for schema in schemas if name in schema.names]
            try:
                pa.unify_schemas([pa.schema([field]) for field in fields], promote_options="permissive")
            except pa.ArrowException:
                kinds = sorted({str(field.type) for field in fields})
                raise InvalidDataError(
                    f"column {name!r} mixes the types {', '.join(kinds)}; a column has one type. Convert its values "
                    "to one of them, for example all to text."
                ) from error
        raise InvalidDataError(f"the parts have columns that do not go together: {error}") from error


def join(tables: Sequence[pa.Table], schema: pa.Schema | None = None) -> pa.Table:
    """Return one table of several, in `schema` or in the widest of theirs; every cast is checked value by value."""
    schema = widest(table.schema for table in tables) if schema is None else schema
    return pa.concat_tables([conform(table, schema) for table in tables] or [schema.empty_table()])


def check_twice(names: Sequence[str]) -> None:
    """Refuse column names that occur more than once. Raises InvalidDataError."""
    if twice := [name for name, count in Counter(names).items() if count > 1]:
        raise InvalidDataError(f"the columns {listing(twice)} occur more than once; rename one of each")
