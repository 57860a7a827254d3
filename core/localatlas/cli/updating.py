"""`localatlas update`: more rows, and maps that show them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

import click

if TYPE_CHECKING:
    from localatlas.pipeline.records import LayoutMode

__all__ = ["update_command"]


@click.command("update")
@click.argument("dataset")
@click.argument("sources", metavar="[FILE...]", nargs=-1)
@click.option("--vectors", metavar="FILE|COLUMN", help="The rows' vectors, where the dataset has vectors of your own.")
@click.option("--images", metavar="COLUMN", help="The column of the images' paths or URLs.")
@click.option(
    "--on-conflict",
    type=click.Choice(["error", "ignore", "replace"]),
    default="error",
    show_default=True,
    help="What becomes of rows whose id is there already.",
)
@click.option("--rebuild-topics", is_flag=True, help="Find the topics anew; new rows join the old ones by default.")
@click.option(
    "--layout",
    type=click.Choice(["keep", "warm", "new"]),
    default="keep",
    show_default=True,
    help="Old points stay; or all are laid out again from where they are; or from nothing.",
)
@click.option("--delimiter", metavar="CHARACTER", help="What separates the values of a CSV file.")
@click.option("--type", "types", metavar="COLUMN=TYPE", multiple=True, help="Type of a CSV column, as code=string.")
@click.option("--json", "as_json", is_flag=True, help="Print the dataset as JSON, and nothing else.")
def update_command(
    *,
    dataset: str,
    sources: tuple[str, ...],
    on_conflict: str,
    rebuild_topics: bool,
    layout: str,
    as_json: bool,
    **given: Any,
) -> None:
    """Add rows to DATASET, and bring its maps up to date.

    FILE is what `localatlas map` takes; without one, the maps take in the rows that were added by other means. Rows
    that are on a map keep their places, unless --layout says otherwise. All rows of the files are added, or none;
    --on-conflict replace alone adds them part by part.
    """
    from rich.console import Console

    from localatlas.cli.live import live_listener
    from localatlas.cli.show import counted, short
    from localatlas.cli.summaries import dataset_summary
    from localatlas.dataset import AtlasDataset

    console = Console(highlight=False, quiet=as_json)
    found = AtlasDataset.load(dataset)
    if sources:
        _add(console, found, sources, on_conflict, given)
    if found.maps:
        with live_listener(console) as listener:
            found.update_indices(rebuild_topics, layout=cast("LayoutMode", layout), progress=listener)
    if as_json:
        click.echo(json.dumps(dataset_summary(found), indent=1))
        return
    rows, maps = counted(found.total_datums, "row"), len(found.maps)
    told = f"{counted(maps, 'map')} {'is' if maps == 1 else 'are'} up to date" if maps else "it has no map yet"
    console.print(f"[bold]{short(found.identifier)}[/bold] has {rows}; {told}.")


def _add(console: Any, dataset: Any, sources: tuple[str, ...], on_conflict: str, given: dict[str, Any]) -> None:
    from contextlib import nullcontext

    from localatlas.cli.loading import append, whole
    from localatlas.cli.piped import spooled
    from localatlas.home import Home
    from localatlas.readers import open_source

    types = dict(each.partition("=")[::2] for each in given.pop("types")) or None
    _, store = Home().find_id(dataset.id)
    with spooled(sources) as paths, console.status("reading"):
        reading = open_source(paths[0] if len(paths) == 1 else paths, types=types, like=dataset.schema, **given).known()
        # Rows that were replaced part by part cannot be brought back.
        with whole(store) if on_conflict != "replace" else nullcontext():
            append(dataset, reading, console, on_conflict=on_conflict)
