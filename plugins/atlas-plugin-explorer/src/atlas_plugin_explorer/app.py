"""The explorer as a web application: the page, its pages of points, and all that can be asked of the map."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from pathlib import Path

from localatlas.errors import AtlasError, AtlasLookupError, AtlasTypeError, AtlasValueError, NotReadyError
from localatlas.indices import AtlasProjection
from localatlas.protocols import Map
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from atlas_plugin_explorer.export_routes import ExportRoutes
from atlas_plugin_explorer.find_routes import FindRoutes
from atlas_plugin_explorer.guard import LOOPBACK, Guard, failure
from atlas_plugin_explorer.order_routes import OrderRoutes
from atlas_plugin_explorer.plugin_routes import PluginRoutes
from atlas_plugin_explorer.row_routes import RowRoutes
from atlas_plugin_explorer.shown import Shown
from atlas_plugin_explorer.source import PageSource
from atlas_plugin_explorer.squeeze import Squeeze
from atlas_plugin_explorer.state_routes import StateRoutes
from atlas_plugin_explorer.stats_routes import StatsRoutes
from atlas_plugin_explorer.tag_routes import TagRoutes
from atlas_plugin_explorer.tokens import Tokens

__all__ = ["STATIC", "create_app"]

STATIC = Path(__file__).parent / "static"
MEDIA_TYPES = {
    ".bin": "application/octet-stream",
    ".css": "text/css",
    ".html": "text/html",
    ".jpg": "image/jpeg",
    ".js": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
}
# By hatch_build.py, and by esbuild for what comes late.
HASHED_NAME = re.compile(r"-(?:[0-9a-f]{12}|[0-9A-Z]{8})\.\w+$")
STATIC_NAME = re.compile(r"\w[\w.-]*")
FOREVER = "private, max-age=31536000, immutable"


def create_app(
    map: Map | AtlasProjection | Shown,  # noqa: A002  the noun's name
    *,
    accept: Callable[[str], bool] | None = LOOPBACK,
    pages: PageSource | None = None,
    static: Path = STATIC,
    tokens: Tokens | None = None,
    allowed: Collection[str] = (),
) -> Starlette:
    """Return the explorer of one map as an ASGI application, which other servers may mount under any path.

    Args:
        map: the map to show. An `AtlasProjection` may still be building, and can be searched by meaning, tagged and
            exported; a bare `Map` is shown as it is.
        accept: tells whether the name in a `Host` header is this server's; None where a server around it checks that.
        pages: where its pages are; by default those of its build, or a cache folder.
        static: the bundled front end.
        tokens: let in who has the link; None lets in everybody, for servers that know who asks.
        allowed: names, in small letters, that the page goes by in browsers where a proxy puts another into `Host`: what
            changes something may come from pages of these names.
    """
    shown = map if isinstance(map, Shown) else Shown(map, pages)
    front = FrontEnd(shown, static)
    plugins = PluginRoutes(shown)
    groups = (
        StateRoutes(shown, plugins),
        RowRoutes(shown),
        FindRoutes(shown),
        StatsRoutes(shown),
        OrderRoutes(shown),
        TagRoutes(shown),
        ExportRoutes(shown),
        plugins,
    )
    return Starlette(
        routes=[
            Route("/", front.page),
            Route("/static/{file}", front.bundle),
            Route("/pages/{file:path}", front.points),
            *(route for group in groups for route in group.routes()),
        ],
        middleware=[Middleware(Guard, accept=accept, tokens=tokens, allowed=allowed), Middleware(Squeeze)],
        exception_handlers={
            HTTPException: http_error,
            NotReadyError: not_ready,
            AtlasLookupError: not_found,
            AtlasTypeError: bad_request,
            AtlasValueError: bad_request,
            AtlasError: unavailable,
            500: broken,
        },
    )


class FrontEnd:
    """Answers with files: the page, its bundle, its pages of points. The methods run in worker threads."""

    def __init__(self, shown: Shown, static: Path) -> None:
        self._shown = shown
        self._static = static

    def page(self, request: Request) -> Response:  # noqa: ARG002  a route takes a request
        """Answer `/`; the page of a map that is not there yet knows that, and does not ask for it."""
        try:
            content = (self._static / "index.html").read_bytes()
        except FileNotFoundError as error:
            raise HTTPException(
                503,
                "the front end is not bundled in this installation: install atlas-plugin-explorer again",
            ) from error
        if self._shown.is_waiting:
            content = content.replace(b"<html", b"<html data-waiting", 1)
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
        name, pages = request.path_params["file"], self._shown.now().pages
        if name not in pages.names:
            raise HTTPException(404, f"the map has no page file {name!r}; pages/index.json names those it has")
        # Weak, because the same page may go out with and without gzip.
        index = pages.index
        tag = f'W/"{index["map"]["id"]}-{index["fingerprint"]}"'
        headers = {"Cache-Control": "private, no-cache", "ETag": tag}
        if tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return Response(pages.read(name), media_type=media_type(name), headers=headers)


def media_type(name: str) -> str:
    """Return the media type of a file; not the machine's own table, which differs from machine to machine."""
    return MEDIA_TYPES.get(Path(name).suffix, "application/octet-stream")


def http_error(request: Request, error: Exception) -> Response:  # noqa: ARG001  a handler's signature
    """Answer what the routing refuses."""
    if not isinstance(error, HTTPException):
        raise error
    return failure(error.status_code, error.detail, dict(error.headers or {}))


def bad_request(request: Request, error: Exception) -> Response:  # noqa: ARG001
    """Answer a request that cannot be meant."""
    return failure(400, str(error))


def not_ready(request: Request, error: Exception) -> Response:  # noqa: ARG001
    """Answer a request for what has not been built."""
    return failure(409, str(error))


def not_found(request: Request, error: Exception) -> Response:  # noqa: ARG001
    """Answer a request for what is not there."""
    return failure(404, str(error))


def unavailable(request: Request, error: Exception) -> Response:  # noqa: ARG001
    """Answer when a plugin or the storage is at fault; the message says which, and what to do."""
    return failure(503, str(error))


def broken(request: Request, error: Exception) -> Response:  # noqa: ARG001
    """Answer when we are at fault; the traceback goes to the log, not to the page."""
    return failure(500, f"the server failed: {type(error).__name__}; its terminal says more")
