"""`localatlas export`: a map as a file."""

from __future__ import annotations

import json
from pathlib import Path

import click

from localatlas.cli.choosing import map_option

__all__ = ["export_command"]

MEGABYTE = 1_000_000


@click.command("export")
@click.argument("dataset")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--where", metavar="JSON", help="Only the rows that this selection means.")
@click.option("--columns", metavar="NAME,NAME...", help="Only these columns, in this order.")
@click.option("--overwrite", is_flag=True, help="Replace a file that is there.")
@map_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def export_command(
    *,
    dataset: str,
    file: Path,
    where: str | None,
    columns: str | None,
    overwrite: bool,
    map_name: str | None,
    as_json: bool,
) -> None:
    """Write a map to a file.

    The rows of DATASET's map go to FILE with their places, topics, duplicates and tags. FILE's ending is the format:
    .parquet, .csv, .arrow or .feather. Selections are described in docs/reference/selections.md.
    """
    from localatlas.cli.choosing import chosen_map

    if file.exists() and not overwrite:
        raise click.ClickException(f"{file} is there already; --overwrite replaces it.")
    names = None if columns is None else [name.strip() for name in columns.split(",")]
    projection = chosen_map(dataset, map_name)
    path = projection.export(file, where, names, overwrite=overwrite)
    size = path.stat().st_size
    if as_json:
        click.echo(json.dumps({"file": str(path), "bytes": size}))
    else:
        click.echo(f"Wrote {path} ({_size(size)}).")


def _size(count: int) -> str:
    return f"{count / 1e6:,.1f} MB" if count >= MEGABYTE else f"{max(count / 1e3, 0.1):,.1f} kB"
