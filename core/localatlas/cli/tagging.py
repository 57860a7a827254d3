"""`localatlas tag`: named sets of rows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from localatlas.cli.choosing import map_option

if TYPE_CHECKING:
    from localatlas.indices import AtlasProjection

__all__ = ["tag_command"]


@click.command("tag")
@click.argument("dataset")
@click.argument("name", required=False)
@click.option("--ids", metavar="ID,ID...", help="Rows to tag, by id.")
@click.option("--where", metavar="JSON", help="Rows to tag, by a selection; the tag keeps it as its rule.")
@click.option("--remove", is_flag=True, help="Take the rows of --ids out of the tag; without --ids, remove the tag.")
@map_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def tag_command(
    *,
    dataset: str,
    name: str | None,
    ids: str | None,
    where: str | None,
    remove: bool,
    map_name: str | None,
    as_json: bool,
) -> None:
    """Tag rows of a map, or list its tags.

    Selections are described in docs/reference/selections.md, for instance
    '{"type": "text", "query": "refund"}'.
    """
    from localatlas.cli.choosing import chosen_map, id_of

    projection = chosen_map(dataset, map_name)
    if name is None:
        if ids or where or remove:
            raise click.UsageError("Missing argument 'NAME': the tag's.")
        _show(projection, None, as_json=as_json)
        return
    listed = None if ids is None else [id_of(projection, each.strip()) for each in ids.split(",")]
    if remove:
        if where is not None:
            raise click.UsageError("--remove takes rows out by --ids, or removes the whole tag; it takes no --where.")
        projection.tags.remove(name, listed)
    elif listed is not None or where is not None:
        projection.tags.add(name, listed, where)
    _show(projection, None if remove and listed is None else name, as_json=as_json)


def _show(projection: AtlasProjection, name: str | None, *, as_json: bool) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    tags = projection.tags
    names = [each["tag_name"] for each in tags.get_tags()] if name is None else [name]
    counts = {each: len(tags.get_datums_in_tag(each)) for each in names}
    if as_json:
        rows = [{"tag": each, "rows": counts[each], "ids": tags.get_datums_in_tag(each)} for each in names]
        click.echo(json.dumps(rows, indent=1, ensure_ascii=False))
        return
    console = Console(highlight=False)
    if not names:
        console.print(f"The map {projection.name!r} has no tags.", markup=False)
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("tag")
    table.add_column("rows", justify="right")
    for each in names:
        table.add_row(escape(each), f"{counts[each]:,}")
    console.print(table)
