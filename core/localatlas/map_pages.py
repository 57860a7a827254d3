"""A map as a page: served, in a notebook, or as files that need no server. A plugin makes it, by a hook."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from localatlas import hooks
from localatlas.errors import AtlasTypeError, AtlasValueError, NotReadyError
from localatlas.map_state import MapState
from localatlas.paths import expanded

if TYPE_CHECKING:
    from localatlas.indices import AtlasProjection

__all__ = ["TEXT_BYTES", "MapPages", "Report"]

TEXT_BYTES = 64_000_000
# Takes how far the work is, 0 to 1, and what is done.
Report = Callable[[float, str], None]
NO_EXPLORER = "no installed plugin shows maps; pip install atlas-plugin-explorer"


class MapPages(MapState):
    """The ways to look at a map."""

    def open(
        self, *, host: str = "127.0.0.1", port: int = 0, browser: bool = True, allow_hosts: Sequence[str] = ()
    ) -> None:
        """Serve the map's page until interrupted; while the map is building, its progress.

        Args:
            host: the address to listen on.
            port: 0 takes a free one.
            browser: whether to open the page in the user's browser.
            allow_hosts: names that the page goes by beside `host`, as those of a proxy before it.

        Raises:
            NotReadyError: no explorer is installed, or none that shows a map which is still building; or the map was
                deleted.
            AtlasTypeError: `allow_hosts` is one text; its letters would be the names.
        """
        if isinstance(allow_hosts, str):
            raise AtlasTypeError(f"allow_hosts must be a list of names: write allow_hosts=[{allow_hosts!r}]")
        projection = cast("AtlasProjection", self)
        finished = {} if self._look_up() is None and self.job is not None else {"map": projection.stored}
        asked = {"host": host, "port": port, "browser": browser, "allow_hosts": tuple(allow_hosts)}
        if not hooks.call("localatlas_open", projection=projection, **asked, **finished):
            # Raises for a map that is not finished.
            _ = self.record
            raise NotReadyError(NO_EXPLORER)

    def to_html(
        self,
        path: str | Path,
        *,
        text_bytes: int = TEXT_BYTES,
        overwrite: bool = False,
        progress: Report | None = None,
    ) -> Path:
        """Write the map's page as one HTML file, which opens anywhere without a server or a network; return its path.

        It holds the points, topics and columns. Searching and filtering work in it; what needs a server (search by
        meaning, neighbours, tags, export) is off, and it says so.

        Args:
            path: the file, ending in .html (`~` is the user's folder).
            text_bytes: how much of the rows goes along, before compression; beyond it whole columns are left out,
                and the texts of the mapped one are cut.
            overwrite: whether a file that is there may be replaced.
            progress: is told how far the work is, 0 to 1, and what is done.

        Raises:
            AtlasValueError: the map has more than 1,000,000 rows, the ending is another, or there is a file already.
            NotReadyError: the map is still building, or no explorer is installed.
            StorageError: the file cannot be written.
        """
        target = expanded(path)
        if target.suffix.lower() not in {".html", ".htm"}:
            raise AtlasValueError(f"{target.name}: the file of a page ends in .html; to_folder(path) writes a folder")
        return self._save(target, single=True, text_bytes=text_bytes, overwrite=overwrite, progress=progress)

    def to_folder(
        self,
        path: str | Path,
        *,
        text_bytes: int = TEXT_BYTES,
        overwrite: bool = False,
        progress: Report | None = None,
    ) -> Path:
        """Write the map's page as a folder that any web host can serve, and return its path.

        Points and rows are loaded as they are looked at, so it takes maps of any size.

        Args:
            path: the folder (`~` is the user's folder).
            text_bytes: how much text can be searched: a search loads all of it. All columns are shown.
            overwrite: whether an earlier copy may be replaced.
            progress: is told how far the work is, 0 to 1, and what is done.

        Raises:
            AtlasValueError: there is something already; nothing but an earlier copy is ever replaced.
            NotReadyError: the map is still building, or no explorer is installed.
            StorageError: the folder cannot be written.
        """
        return self._save(expanded(path), single=False, text_bytes=text_bytes, overwrite=overwrite, progress=progress)

    def widget(self, *, height: int = 600) -> Any:
        """Return the map as a widget for a notebook; while the map is building, it shows the progress.

        Its `selection` (in the selection language), `ids`, `count` and `row` can be read, and the first two set.

        Args:
            height: in pixels, 200 to 4,000.

        Raises:
            NotReadyError: no explorer with notebook support is installed; the message says what to install.
            AtlasValueError: the height is another.
        """
        made = hooks.call("localatlas_widget", projection=cast("AtlasProjection", self), height=height)
        if made is None:
            raise NotReadyError(NO_EXPLORER)
        return made

    def _save(self, path: Path, *, single: bool, text_bytes: int, overwrite: bool, progress: Report | None) -> Path:
        if isinstance(text_bytes, bool) or not isinstance(text_bytes, int):
            raise AtlasTypeError(f"text_bytes={text_bytes!r}: a whole number of bytes is taken")
        if text_bytes < 0:
            raise AtlasValueError(f"text_bytes={text_bytes:,}: 0 or more is taken")
        from localatlas.protocols import Context  # numpy, which a command that only lists maps needs not

        # Raises for a map that is not finished.
        _ = self.record
        projection = cast("AtlasProjection", self)
        asked = {"path": path, "single": single, "text_bytes": text_bytes, "overwrite": overwrite}
        asked["progress"] = progress or Context().progress
        if not hooks.call("localatlas_save", projection=projection, **asked):
            raise NotReadyError(NO_EXPLORER)
        return path
