"""Which map a command means."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from localatlas.indices import AtlasProjection

__all__ = ["chosen_map", "id_of", "map_option"]

ORGANIZATION_AND_SLUG = 2
Command = TypeVar("Command", bound=Callable[..., Any])


def map_option(command: Command) -> Command:
    """Add `--map`."""
    return click.option("--map", "map_name", metavar="NAME", help="The map's name or id; the newest map by default.")(
        command
    )


def chosen_map(dataset: str, map_name: str | None) -> AtlasProjection:
    """Return the newest map of a dataset, the one of a name or an id, or the one that a link names.

    Args:
        dataset: a dataset's name, or the link of a map (localatlas://...).
        map_name: the name or id of a map.

    Raises:
        DatasetNotFoundError, MapNotFoundError: there is none.
    """
    from localatlas.dataset import AtlasDataset

    parts = dataset.removeprefix("localatlas://").split("/")
    linked = parts[2] if dataset.startswith("localatlas://") and len(parts) > ORGANIZATION_AND_SLUG else None
    found = AtlasDataset.load("/".join(parts[:2]) if dataset.startswith("localatlas://") else dataset)
    wanted = [each for each in found.maps if map_name in (None, each.name, each.id) and linked in (None, each.id)]
    return wanted[-1] if wanted else found.get_map(map_name, projection_id=linked)


def id_of(projection: AtlasProjection, text: str) -> Any:
    """Return an id that was typed as the kind of thing the map's ids are. Raises click.BadParameter."""
    import pyarrow as pa

    kind = projection.stored.row_ids.type
    if not pa.types.is_integer(kind):
        return text
    try:
        return int(text)
    except ValueError:
        raise click.BadParameter(f"{text!r}: the ids of {projection.dataset.identifier} are whole numbers") from None
