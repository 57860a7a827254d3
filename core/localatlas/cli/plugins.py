"""`localatlas plugins`: what is installed."""

from __future__ import annotations

import json

import click

from localatlas.cli.plugin_author import check_command, new_command
from localatlas.cli.plugin_doctor import doctor_command
from localatlas.cli.plugin_show import show_command

__all__ = ["plugins_command"]


@click.group("plugins")
def plugins_command() -> None:
    """Show, check and write plugins."""


@plugins_command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_command(*, as_json: bool) -> None:
    """List all plugins, from their metadata alone: nothing is imported."""
    from dataclasses import asdict, replace

    from rich.console import Console
    from rich.table import Table

    from localatlas import hooks, registries
    from localatlas.registry import installed
    from localatlas.requirements import origin

    entries = [entry for registry in registries.ALL for entry in registry.entries()]
    entries += [replace(entry, kind="hooks") for entry in installed(hooks.GROUP)]
    origins = {name: origin(name) or "this process" for name in {entry.distribution for entry in entries}}
    if as_json:
        click.echo(json.dumps([asdict(entry) | {"origin": origins[entry.distribution]} for entry in entries], indent=1))
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("kind", no_wrap=True)
    table.add_column("distribution", overflow="fold")  # the one column that may be cut
    table.add_column("version", no_wrap=True, min_width=max(len(entry.version) for entry in entries))
    table.add_column("origin", no_wrap=True, min_width=len("editable"))
    kind = ""
    for entry in entries:
        if entry.kind != kind:
            kind = entry.kind
            table.add_row(f"[bold]{kind}")
        came = "" if not entry.distribution else origins[entry.distribution]
        table.add_row(f"  {entry.name}", entry.distribution or "this process", entry.version, came)
    Console(highlight=False).print(table)


for command in (show_command, check_command, doctor_command, new_command):
    plugins_command.add_command(command)
