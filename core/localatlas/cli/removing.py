"""`localatlas rm`: a dataset or one of its maps, for good."""

from __future__ import annotations

import sys

import click

__all__ = ["rm_command"]


@click.command("rm")
@click.argument("dataset")
@click.option("--map", "map_name", metavar="NAME", help="Delete this map only, by name or id; the rows stay.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def rm_command(*, dataset: str, map_name: str | None, yes: bool) -> None:
    """Delete a dataset with all its maps, or one map.

    DATASET may be a link (localatlas://...); that of a map deletes this map only. It cannot be undone.
    """
    from localatlas.cli.choosing import chosen_map, dataset_and_map
    from localatlas.cli.show import counted, short

    found, linked = dataset_and_map(dataset)
    # The link of a map means that map, and never the dataset around it.
    map_name = map_name or linked
    if map_name is None:
        rows = counted(found.total_datums, "row")
        what = f"the dataset {short(found.identifier)} with its {rows} and {counted(len(found.maps), 'map')}"
        _sure(what, yes=yes)
        found.delete()
    else:
        alike = [each for each in found.maps if map_name in (each.name, each.id)]
        if len(alike) > 1:
            raise click.ClickException(
                f"{short(found.identifier)} has {len(alike)} maps called {map_name!r}; say which by id: "
                + ", ".join(each.id for each in alike)
            )
        projection = chosen_map(found.identifier, map_name)
        what = f"the map {projection.name} ({projection.id}) of {short(found.identifier)}"
        _sure(what, yes=yes)
        projection.delete()
    click.echo(f"Deleted {what}.")


def _sure(what: str, *, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise click.UsageError(
            f"this deletes {what} for good, and there is no terminal to ask; give --yes if you mean it."
        )
    if not click.confirm(f"Delete {what} for good?"):
        click.echo("Nothing was deleted.")
        raise click.exceptions.Exit(1)
