"""Serves a map on this machine until it is interrupted."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import socket
import threading
import webbrowser
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click
from localatlas.errors import AtlasValueError, NotReadyError
from localatlas.indices import AtlasProjection
from localatlas.protocols import Map

from atlas_plugin_explorer.announcing import WILDCARDS, announcement, has_screen
from atlas_plugin_explorer.guard import accepted_hosts
from atlas_plugin_explorer.source import cache_folder

if TYPE_CHECKING:
    from atlas_plugin_explorer.shown import Shown

__all__ = ["bind", "serve"]

GRACE_SECONDS = 2
LAST_PORT = 65_535
HOST_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
UNKNOWN = "no machine of that name is known"
REASONS = {
    errno.EADDRINUSE: "another program listens there",
    errno.EACCES: "this user may not listen there",
    errno.EADDRNOTAVAIL: "this machine has no such address",
}


def serve(
    map: Map | AtlasProjection,  # noqa: A002  the noun's name
    host: str,
    port: int,
    *,
    browser: bool,
    allow_hosts: Sequence[str] = (),
) -> None:
    """Serve the explorer of a map to whoever has the link that is printed; returns on Ctrl-C.

    Args:
        map: the map to show; an `AtlasProjection` may still be building.
        host: the address to listen on; anything but the loopback opens the map to the network.
        port: the port, 0 takes a free one; the address is printed.
        browser: whether to open it in the user's browser.
        allow_hosts: further names that the page goes by, as a proxy has them.

    Raises:
        AtlasValueError: the address cannot be taken, or a further name is none.
    """
    import uvicorn  # not needed to build a map

    from atlas_plugin_explorer.app import create_app  # neither is starlette
    from atlas_plugin_explorer.shown import Shown
    from atlas_plugin_explorer.tokens import Tokens

    allowed = frozenset(checked_name(name) for name in allow_hosts)
    # Before anything is written: a wrong address should fail at once.
    with bind(host, port) as listener:
        shown, tokens = Shown(map), Tokens()
        waits = why_waiting(shown)
        app = create_app(shown, accept=accepted_hosts(host, allowed), tokens=tokens, allowed=allowed)
        settings = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            lifespan="off",
            ws="none",
            server_header=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        url = address(listener)
        click.echo(announcement(map.name, host, f"{url}?token={tokens.link}", waits, os.environ))
        with contextlib.suppress(KeyboardInterrupt):
            if browser and has_screen(os.environ):
                # A text browser would keep this thread until it is closed.
                threading.Thread(target=webbrowser.open, args=(f"{url}?token={tokens.once()}",), daemon=True).start()
            uvicorn.Server(settings).run(sockets=[listener])


def checked_name(name: str) -> str:
    """Return a host's name in small letters. Raises AtlasValueError."""
    if not HOST_NAME.fullmatch(name):
        raise AtlasValueError(f"{name!r} is no name of a host: it is given without scheme and port, as maps.example")
    return name.lower()


def why_waiting(shown: Shown) -> str | None:
    """Return why there is no map to be seen yet, or None; a map that has no pages gets them now."""
    try:
        pages = shown.now().pages
    except NotReadyError as error:
        return str(error)
    if pages.made:
        click.echo(f"The map was built without pages for the explorer; they were made now, in {cache_folder()}")
    return None


def bind(host: str, port: int) -> socket.socket:
    """Return a socket that listens.

    Raises:
        AtlasValueError: the port is taken or not allowed, or the host is not this machine's.
    """
    if not 0 <= port <= LAST_PORT:
        raise AtlasValueError(f"port {port:,} does not exist: 1 to {LAST_PORT:,} are taken, or 0 for any free one")
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        number = error.errno or 0
        # Those of names are below 0.
        reason = UNKNOWN if number < 0 else REASONS.get(number, str(error))
        raise AtlasValueError(
            f"the map cannot be served at {host}, port {port}: {reason}. Take another port, or port 0 for any free one"
        ) from error


def address(listener: socket.socket) -> str:
    """Return the address to open in a browser."""
    host, port = listener.getsockname()[:2]
    shown = WILDCARDS.get(host, host)
    return f"http://[{shown}]:{port}/" if ":" in shown else f"http://{shown}:{port}/"
