"""`localatlas quality`: how faithful a map is to its vectors."""

from __future__ import annotations

import json

import click

from localatlas.cli.choosing import map_option

__all__ = ["quality_command"]


@click.command("quality")
@click.argument("dataset")
@map_option
@click.option("--sample", type=click.IntRange(1), default=500, show_default=True, help="Rows to look at, at most.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Seed of their choice.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def quality_command(*, dataset: str, map_name: str | None, sample: int, seed: int, as_json: bool) -> None:
    """Say how faithful a map of DATASET is to its vectors."""
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    from localatlas.cli.choosing import chosen_map

    quality = chosen_map(dataset, map_name).quality(sample, seed)
    if as_json:
        click.echo(json.dumps(quality.as_dict(), indent=1))
        return
    console = Console(highlight=False)
    console.print(Text(f"{quality.sample:,} of {quality.rows:,} rows looked at", style="bold"))
    for sentence in quality.sentences():
        console.print(Padding(Text(sentence), (0, 0, 0, 2)))
