"""The explorer as a web application: the page, its pages of points, rows and search."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
from localatlas.errors import AtlasLookupError, AtlasValueError, suggestion
from localatlas.protocols import Map
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from atlas_plugin_explorer.guard import LOOPBACK, Guard, failure
from atlas_plugin_explorer.rows import RowReader
from atlas_plugin_explorer.search import Query, matches
from atlas_plugin_explorer.source import PageSource, cache_folder, find_pages

__all__ = ["STATIC", "create_app"]

STATIC = Path(__file__).parent / "static"
MEDIA_TYPES = {
    ".bin": "application/octet-stream",
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
}
HASHED_NAME = re.compile(r"-[0-9a-f]{12}\.\w+$")
STATIC_NAME = re.compile(r"\w[\w.-]*")
FOREVER = "private, max-age=31536000, immutable"
LISTED_ROWS = 100
# Beyond level 5 gzip takes several times as long and saves a few per cent.
COMPRESSION = 5


def create_app(
    map: Map,  # noqa: A002  the noun's name
    *,
    accept: Callable[[str], bool] | None = LOOPBACK,
    pages: PageSource | None = None,
    static: Path = STATIC,
) -> Starlette:
    """Return the explorer of one map as an ASGI application, which other servers may mount under any path.

    Args:
        map: the map to show.
        accept: tells whether the name in a `Host` header is this server's; None where a server around it checks that.
        pages: where its pages are; by default those of its build, or a cache folder.
        static: the bundled front end.
    """
    explorer = Explorer(map, pages or find_pages(map, cache_folder()), static)
    return Starlette(
        routes=[
            Route("/", explorer.page),
            Route("/static/{file}", explorer.bundle),
            Route("/pages/{file:path}", explorer.points),
            Route("/api/rows", explorer.rows),
            Route("/api/search", explorer.search),
        ],
        middleware=[
            Middleware(Guard, accept=accept),
            Middleware(GZipMiddleware, minimum_size=1_000, compresslevel=COMPRESSION),
        ],
        exception_handlers={
            HTTPException: http_error,
            AtlasValueError: bad_request,
            AtlasLookupError: not_found,
            500: broken,
        },
    )


class Explorer:
    """Answers the requests for one map; its methods run in worker threads."""

    def __init__(self, map: Map, pages: PageSource, static: Path) -> None:  # noqa: A002
        self._pages = pages
        self._static = static
        self._reader = RowReader(map, pages.rows)

    def page(self, request: Request) -> Response:  # noqa: ARG002  a route takes a request
        """Answer `/`."""
        try:
            content = (self._static / "index.html").read_bytes()
        except FileNotFoundError as error:
            raise HTTPException(
                503,
                "the front end is not bundled in this installation: install atlas-plugin-explorer again",
            ) from error
        return Response(content, media_type="text/html", headers={"Cache-Control": "no-cache"})

    def bundle(self, request: Request) -> Response:
        """Answer `/static/<file>`."""
        name = request.path_params["file"]
        path = self._static / name
        if not STATIC_NAME.fullmatch(name) or not path.is_file():
            raise HTTPException(404, f"there is no file {name!r} in the bundle")
        caching = FOREVER if HASHED_NAME.search(name) else "no-cache"
        return Response(path.read_bytes(), media_type=media_type(name), headers={"Cache-Control": caching})

    def points(self, request: Request) -> Response:
        """Answer `/pages/<file>`."""
        name = request.path_params["file"]
        if name not in self._pages.names:
            raise HTTPException(404, f"the map has no page file {name!r}; pages/index.json names those it has")
        # Weak, because the same page may go out with and without gzip.
        index = self._pages.index
        tag = f'W/"{index["map"]["id"]}-{index["fingerprint"]}"'
        headers = {"Cache-Control": "private, no-cache", "ETag": tag}
        if tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return Response(self._pages.read(name), media_type=media_type(name), headers=headers)

    def rows(self, request: Request) -> Response:
        """Answer `/api/rows`."""
        rows, positions = numbers(request, "rows"), numbers(request, "positions")
        if (rows is None) == (positions is None):
            raise AtlasValueError("either rows= or positions= says what to read")
        found = self._reader.numbers(positions) if positions is not None else rows or []
        answer = self._reader.rows(found, full=flag(request, "full"))
        return JSONResponse(answer, headers={"Cache-Control": "no-store"})

    def search(self, request: Request) -> Response:
        """Answer `/api/search`."""
        query = Query(
            request.query_params.get("q", ""),
            case=flag(request, "case"),
            word=flag(request, "word"),
            regex=flag(request, "regex"),
        )
        field = self._field(request.query_params.get("field"))
        found = matches(self._reader.text(field), query)
        mask = found[self._pages.rows]
        first = np.sort(self._pages.rows[mask])[:LISTED_ROWS]
        return Response(
            np.packbits(mask, bitorder="little").tobytes(),
            media_type="application/octet-stream",
            headers={
                "Cache-Control": "no-store",
                "Atlas-Count": str(np.count_nonzero(mask)),
                "Atlas-Rows": ",".join(map(str, first.tolist())),
            },
        )

    def _field(self, asked: str | None) -> str:
        """Return the column to search in."""
        fields = self._searchable
        if asked is None:
            mapped = self._pages.index["text_field"]
            if not fields:
                raise AtlasValueError("this map has no column of text to search in")
            return mapped if mapped in fields else fields[0]
        if asked not in fields:
            known = ", ".join(repr(name) for name in fields[:5]) or "none"
            raise AtlasValueError(
                f"no text column is called {asked!r}{suggestion(asked, fields)}; searchable are {known}"
            )
        return asked

    @functools.cached_property
    def _searchable(self) -> list[str]:
        return [column["name"] for column in self._pages.columns if column["searchable"]]


def media_type(name: str) -> str:
    """Return the media type of a file; not the machine's own table, which differs from machine to machine."""
    return MEDIA_TYPES.get(Path(name).suffix, "application/octet-stream")


def flag(request: Request, name: str) -> bool:
    """Read a parameter that is 0 or 1."""
    value = request.query_params.get(name, "0")
    if value not in {"0", "1"}:
        raise AtlasValueError(f"{name}={value[:50]!r}: 0 or 1 is taken")
    return value == "1"


def numbers(request: Request, name: str) -> list[int] | None:
    """Read a parameter that is a list of whole numbers; None if it is not given."""
    asked = request.query_params.get(name)
    if asked is None:
        return None
    if not re.fullmatch(r"[0-9]{1,10}(,[0-9]{1,10})*", asked):
        raise AtlasValueError(f"{name}={asked[:50]!r}: numbers separated by commas are taken, as in {name}=17,4")
    return [int(number) for number in asked.split(",")]


def http_error(request: Request, error: Exception) -> Response:  # noqa: ARG001  a handler's signature
    """Answer what the routing refuses."""
    if not isinstance(error, HTTPException):
        raise error
    return failure(error.status_code, error.detail, dict(error.headers or {}))


def bad_request(request: Request, error: Exception) -> Response:  # noqa: ARG001
    """Answer a request that cannot be meant."""
    return failure(400, str(error))


def not_found(request: Request, error: Exception) -> Response:  # noqa: ARG001
    """Answer a request for what is not there."""
    return failure(404, str(error))


def broken(request: Request, error: Exception) -> Response:  # noqa: ARG001
    """Answer when we are at fault; the traceback goes to the log, not to the page."""
    return failure(500, f"the server failed: {type(error).__name__}; its terminal says more")
