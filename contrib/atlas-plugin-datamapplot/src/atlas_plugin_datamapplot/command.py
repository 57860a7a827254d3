"""`localatlas picture`: a map as a picture."""

from __future__ import annotations

from pathlib import Path

import click
from localatlas.cli.choosing import chosen_map, map_option

__all__ = ["picture_command"]


@click.command("picture")
@click.argument("dataset")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--depth", type=click.IntRange(1), help="Topics to name, 1 the broadest; a readable depth by default.")
@click.option("--title", help="What stands above.")
@click.option("--subtitle", "sub_title", help="What stands below the title.")
@click.option("--dark", is_flag=True, help="Light points on black.")
@click.option("--width", type=click.FloatRange(1, 100), default=12.0, help="In inches.  [default: 12]")
@click.option("--height", type=click.FloatRange(1, 100), default=12.0, help="In inches.  [default: 12]")
@click.option("--dpi", type=click.IntRange(10, 2400), default=150, help="Pixels an inch.  [default: 150]")
@map_option
def picture_command(
    *,
    dataset: str,
    file: Path,
    depth: int | None,
    title: str | None,
    sub_title: str | None,
    dark: bool,
    width: float,
    height: float,
    dpi: int,
    map_name: str | None,
) -> None:
    """Draw a map for a publication, with datamapplot.

    DATASET's newest map goes to FILE, whose ending is the format: .png, .svg, .pdf, or .html for a page that can be
    zoomed and loads its scripts from a network when it is opened.
    """
    from atlas_plugin_datamapplot.page import write_page
    from atlas_plugin_datamapplot.picture import draw_picture

    projection = chosen_map(dataset, map_name)
    if file.suffix.lower() in {".html", ".htm"}:
        path = write_page(projection, file, title=title, sub_title=sub_title, dark=dark)
    else:
        path = draw_picture(
            projection, file, depth=depth, title=title, sub_title=sub_title, dark=dark,
            width=width, height=height, dpi=dpi,
        )  # fmt: skip
    click.echo(f"Wrote {path} ({path.stat().st_size / 1e3:,.1f} kB).")
