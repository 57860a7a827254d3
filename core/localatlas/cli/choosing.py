"""Which map a command means."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from localatlas.dataset import AtlasDataset
    from localatlas.indices import AtlasProjection

__all__ = ["chosen_map", "dataset_and_map", "id_of", "map_option", "map_or_build"]

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
    found, linked = dataset_and_map(dataset)
    return _newest(found.maps, map_name, linked) or found.get_map(map_name, projection_id=linked)


def map_or_build(dataset: str, map_name: str | None) -> AtlasProjection:
    """Return a map as `chosen_map` does; where there is none, a build of one that is under way or ended early.

    Raises:
        DatasetNotFoundError, MapNotFoundError: there is neither.
    """
    from localatlas.home import Home
    from localatlas.indices import list_builds
    from localatlas.naming import dataset_key

    found, linked = dataset_and_map(dataset)
    finished = _newest(found.maps, map_name, linked)
    kept = Home().find(dataset_key(found.identifier)) if finished is None else None
    builds = [] if kept is None else list_builds(found, kept[1])
    return finished or _newest(builds, map_name, linked) or found.get_map(map_name, projection_id=linked)


def dataset_and_map(name: str) -> tuple[AtlasDataset, str | None]:
    """Return the dataset of a name or a link, and the id of the map that a link may name."""
    from localatlas.dataset import AtlasDataset

    parts = name.removeprefix("localatlas://").split("/")
    is_link = name.startswith("localatlas://")
    return (
        AtlasDataset.load("/".join(parts[:ORGANIZATION_AND_SLUG]) if is_link else name),
        parts[ORGANIZATION_AND_SLUG] if is_link and len(parts) > ORGANIZATION_AND_SLUG else None,
    )


def _newest(maps: list[AtlasProjection], name: str | None, linked: str | None) -> AtlasProjection | None:
    """Return the last of some maps that has this name or id and is the one that was linked."""
    wanted = [each for each in maps if name in (None, each.name, each.id) and linked in (None, each.id)]
    return wanted[-1] if wanted else None


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
