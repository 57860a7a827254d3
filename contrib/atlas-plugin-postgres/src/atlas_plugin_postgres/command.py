"""`localatlas sql-table`: a map as a table of PostgreSQL."""

from __future__ import annotations

import re

import click
from localatlas.cli.choosing import chosen_map, map_option

__all__ = ["sql_table_command"]


@click.command("sql-table")
@click.argument("dataset")
@click.option("--to", "address", metavar="ADDRESS", help="postgresql://...; the home's own by default.")
@click.option("--table", metavar="NAME", help="Its name; the dataset's by default.")
@map_option
def sql_table_command(*, dataset: str, address: str | None, table: str | None, map_name: str | None) -> None:
    """Write a map as a table of PostgreSQL.

    DATASET's newest map becomes a table that SQL can read: columns, places, topics, duplicates, tags and vectors, in
    place of an earlier map of that name. Where the database has pgvector, nearest neighbours are answered by its index.
    """
    from localatlas.home import Home

    from atlas_plugin_postgres.sql_table import publish

    projection = chosen_map(dataset, map_name)
    slug = re.sub(r"[^a-z0-9_]", "_", projection.dataset.slug.lower())
    made = publish(projection, address or Home().address, table or (slug if slug[0].isalpha() else f"map_{slug}"))
    click.echo(f"Wrote {made.table}: {made.rows:,} rows, vectors as {made.vectors.removeprefix('public.')}.")
    if made.indexed:
        operator = "<=>" if projection.record[0].plan.metric == "cosine" else "<->"
        click.echo(f"Nearest rows: ... FROM {made.table} ORDER BY embedding {operator} '[...]' LIMIT 5")
    elif made.vectors == "real[]":
        click.echo(
            "The database has no pgvector, so SQL cannot search the vectors: CREATE EXTENSION vector; then again."
        )
