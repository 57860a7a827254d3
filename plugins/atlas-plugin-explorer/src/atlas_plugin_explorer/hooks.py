"""What the explorer answers when localatlas builds or opens a map."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from localatlas.hookspecs import hookimpl

if TYPE_CHECKING:
    # All plugins' hooks are imported for `localatlas --help`, which loads no data library.
    from localatlas.indices import AtlasProjection
    from localatlas.protocols import Context, Map

__all__ = ["localatlas_open", "localatlas_pages", "localatlas_save", "localatlas_widget"]


@hookimpl
def localatlas_pages(map: Map, folder: Path, context: Context) -> None:  # noqa: A002  the hook's name for it
    """Write the pages that the explorer reads, under `explorer/`."""
    from atlas_plugin_explorer.files import FOLDER  # the hooks of all plugins are imported at once
    from atlas_plugin_explorer.pages import write_pages

    write_pages(map, folder / FOLDER, context)


@hookimpl
def localatlas_open(
    projection: AtlasProjection, host: str, port: int, browser: bool, allow_hosts: Sequence[str]
) -> bool:
    """Serve the map until Ctrl-C, finished or not."""
    from atlas_plugin_explorer.serve import serve

    serve(projection, host, port, browser=browser, allow_hosts=allow_hosts)
    return True


@hookimpl
def localatlas_save(
    projection: AtlasProjection,
    path: Path,
    single: bool,
    text_bytes: int,
    overwrite: bool,
    progress: Callable[[float, str], None],
) -> bool:
    """Write the page as one HTML file, or as a folder."""
    from atlas_plugin_explorer.copies import write_folder, write_html
    from atlas_plugin_explorer.shown import Shown

    write = write_html if single else write_folder
    write(Shown(projection), path, text_bytes, overwrite=overwrite, progress=progress)
    return True


@hookimpl
def localatlas_widget(projection: AtlasProjection, height: int) -> object:
    """Show the page in a notebook."""
    from localatlas.errors import NotReadyError

    try:
        from atlas_plugin_explorer.widget import show
    except ModuleNotFoundError as error:
        if error.name not in {"anywidget", "traitlets"}:
            raise
        raise NotReadyError(
            "maps in notebooks need anywidget: pip install 'atlas-plugin-explorer[notebook]'; then restart the kernel"
        ) from error
    return show(projection, height)
