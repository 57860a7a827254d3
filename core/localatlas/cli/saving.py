"""`localatlas page`: a map's page as files that need no server."""

from __future__ import annotations

import json
from pathlib import Path

import click

from localatlas.cli.choosing import map_option

__all__ = ["page_command"]

MEGABYTE = 1_000_000


@click.command("page")
@click.argument("dataset")
@click.argument("target", type=click.Path(path_type=Path))
@click.option(
    "--text-mb",
    type=click.IntRange(min=0),
    default=64,
    show_default=True,
    help="Megabytes of the rows that a file carries, or of text that a folder lets one search.",
)
@click.option("--overwrite", is_flag=True, help="Replace an earlier copy.")
@map_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def page_command(
    *, dataset: str, target: Path, text_mb: int, overwrite: bool, map_name: str | None, as_json: bool
) -> None:
    """Write a map's page to a file or a folder.

    The page of DATASET's map goes to TARGET: one HTML file that opens anywhere without a server or a network if TARGET
    ends in .html (up to 1,000,000 rows), else a folder that any web host can serve.
    """
    from rich.console import Console

    from localatlas.cli.choosing import chosen_map
    from localatlas.cli.live import saving_bar

    projection = chosen_map(dataset, map_name)
    write = projection.to_html if target.suffix.lower() in {".html", ".htm"} else projection.to_folder
    if target.exists() and not overwrite:
        raise click.ClickException(f"{target} is there already; --overwrite replaces it.")
    with saving_bar(Console(stderr=True)) as progress:
        path = write(target, text_bytes=text_mb * MEGABYTE, overwrite=overwrite, progress=progress)
    size = path.stat().st_size if path.is_file() else sum(part.stat().st_size for part in path.rglob("*"))
    if as_json:
        click.echo(json.dumps({"path": str(path), "bytes": size}))
        return
    click.echo(f"Wrote {path} ({size / MEGABYTE:,.1f} MB).")
    if path.is_dir():
        click.echo(f"To look at it: python3 -m http.server --directory {path}")
