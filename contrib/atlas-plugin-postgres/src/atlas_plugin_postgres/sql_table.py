"""A map as a table of its own that SQL can read, with its vectors in pgvector's type where the database has it."""

from __future__ import annotations

import re
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from localatlas.errors import InvalidOptionError, StorageError
from localatlas.indices import AtlasProjection
from numpy.typing import NDArray

from atlas_plugin_postgres.connections import database
from atlas_plugin_postgres.published import MARK, holds_map

if TYPE_CHECKING:
    import psycopg

__all__ = ["Published", "publish"]

# What a name of PostgreSQL may have without quotes, and how long it may be.
TABLE = re.compile(r"[a-z_][a-z0-9_]{0,62}")
# pgvector's index takes no more dimensions.
MOST_INDEXED = 2000
OPERATORS = {"cosine": "vector_cosine_ops", "euclidean": "vector_l2_ops"}
KINDS = (
    (pa.types.is_boolean, "boolean"),
    (pa.types.is_integer, "bigint"),
    (pa.types.is_floating, "double precision"),
    (pa.types.is_string, "text"),
    (pa.types.is_large_string, "text"),
    (pa.types.is_date, "date"),
)


@dataclass(frozen=True)
class Published:
    """A table that was written.

    Attributes:
        table: its name, with its schema.
        rows: how many it has.
        vectors: the type of its column `embedding`: `vector(D)` of pgvector, or `real[]` where the database lacks it.
        indexed: whether an HNSW index answers nearest neighbours.
    """

    table: str
    rows: int
    vectors: str
    indexed: bool


def publish(projection: AtlasProjection, address: str, table: str) -> Published:
    """Write a map's rows as a table, in place of another map's of that name, in one transaction.

    Args:
        projection: a finished map, as `dataset.maps[0]`.
        address: `postgresql://...`, as that of a home; `?home=NAME` is the schema.
        table: small letters, digits and `_`, a letter first.

    Returns:
        What was written. The table has a row per row of the map: its columns of plain types, `x` and `y`, topics,
        duplicates and tags as `export` names them, and `embedding`, null for a row without a vector. Where the database
        has the extension `vector` (pgvector), `embedding` is of its type and has an HNSW index for the map's metric:
        `<=>` for cosine distance, `<->` for euclidean; else it is `real[]`.

    Raises:
        InvalidOptionError: the name or the address cannot be used; what holds no map of this kind is left alone.
        StorageError: the server cannot be reached, or did not take the table.
    """
    import psycopg

    if not TABLE.fullmatch(table):
        raise InvalidOptionError(f"{table!r} cannot name a table: use small letters, digits and _, a letter first")
    home = database(address)
    rows, vectors = _exported(projection), projection.embeddings.latent
    try:
        with home.connection() as connection:
            kind = _vector_kind(connection, vectors.shape[1])
            metric = projection.record[0].plan.metric
            with connection.transaction():
                replaced = _replaced(connection, home.home, table)
                indexed = _written(connection, rows, vectors, (table, kind, metric), replaced=replaced)
    except psycopg.Error as error:
        raise StorageError(f"PostgreSQL did not take the table {home.home}.{table}: {error}") from error
    return Published(f"{home.home}.{table}", rows.num_rows, kind, indexed)


def _exported(projection: AtlasProjection) -> pa.Table:
    """Return the columns of plain types of every row that is there."""
    with tempfile.TemporaryDirectory(prefix="localatlas-") as folder:
        path = projection.export(Path(folder) / "map.arrow")
        with pa.OSFile(str(path)) as source:
            table = pa.ipc.open_file(source).read_all()
    plain = [name for name in table.column_names if _kind(table.schema.field(name).type) is not None]
    return table.select([name for name in plain if name.casefold() != "embedding"])


def _vector_kind(connection: psycopg.Connection[Any], dimensions: int) -> str:
    """Return the type of vectors; the extension is made where the role may."""
    import psycopg

    query = "SELECT installed_version FROM pg_available_extensions WHERE name = 'vector'"
    found = connection.execute(query).fetchone()
    if found is None:
        return "real[]"
    if found[0] is None:
        try:
            connection.execute("CREATE EXTENSION IF NOT EXISTS vector WITH SCHEMA public")
        except psycopg.errors.InsufficientPrivilege:
            return "real[]"
    return f"public.vector({dimensions})"


def _replaced(connection: psycopg.Connection[Any], schema: str, table: str) -> bool:
    """Say whether a map's table is to be replaced. Raises InvalidOptionError where something else has the name."""
    held = holds_map(connection, schema, table)
    if held is False:
        raise InvalidOptionError(
            f"{schema}.{table} is in the database already and holds no map that was written there; nothing was "
            "changed. Give another name: `table` in Python, --table on the command line"
        )
    return held is not None


def _written(
    connection: psycopg.Connection[Any],
    rows: pa.Table,
    vectors: NDArray[np.float32],
    made: tuple[str, str, str],
    *,
    replaced: bool,
) -> bool:
    """Write the table under another name, index it, and put it in the place of the old one."""
    from psycopg import sql

    name, kind, metric = made
    staged = sql.Identifier(f"new_{uuid.uuid4().hex}")
    kinds = [(column, str(_kind(rows.schema.field(column).type))) for column in rows.column_names]
    columns = [sql.SQL("{} {}").format(sql.Identifier(column), sql.SQL(what)) for column, what in kinds]
    embedding = sql.SQL("embedding {}").format(sql.SQL(kind))
    connection.execute(sql.SQL("CREATE TABLE {} ({})").format(staged, sql.SQL(", ").join([*columns, embedding])))
    with connection.cursor() as cursor, cursor.copy(sql.SQL("COPY {} FROM STDIN").format(staged)) as copy:
        for row in _rows(rows, vectors, as_text=kind != "real[]"):
            copy.write_row(row)
    indexed = kind != "real[]" and vectors.shape[1] <= MOST_INDEXED
    if indexed:
        index = sql.SQL("CREATE INDEX ON {} USING hnsw (embedding {})")
        operators = sql.SQL("public.{}").format(sql.Identifier(OPERATORS[metric]))
        connection.execute(index.format(staged, operators))
    connection.execute(sql.SQL("COMMENT ON TABLE {} IS {}").format(staged, sql.Literal(MARK)))
    if replaced:
        connection.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(name)))
    connection.execute(sql.SQL("ALTER TABLE {} RENAME TO {}").format(staged, sql.Identifier(name)))
    return indexed


def _rows(rows: pa.Table, vectors: NDArray[np.float32], *, as_text: bool) -> Iterator[list[Any]]:
    there: NDArray[np.bool_] = np.asarray(np.isfinite(vectors).all(axis=1))
    done = 0
    for batch in rows.to_batches(max_chunksize=1024):
        for values in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            vector = vectors[done].tolist() if there[done] else None
            yield [*values, str(vector) if as_text and vector is not None else vector]
            done += 1


def _kind(kind: pa.DataType) -> str | None:
    """Return the type of a column in the database; None for one that is left out."""
    if pa.types.is_dictionary(kind):
        return _kind(kind.value_type)
    if pa.types.is_timestamp(kind):
        return "timestamp" if kind.tz is None else "timestamptz"
    return next((name for fits, name in KINDS if fits(kind)), None)
