"""Routes about the map as a whole: whether it is there, how far its build is, what can be asked of it."""

from __future__ import annotations

from typing import Any

from localatlas.errors import NotReadyError
from localatlas.pipeline.progress import STAGES
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from atlas_plugin_explorer.asking import answer
from atlas_plugin_explorer.plugin_routes import PluginRoutes
from atlas_plugin_explorer.shown import Shown

__all__ = ["StateRoutes"]


class StateRoutes:
    """Answers `api/state`; the methods run in worker threads."""

    def __init__(self, shown: Shown, plugins: PluginRoutes) -> None:
        self._shown = shown
        self._plugins = plugins

    def routes(self) -> list[BaseRoute]:
        """Return the route."""
        return [Route("/api/state", self.state)]

    def state(self, request: Request) -> Response:  # noqa: ARG002  a route takes a request
        """Answer `api/state`."""
        try:
            return answer(self._ready())
        except NotReadyError as error:
            return answer(self._building(str(error)))

    def _ready(self) -> dict[str, Any]:
        version = self._shown.now()
        projection = self._shown.projection
        queries = frozenset() if projection is None else self._shown.of_home().space.queries
        return {
            "state": "ready",
            "name": version.map.name,
            "dataset": version.map.dataset_identifier,
            "fingerprint": version.pages.index["fingerprint"],
            "hidden": version.hidden,
            "message": None,
            "progress": None,
            "can": {
                "select": True,
                "meaning": "text" in queries,
                "meaning_image": "image" in queries,
                "neighbors": projection is not None,
                "tags": projection is not None,
                "export": projection is not None,
                "images": version.map.has_blobs,
            },
            "panels": self._plugins.count,
        }

    def _building(self, message: str) -> dict[str, Any]:
        projection = self._shown.projection
        job = None if projection is None else projection.job
        stages = dict.fromkeys(STAGES, 0.0) if projection is None or job is None else projection.progress
        status = "unknown" if projection is None else projection.status
        return {
            "state": "building" if status == "running" else status,
            "name": job.plan.name if job else "",
            "dataset": projection.dataset.identifier if projection else "",
            "fingerprint": None,
            "hidden": 0,
            "message": message,
            "progress": {
                "overall": job.progress if job else 0.0,
                "stage": job.stage if job else "",
                "stages": stages,
            },
            "can": {},
            "panels": 0,
        }
