"""The hooks: 1:N events that a plugin may answer.

A plugin names a module in the entry-point group `localatlas.hooks` and decorates functions in it:

    from localatlas.hookspecs import hookimpl

    @hookimpl
    def localatlas_after_index(map): ...

An implementation may take any subset of a hook's arguments, so hooks can gain arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    import click

    from localatlas.indices import AtlasProjection
    from localatlas.protocols import Context, Dataset, Map
    from localatlas.protocols.components import Modality

__all__ = [
    "PROJECT",
    "Panel",
    "hookimpl",
    "hookspec",
    "localatlas_after_index",
    "localatlas_after_stage",
    "localatlas_before_index",
    "localatlas_before_stage",
    "localatlas_commands",
    "localatlas_default",
    "localatlas_open",
    "localatlas_pages",
    "localatlas_panels",
    "localatlas_read",
    "localatlas_routes",
    "localatlas_save",
    "localatlas_widget",
]

PROJECT = "localatlas"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@dataclass(frozen=True)
class Panel:
    """A panel beside the map in the explorer.

    Attributes:
        name: letters, digits and hyphens; unique among the panels of a page.
        title: what its head says.
        script: the text of an ES module whose default export is a function of the panel's element and the page's API.
        offline: whether it is in copies of the page too, which have no server: it asks for no route then.
    """

    name: str
    title: str
    script: str
    offline: bool = False


@hookspec
def localatlas_before_index(dataset: Dataset, name: str) -> None:
    """A build or an update of an index called `name` is about to start; raise an AtlasError to refuse it."""


@hookspec
def localatlas_before_stage(dataset: Dataset, stage: str) -> None:
    """A stage of a build is about to run (not called for a stage whose result is kept from before).

    `stage` is "snapshot", "embed", "neighbors", "layout", "topics", "duplicates", "pages" or "commit".
    """


@hookspec
def localatlas_after_stage(dataset: Dataset, stage: str, seconds: float) -> None:
    """A stage of a build has ended; its result is safe. `seconds` is wall time."""


@hookspec
def localatlas_after_index(dataset: Dataset, map: Map) -> None:  # noqa: A002  `map` is the noun's name
    """A map, or a new version of one, has been committed."""


@hookspec
def localatlas_pages(map: Map, folder: Path, context: Context) -> None:  # noqa: A002
    """Write what a viewer needs of a finished map under `folder/<own name>/`; the same map gives the same bytes.

    What is written is committed with the map, and `map.page("<own name>/<file>")` finds it again.
    """


@hookspec(firstresult=True)
def localatlas_open(
    map: Map,  # noqa: A002
    projection: AtlasProjection,
    host: str,
    port: int,
    browser: bool,
    allow_hosts: Sequence[str],
) -> bool | None:
    """Serve a page that shows the map until interrupted; `port` 0 takes a free one; return True when done.

    `allow_hosts` are names that the page goes by in browsers, beside `host`, as those of a proxy before it.

    While the map is building there is only `projection`, and an implementation that takes `map` is not asked.
    """


@hookspec(firstresult=True)
def localatlas_save(
    projection: AtlasProjection,
    path: Path,
    single: bool,
    text_bytes: int,
    overwrite: bool,
    progress: Callable[[float, str], None],
) -> bool | None:
    """Write the page of a finished map as files that need no server, and return True when done.

    `single` asks for one HTML file, else `path` is a folder for a web host. `text_bytes` says how much of the rows goes
    into the file, or can be searched in the folder. What is there already is replaced only with `overwrite`.
    `progress(fraction, message)` is told how far it is, 0 to 1.
    """


@hookspec(firstresult=True)
def localatlas_widget(projection: AtlasProjection, height: int) -> object | None:
    """Return a widget that shows the map in a notebook, `height` pixels high; the map may still be building."""


@hookspec(firstresult=True)
def localatlas_default(kind: str, modality: Modality | None, rows: int | None) -> str | None:
    """Return the name of the component to take where the user names none, or None to leave it to the core.

    A company makes its embedder everybody's default with it. `kind` is as `localatlas plugins list` shows it;
    `modality` and `rows` are None where the choice does not go by them.
    """


@hookspec
def localatlas_routes(map: Map) -> list[Any]:  # noqa: A002, ARG001
    """Return Starlette routes to add to the server of the explorer's page of `map`.

    The server puts them below its own, under `/plugins/`, behind the same checks of who asks.
    """
    return []


@hookspec
def localatlas_panels(map: Map) -> list[Panel]:  # noqa: A002, ARG001
    """Return panels to show beside `map` in the explorer."""
    return []


@hookspec
def localatlas_commands() -> list[click.Command]:
    """Return commands to add to `localatlas`."""
    return []


@hookspec(firstresult=True)
def localatlas_read(source: object, options: Mapping[str, Any]) -> object | None:
    """Return the rows of a source that only this plugin knows, or None to leave it to another.

    Asked by `localatlas.read` for addresses (`scheme://...`), for files of endings that are not known, and for objects
    that are no table. `options` are the options of `read` that were given, but for `vectors`, `images` and `limit`,
    which are dealt with afterwards. What is returned is `localatlas.readers.Rows`, or whatever `add_data` takes.
    """
