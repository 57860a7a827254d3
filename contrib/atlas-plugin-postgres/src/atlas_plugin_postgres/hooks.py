"""What this plugin adds beside its storage: a map's table for SQL, made by hand or by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from localatlas.hookspecs import hookimpl

from atlas_plugin_postgres.command import sql_table_command

if TYPE_CHECKING:
    from localatlas.protocols import Dataset, Map

__all__ = ["localatlas_after_index", "localatlas_commands"]

SCHEMES = ("postgresql://", "postgres://")


@hookimpl
def localatlas_commands() -> list[click.Command]:
    """Add `localatlas sql-table`."""
    return [sql_table_command]


@hookimpl
def localatlas_after_index(dataset: Dataset, map: Map) -> None:  # noqa: A002  the hook's name for it
    """Write a map of a home on PostgreSQL as a table, if its database has the extension `vector` in use."""
    from localatlas.home import Home

    address = Home().address
    if not address.startswith(SCHEMES):
        return
    from localatlas.dataset import AtlasDataset

    from atlas_plugin_postgres.connections import database
    from atlas_plugin_postgres.published import published_name
    from atlas_plugin_postgres.sql_table import publish

    organization, slug = dataset.identifier.split("/")
    query = """SELECT id FROM datasets WHERE organization = %s AND slug = %s
        AND EXISTS (SELECT FROM pg_extension WHERE extname = 'vector')"""
    with database(address).connection() as connection:
        found = connection.execute(query, [organization, slug]).fetchone()
    if found is not None:
        projection = AtlasDataset.load(dataset.identifier).get_map(projection_id=map.id)
        publish(projection, address, published_name(found[0]))
