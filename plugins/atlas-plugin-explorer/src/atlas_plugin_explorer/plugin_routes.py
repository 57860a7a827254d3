"""What other plugins add to the page: panels beside the map, and routes of their own."""

from __future__ import annotations

import functools
import hashlib
import re
import threading
import warnings

from localatlas import hooks
from localatlas.errors import AtlasLookupError
from localatlas.hookspecs import Panel
from localatlas.protocols import Map
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route, Router
from starlette.types import Receive, Scope, Send

from atlas_plugin_explorer.asking import answer
from atlas_plugin_explorer.shown import Shown

__all__ = ["PluginRoutes"]

NAME = re.compile(r"[A-Za-z0-9-]{1,64}")


class PluginRoutes:
    """Asks the plugins once for every version of the map."""

    def __init__(self, shown: Shown) -> None:
        self._shown = shown
        self._lock = threading.Lock()
        self._added: Added | None = None

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        return [
            Route("/api/panels", self.panels),
            Route("/panels/{file}", self.script),
            Mount("/plugins", self.routed),
        ]

    @property
    def count(self) -> int:
        """How many panels there are. Raises NotReadyError while the map is building."""
        return len(self._now().panels)

    def panels(self, request: Request) -> Response:  # noqa: ARG002  a route takes a request
        """Answer `api/panels`."""
        found = [
            {"name": panel.name, "title": panel.title, "script": f"panels/{file}"}
            for file, panel in self._now().panels.items()
        ]
        return answer({"panels": found})

    def script(self, request: Request) -> Response:
        """Answer the script of a panel."""
        panel = self._now().panels.get(request.path_params["file"])
        if panel is None:
            raise AtlasLookupError("there is no such panel")
        return Response(panel.script, media_type="text/javascript", headers={"Cache-Control": "private, max-age=86400"})

    async def routed(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what a plugin's own route answers."""
        router = await run_in_threadpool(lambda: self._now().router)
        await router(scope, receive, send)

    def _now(self) -> Added:
        newest = self._shown.now().map
        with self._lock:
            if self._added is None or self._added.map is not newest:
                self._added = Added(newest)
            return self._added


class Added:
    """What plugins add to one version of a map."""

    def __init__(self, map: Map) -> None:  # noqa: A002  the noun's name
        self.map = map

    @functools.cached_property
    def panels(self) -> dict[str, Panel]:
        """The panels, by the names of their scripts, which change with what they hold."""
        found: dict[str, Panel] = {}
        for panel in (panel for panels in hooks.gather("localatlas_panels", map=self.map) for panel in panels):
            if not NAME.fullmatch(panel.name) or any(panel.name == other.name for other in found.values()):
                warnings.warn(
                    f"the panel {panel.name!r} is left out: a name is of letters, digits and hyphens, and unique",
                    RuntimeWarning,
                    stacklevel=2,
                )
                continue
            digest = hashlib.sha256(panel.script.encode()).hexdigest()[:12]
            found[f"{panel.name}-{digest}.js"] = panel
        return found

    @functools.cached_property
    def router(self) -> Router:
        """The plugins' routes."""
        return Router([route for routes in hooks.gather("localatlas_routes", map=self.map) for route in routes])
