"""A map in embedding-atlas, served on this machine until it is interrupted."""

from __future__ import annotations

import contextlib
import socket
import threading
import webbrowser
from typing import Any

import click
from localatlas.errors import InvalidOptionError
from localatlas.indices import AtlasProjection

from atlas_plugin_embedding_atlas.library import data_source, make_server
from atlas_plugin_embedding_atlas.neighbors import NEIGHBORS
from atlas_plugin_embedding_atlas.viewed import Viewed, viewed

__all__ = ["create_app", "open_viewer"]

GRACE_SECONDS = 2
LAST_PORT = 65_535
HERE = ["127.0.0.1", "localhost", "[::1]"]


def open_viewer(
    projection: AtlasProjection,
    *,
    neighbors: int = NEIGHBORS,
    host: str = "127.0.0.1",
    port: int = 0,
    browser: bool = True,
) -> None:
    """Serve a map in embedding-atlas; returns on Ctrl-C.

    Args:
        projection: a finished map, as `dataset.maps[0]`.
        neighbors: how many nearest rows to give of every row, 0 to 200.
        host: the address to listen on. Whoever reaches it may ask SQL of all columns, so leave it on the loopback.
        port: the port; 0 takes a free one.
        browser: whether to open it in the user's browser.

    Raises:
        InvalidOptionError: an argument is out of range, the address cannot be taken, or no row has a place.
        NotReadyError: embedding-atlas is not installed, or the map is not finished.
    """
    import uvicorn

    with _bind(host, port) as listener:
        shown = viewed(projection, neighbors=neighbors)
        app = create_app(shown, host)
        settings = uvicorn.Config(
            app, log_level="warning", access_log=False, lifespan="off", timeout_graceful_shutdown=GRACE_SECONDS
        )
        url = _address(listener)
        click.echo(f"The map {shown.name!r} is in embedding-atlas at {url} (Ctrl-C ends it)")
        if shown.left_out:
            click.echo(f"{shown.left_out:,} rows without a place are left out.")
        with contextlib.suppress(KeyboardInterrupt):
            if browser:
                # A text browser would keep this thread until it is closed.
                threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()
            uvicorn.Server(settings).run(sockets=[listener])


def create_app(shown: Viewed, host: str = "127.0.0.1") -> Any:
    """Return the application that answers with a map, to requests that name this host."""
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    app = make_server(data_source(shown))
    # A page elsewhere whose name was pointed at this machine could otherwise read the rows.
    everywhere = host in {"0.0.0.0", "::"}  # noqa: S104  compared, not bound
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=["*"] if everywhere else [*HERE, host])
    return app


def _bind(host: str, port: int) -> socket.socket:
    if not 0 <= port <= LAST_PORT:
        raise InvalidOptionError(f"port={port!r}: 1 to {LAST_PORT:,} are taken, or 0 for any free one")
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        message = (
            f"the viewer cannot be served at {host}, port {port}: {error}. Take another port, or 0 for any free one"
        )
        raise InvalidOptionError(message) from error


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  compared, not bound
    return f"http://[{shown}]:{port}/" if ":" in shown else f"http://{shown}:{port}/"
