"""`localatlas embedding-atlas`: a map in that viewer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from localatlas.cli.choosing import chosen_map, map_option

if TYPE_CHECKING:
    from localatlas.indices import AtlasProjection

__all__ = ["viewer_command"]


@click.command("embedding-atlas")
@click.argument("dataset")
@click.option(
    "--neighbors", default=15, show_default=True, help="Nearest rows to give of every row, up to 200; 0 for none."
)
@click.option(
    "--export",
    "file",
    type=click.Path(path_type=Path),
    help="Write it instead: .parquet (the table), .zip or a folder (the page with it).",
)
@click.option("--overwrite", is_flag=True, help="Replace a file that is there.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to serve on.")
@click.option("--port", default=0, help="Port to serve on; a free one by default.")
@click.option("--browser/--no-browser", default=True, help="Open the page in a browser.")
@map_option
def viewer_command(
    *,
    dataset: str,
    neighbors: int,
    file: Path | None,
    overwrite: bool,
    host: str,
    port: int,
    browser: bool,
    map_name: str | None,
) -> None:
    """Show a map in embedding-atlas.

    Serves DATASET's newest map until Ctrl-C: our places, topics as labels and colours, duplicates, tags, your columns,
    and the nearest rows of every row. Whoever reaches the address may read every column.
    """
    from atlas_plugin_embedding_atlas.serving import open_viewer

    projection = chosen_map(dataset, map_name)
    if file is None:
        open_viewer(projection, neighbors=neighbors, host=host, port=port, browser=browser)
        return
    _write(projection, file, neighbors, overwrite=overwrite)


def _write(projection: AtlasProjection, file: Path, neighbors: int, *, overwrite: bool) -> None:
    from atlas_plugin_embedding_atlas.copies import TABLE, check_target, viewer_command_line, write_viewed
    from atlas_plugin_embedding_atlas.viewed import viewed

    check_target(file, overwrite=overwrite)
    shown = viewed(projection, neighbors=neighbors)
    click.echo(f"Wrote {write_viewed(shown, file)}: {shown.table.num_rows:,} rows.")
    if file.suffix.lower() == TABLE:
        click.echo(f"Open it with: {viewer_command_line(shown, file)}")
    elif file.suffix:
        click.echo("Unpack it, and serve the folder with any web server, such as python -m http.server.")
    else:
        click.echo(f"Serve it with any web server, such as: python -m http.server --directory {file}")
