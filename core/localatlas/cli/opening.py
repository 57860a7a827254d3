"""`localatlas open`: look at a map."""

from __future__ import annotations

import click

__all__ = ["open_command"]


@click.command("open")
@click.argument("dataset", required=False)
@click.option("--map", "name", metavar="NAME", help="The map's name or id; the newest map by default.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to serve on.")
@click.option("--port", default=0, help="Port to serve on; a free one by default.")
@click.option(
    "--allow-host", "allow_hosts", metavar="NAME", multiple=True, help="A name that a proxy before the page goes by."
)
@click.option("--browser/--no-browser", default=True, help="Open the page in a browser.")
def open_command(
    *, dataset: str | None, name: str | None, host: str, port: int, allow_hosts: tuple[str, ...], browser: bool
) -> None:
    """Show a map in the browser.

    Serves the page of DATASET's newest map until Ctrl-C; without DATASET, of the newest map of all. DATASET is the
    name of a dataset, or the link of a map (localatlas://...). A map that is still building shows how far it is.
    """
    from localatlas.cli.choosing import map_or_build
    from localatlas.dataset import AtlasDataset
    from localatlas.errors import MapNotFoundError
    from localatlas.home import Home

    if dataset is None:
        place = Home()
        loaded = [AtlasDataset(dataset_id=record.id) for record in place.records()]
        maps = [projection for each in loaded for projection in each.maps]
        if not maps:
            raise MapNotFoundError(f"there is no map in {place.address} yet; `localatlas demo` builds one")
        newest = max(maps, key=lambda projection: projection.record[0].created)
    else:
        newest = map_or_build(dataset, name)
    newest.open(host=host, port=port, browser=browser, allow_hosts=allow_hosts)
