"""What is said when a map is served: its link, and how to get to it from another computer."""

from __future__ import annotations

import getpass
import socket
import sys
from collections.abc import Iterator, Mapping

from atlas_plugin_explorer.guard import loopback

__all__ = ["WILDCARDS", "announcement", "has_screen"]

WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  compared, not bound


def announcement(name: str, host: str, link: str, why_waiting: str | None, environment: Mapping[str, str]) -> str:
    """Return what to print: the link on a line of its own, so that no terminal breaks it.

    Args:
        name: of the map.
        host: that was bound.
        link: with its token.
        why_waiting: why there is nothing to be seen yet, if there is not.
        environment: of this process.
    """
    head = [f"The map {name!r} is at this link, until Ctrl-C:", "", f"  {link}", ""]
    return "\n".join([*head, *rest(host, link, why_waiting, environment)]).rstrip()


def rest(host: str, link: str, why_waiting: str | None, environment: Mapping[str, str]) -> Iterator[str]:
    """Yield what not everybody has to know."""
    if why_waiting is not None:
        yield f"There is no map to be seen yet: {why_waiting}."
        yield "The page shows how far it is, and opens the map by itself."
    if not loopback(host):
        if host in WILDCARDS:
            yield f"From another computer, put this machine's address in place of {WILDCARDS[host]}."
        yield "The link goes over the network as it is: who can listen there can look, too."
    elif environment.get("SSH_CONNECTION"):
        port = link.partition("://")[2].partition("/")[0].rpartition(":")[2]
        yield "You are here by ssh. In a terminal of your own computer:"
        yield ""
        yield f"  ssh -N -L {port}:127.0.0.1:{port} {user()}{socket.gethostname()}"
        yield ""
        yield "and open the link there; end both with Ctrl-C."


def user() -> str:
    """Return the user's name as ssh takes it before a host, or nothing where there is none."""
    try:
        return f"{getpass.getuser()}@"
    except (KeyError, OSError):
        return ""


def has_screen(environment: Mapping[str, str], platform: str = sys.platform) -> bool:
    """Say whether a browser that is started here would be seen; one of the terminal would only be in the way."""
    if environment.get("BROWSER"):
        return True
    if platform in {"darwin", "win32"}:
        return not environment.get("SSH_CONNECTION")
    return any(environment.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
