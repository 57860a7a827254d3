"""Tables that hold a map for SQL, and how they are told from all others in a schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg

__all__ = ["MARK", "holds_map", "published_name"]

# The comment of a table that may be replaced: a home's schema holds the storage's own tables, and perhaps others'.
MARK = "A map, written by localatlas; it is replaced when the map is written again."


def published_name(number: int) -> str:
    """Return the name of the table that SQL finds a dataset's newest map in."""
    return f"map_{number}"


def holds_map(connection: psycopg.Connection[Any], schema: str, table: str) -> bool | None:
    """Say whether what has this name is a map's table; None where nothing has it."""
    query = "SELECT obj_description(found.oid, 'pg_class') FROM (SELECT to_regclass(%s)::oid AS oid) AS found"
    query += " WHERE found.oid IS NOT NULL"
    found = connection.execute(query, [f"{schema}.{table}"]).fetchone()
    return None if found is None else found[0] == MARK
