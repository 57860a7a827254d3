"""`localatlas plugins`: what is installed."""

from __future__ import annotations

import json

import click

__all__ = ["plugins_command"]


@click.group("plugins")
def plugins_command() -> None:
    """Show the installed plugins."""


@plugins_command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_command(*, as_json: bool) -> None:
    """List all plugins, from their metadata alone: nothing is imported."""
    from rich.console import Console
    from rich.table import Table

    from localatlas import registries

    entries = [entry for registry in registries.ALL for entry in registry.entries()]
    if as_json:
        rows = [
            {"kind": e.kind, "name": e.name, "distribution": e.distribution, "version": e.version, "target": e.target}
            for e in entries
        ]
        click.echo(json.dumps(rows, indent=1))
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for head in ("kind", "distribution", "version"):
        table.add_column(head, no_wrap=True)
    kind = ""
    for entry in entries:
        if entry.kind != kind:
            kind = entry.kind
            table.add_row(f"[bold]{kind}")
        table.add_row(f"  {entry.name}", entry.distribution or "this process", entry.version)
    Console(highlight=False).print(table)
