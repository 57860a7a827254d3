"""`localatlas ls` and `localatlas info`: what is in the home."""

from __future__ import annotations

import json

import click

__all__ = ["info_command", "ls_command"]


@click.command("ls")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def ls_command(*, as_json: bool) -> None:
    """List the datasets of this home."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from localatlas.cli.show import short
    from localatlas.cli.summaries import dataset_summary, said
    from localatlas.dataset import AtlasDataset
    from localatlas.home import Home

    place = Home()
    rows = [dataset_summary(AtlasDataset(dataset_id=record.id)) for record in place.records()]
    if as_json:
        click.echo(json.dumps(rows, indent=1))
        return
    console = Console(highlight=False)
    if not rows:
        console.print(f"No datasets in {place.address} yet. `localatlas demo` makes the first one.", markup=False)
        return
    table = Table(box=None, pad_edge=False, header_style="dim", expand=True)
    table.add_column("dataset", no_wrap=True)
    table.add_column("rows", justify="right", no_wrap=True)
    table.add_column("maps", justify="right", no_wrap=True)
    table.add_column("made", no_wrap=True)
    # The one column that may be cut: the others are needed to act on.
    table.add_column("description", no_wrap=True, overflow="ellipsis", ratio=1)
    for row in rows:
        maps = str(len(row["maps"]))
        described = escape(said(row["description"]))
        table.add_row(short(row["identifier"]), f"{row['rows']:,}", maps, row["created"][:10], described)
    console.print(table)


@click.command("info")
@click.argument("dataset")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def info_command(*, dataset: str, as_json: bool) -> None:
    """Show DATASET: its columns, and each map with what its build cost.

    DATASET is a name, or a link (localatlas://...) of it or of one of its maps.
    """
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from localatlas.cli.choosing import dataset_and_map
    from localatlas.cli.show import short, stage_table
    from localatlas.cli.summaries import dataset_summary, said

    found, _ = dataset_and_map(dataset)
    if as_json:
        click.echo(json.dumps(dataset_summary(found), indent=1))
        return
    console = Console(highlight=False)
    console.print(f"[bold]{short(found.identifier)}[/bold]   {found.total_datums:,} rows   {found.id}")
    if described := said(found.description):
        console.print(described, markup=False)
    columns = Table(box=None, pad_edge=False, header_style="dim")
    columns.add_column("column")
    columns.add_column("type")
    for field in found.schema or ():
        columns.add_row(escape(field.name), f"{field.type}{'  (id)' if field.name == found.id_field else ''}")
    console.print()
    console.print(columns)
    for projection in found.maps:
        index, record = projection.record
        console.print()
        made = f"{index.created.astimezone():%Y-%m-%d %H:%M}"
        console.print(
            f"[bold]{escape(projection.name)}[/bold]   {record.placed:,} rows placed   {made}   {projection.id}"
        )
        used = ", ".join(f"{part.kind} {part.name}" for part in index.plan.components())
        console.print(used, style="dim")
        console.print(stage_table(index.reports))
