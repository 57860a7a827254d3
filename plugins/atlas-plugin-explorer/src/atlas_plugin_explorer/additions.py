"""What other plugins add to one version of a map, checked: whatever one of them gives, the page and the others stay."""

from __future__ import annotations

import functools
import hashlib
import logging
import re
import warnings
from collections.abc import Iterator, Mapping
from typing import TypeVar

from localatlas import hooks
from localatlas.errors import AtlasError, PluginFailedError
from localatlas.hookspecs import Panel
from localatlas.protocols import Map
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match, Router
from starlette.types import Message, Receive, Scope, Send

__all__ = ["Added", "listing"]

NAME = re.compile(r"[A-Za-z0-9-]{1,64}")
T = TypeVar("T")


class Added:
    """The panels and routes of all plugins; each is asked once, when it is needed."""

    def __init__(self, map: Map) -> None:  # noqa: A002  the noun's name
        self.map = map

    @functools.cached_property
    def panels(self) -> dict[str, Panel]:
        """The panels, by the names of their scripts, which change with what they hold."""
        found: dict[str, Panel] = {}
        for who, panel in given("localatlas_panels", Panel, self.map):
            problem = flaw(panel, {other.name for other in found.values()})
            if problem is not None:
                leave_out(f"the panel {panel.name!r} of {who}", problem)
                continue
            digest = hashlib.sha256(panel.script.encode()).hexdigest()[:12]
            found[f"{panel.name}-{digest}.js"] = panel
        return found

    @functools.cached_property
    def router(self) -> Router:
        """The plugins' routes, each of which answers for itself."""
        return Router([Owned(who, route) for who, route in given("localatlas_routes", BaseRoute, self.map)])


def listing(panels: Mapping[str, Panel]) -> list[dict[str, str]]:
    """Return what `api/panels` says about panels, given by the names of their scripts."""
    return [{"name": panel.name, "title": panel.title, "script": f"panels/{file}"} for file, panel in panels.items()]


def given(hook: str, kind: type[T], map: Map) -> Iterator[tuple[str, T]]:  # noqa: A002
    """Yield what the plugins give for a map, with their names; what is of no use is left out with a warning."""
    for who, found in hooks.gather_named(hook, map=map):
        for one in found if isinstance(found, (list, tuple)) else [found]:
            if isinstance(one, kind):
                yield who, one
            else:
                leave_out(f"{repr(one)[:100]}, which {who} gives for {hook},", f"a {kind.__name__} is taken")


def flaw(panel: Panel, taken: set[str]) -> str | None:
    """Return why a panel cannot be shown, or None."""
    if not all(map(sendable, (panel.name, panel.title, panel.script))):
        return "its name, title and script must be texts"
    if not NAME.fullmatch(panel.name) or panel.name in taken:
        return "a name is of letters, digits and hyphens, and unique"
    return None


def sendable(text: object) -> bool:
    """Say whether something is a text that can be sent; half a character cannot."""
    try:
        return isinstance(text, str) and bool(text.encode() or True)
    except UnicodeEncodeError:
        return False


def leave_out(what: str, why: str) -> None:
    """Say that something of a plugin is left out."""
    warnings.warn(f"{what} is left out: {why}", RuntimeWarning, stacklevel=3)


class Owned(BaseRoute):
    """A route of a plugin: where it fails, the answer names the plugin, and the terminal has the traceback."""

    def __init__(self, who: str, route: BaseRoute) -> None:
        self._who, self._route = who, route

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Say whether the route answers a request."""
        return self._route.matches(scope)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request. Raises PluginFailedError."""
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._route.handle(scope, receive, watched)
        except (AtlasError, HTTPException):
            raise
        except Exception as error:
            if started:
                raise
            path = scope["path"][:200]
            logging.getLogger(__name__).exception("%s failed to answer %s", self._who, path)
            raise PluginFailedError(f"{self._who} failed to answer {path}: {type(error).__name__}: {error}") from error
