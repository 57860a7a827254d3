"""`localatlas map FILE`: from a file to a map."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    import pyarrow as pa

    from localatlas.indices import AtlasProjection

__all__ = ["map_command"]


@click.command("map")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--text", "field", metavar="COLUMN", required=True, help="The column of text to map.")
@click.option("--name", metavar="NAME", help="Name of the dataset; the file's name by default.")
@click.option("--id", "id_field", metavar="COLUMN", help="The column of ids.")
@click.option("--projection", metavar="NAME", help="Projector; chosen by size by default.")
@click.option("--model", metavar="NAME", help="Embedder; the built-in one by default.")
@click.option("--no-topics", is_flag=True, help="Leave topics out.")
@click.option("--no-duplicates", is_flag=True, help="Leave duplicates out.")
@click.option("--seed", type=int, help="Seed of every random choice.")
def map_command(
    *,
    file: Path,
    field: str,
    name: str | None,
    id_field: str | None,
    projection: str | None,
    model: str | None,
    no_topics: bool,
    no_duplicates: bool,
    seed: int | None,
) -> None:
    """Map the rows of a file.

    FILE is CSV, TSV, JSON, JSON lines, Parquet or Arrow. When a run is interrupted, the same command goes on where it
    stopped.
    """
    from rich.console import Console

    from localatlas.cli.live import live_listener
    from localatlas.cli.show import show_map
    from localatlas.files import read_table

    console = Console(highlight=False)
    table = read_table(file)
    with live_listener(console) as listener:
        projected = _run(
            table,
            name or file.stem,
            id_field,
            {
                "indexed_field": field,
                "projection": projection,
                "embedding_model": model,
                "topic_model": not no_topics,
                "duplicate_detection": not no_duplicates,
                "seed": seed,
                "progress": listener,
            },
        )
    show_map(console, projected)


def _run(table: pa.Table, name: str, id_field: str | None, options: dict[str, Any]) -> AtlasProjection:
    """Make the dataset and its map, or go on with a run of the same command that was interrupted."""
    from localatlas import atlas
    from localatlas.dataset import AtlasDataset
    from localatlas.home import Home
    from localatlas.naming import dataset_key

    if Home().find(dataset_key(name)) is not None:
        dataset = AtlasDataset(name)
        if dataset.total_datums and _holds(dataset, table):
            dataset.create_index(**options)
            return dataset.maps[-1]
    return atlas.map_data(table, identifier=name, id_field=id_field, **options).maps[-1]


def _holds(dataset: Any, table: pa.Table) -> bool:
    """Whether a dataset holds exactly the rows of a file."""
    import pyarrow as pa

    from localatlas.ingest import storable

    given = storable(table)
    if dataset.schema is None or dataset.schema.names != given.schema.names or dataset.total_datums != given.num_rows:
        return False
    held = pa.Table.from_batches(list(dataset.scan()), schema=dataset.schema)
    return all(_same(held[name].combine_chunks(), given[name].combine_chunks()) for name in given.column_names)


def _same(held: pa.Array, given: pa.Array) -> bool:
    # Arrow takes no NaN for another, however deep it lies.
    return held.type == given.type and (held.equals(given) or repr(held.to_pylist()) == repr(given.to_pylist()))
