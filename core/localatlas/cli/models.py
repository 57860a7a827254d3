"""`localatlas models`: the models whose weights a person brings."""

from __future__ import annotations

import json
from pathlib import Path

import click

__all__ = ["models_command"]


@click.group("models")
def models_command() -> None:
    """Bring the weights of models that come with no package."""


@models_command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_command(*, as_json: bool) -> None:
    """List the models that can be named, and where their weights are."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from localatlas import models, registries

    installed = registries.embedders.names()
    known = [models.DOCUMENTED.get(name) or models.KnownModel(name, "", "text", "") for name in models.names()]
    rows = [
        {
            "name": model.name,
            "embeds": model.modality if model.name in models.DOCUMENTED else "",
            "plugin": "installed" if model.name in installed else model.plugin,
            "path": str(models.locate(model.name, model.repository) or ""),
        }
        for model in known
    ]
    if as_json:
        click.echo(json.dumps(rows, indent=1))
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for head in ("model", "embeds", "run by", "weights"):
        table.add_column(head, overflow="fold" if head == "weights" else "ellipsis", no_wrap=head != "weights")
    for row in rows:
        table.add_row(row["name"], row["embeds"], row["plugin"] or "no plugin", escape(row["path"] or "not here"))
    Console(highlight=False).print(table)


@models_command.command("add")
@click.argument("name")
@click.argument("path", type=click.Path(path_type=Path))
def add_command(*, name: str, path: Path) -> None:
    """Make the weights at PATH known as NAME.

    PATH is a folder as the Hugging Face hub keeps a model, which stays where it
    is, or a file that `localatlas models fetch -o` wrote, which is unpacked.
    """
    from localatlas import model_files

    click.echo(f"{name} is at {model_files.add(name, path)}")


@models_command.command("fetch")
@click.argument("name")
@click.option("-o", "--output", metavar="FILE", type=click.Path(path_type=Path), help="Pack the weights into FILE.")
def fetch_command(*, name: str, output: Path | None) -> None:
    """Fetch the weights of NAME from the Hugging Face hub.

    Without -o they are ready for use here. With it they are packed into a tar
    file, for `localatlas models add` on a machine that reaches no network.
    """
    from localatlas import model_files

    click.echo(f"{name} is at {model_files.fetch(name, output)}")


@models_command.command("rm")
@click.argument("name")
def rm_command(*, name: str) -> None:
    """Forget NAME: a folder that was pointed at stays, unpacked or fetched weights are deleted."""
    from localatlas import model_files

    model_files.remove(name)
    click.echo(f"{name} is forgotten")
