"""What other plugins add to the page: panels beside the map, and routes of their own."""

from __future__ import annotations

import threading

from localatlas.errors import AtlasLookupError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import Receive, Scope, Send

from atlas_plugin_explorer.additions import Added, listing
from atlas_plugin_explorer.asking import answer
from atlas_plugin_explorer.shown import Shown

__all__ = ["PluginRoutes"]


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
        return answer({"panels": listing(self._now().panels)})

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
