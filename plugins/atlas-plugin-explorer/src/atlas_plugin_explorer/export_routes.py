"""Routes that hand out a selection as a file: it is written first, then fetched by its address, however large it is."""

from __future__ import annotations

import re
import secrets
import tempfile
import threading
import weakref
from pathlib import Path
from typing import Any, Literal

from localatlas.errors import AtlasLookupError
from localatlas.selections.on_map import MapRows
from pydantic import Field
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

from atlas_plugin_explorer.asking import Body, answer, posted, read
from atlas_plugin_explorer.shown import Shown

__all__ = ["ExportRoutes"]

# Files that were written before these are gone.
KEPT = 4
MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "arrow": "application/vnd.apache.arrow.file",
    "ids": "text/plain; charset=utf-8",
}
ENDINGS = {"ids": "txt"}


class Wanted(Body):
    """Which rows and columns, and how; without a selection all rows."""

    selection: dict[str, Any] | None = None
    format: Literal["csv", "parquet", "arrow", "ids"] = "csv"
    columns: list[str] | None = Field(default=None, min_length=1)


class ExportRoutes:
    """Writes files and hands them out; the methods run in worker threads."""

    def __init__(self, shown: Shown) -> None:
        self._shown = shown
        self._files: dict[str, tuple[Path, str]] = {}
        self._lock = threading.Lock()
        self._folder: Path | None = None

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        return [
            Route("/api/export", posted(self.write), methods=["POST"]),
            Route("/api/exports/{key}/{name}", self.file),
        ]

    def write(self, request: Request, body: bytes) -> Response:  # noqa: ARG002
        """Answer `api/export`: write the file and say where it is."""
        wanted = read(Wanted, body)
        rows = self._shown.of_home()
        chosen = rows.stored.alive if wanted.selection is None else rows.selected(wanted.selection)
        key = secrets.token_urlsafe(16)
        ending = ENDINGS.get(wanted.format, wanted.format)
        path = self._place() / f"{key}.{ending}"
        if wanted.format == "ids":
            path.write_text("".join(f"{value}\n" for value in rows.ids(chosen)), encoding="utf-8")
        else:
            self._export(path, wanted)
        name = f"{plain_name(rows)}.{ending}"
        with self._lock:
            self._files[key] = (path, MEDIA[wanted.format])
            for old in list(self._files)[:-KEPT]:
                self._files.pop(old)[0].unlink(missing_ok=True)
        size = path.stat().st_size
        return answer({"address": f"api/exports/{key}/{name}", "rows": int(chosen.sum()), "bytes": size}, 201)

    def file(self, request: Request) -> Response:
        """Answer `api/exports/<key>/<name>`."""
        with self._lock:
            found = self._files.get(request.path_params["key"])
        if found is None:
            raise AtlasLookupError("this export is gone; export the selection again")
        path, media = found
        name = Path(request.path_params["name"]).name
        return FileResponse(path, media_type=media, filename=name, headers={"Cache-Control": "no-store"})

    def _export(self, path: Path, wanted: Wanted) -> None:
        assert self._shown.projection is not None  # noqa: S101  for the type checker: `of_home` would have raised
        self._shown.projection.export(path, wanted.selection, wanted.columns)

    def _place(self) -> Path:
        """Return a folder that nobody else reads and that goes with the server."""
        with self._lock:
            if self._folder is None:
                made = tempfile.TemporaryDirectory(prefix="localatlas-")
                weakref.finalize(self, made.cleanup)
                self._folder = Path(made.name)
            return self._folder


def plain_name(rows: MapRows) -> str:
    """Return a name for the file that every file system takes."""
    slug = rows.stored.dataset_identifier.partition("/")[2]
    return re.sub(r"[^\w-]+", "-", f"{slug}-{rows.stored.name}").strip("-")[:80] or "map"
