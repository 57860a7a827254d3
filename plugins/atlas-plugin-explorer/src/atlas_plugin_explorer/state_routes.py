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

NEVER_KEPT = {"Cache-Control": "no-store"}


class StateRoutes:
    """Answers `api/state` and `api/preview`; the methods run in worker threads."""

    def __init__(self, shown: Shown, plugins: PluginRoutes) -> None:
        self._shown = shown
        self._plugins = plugins

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        return [Route("/api/state", self.state), Route("/api/preview", self.preview)]

    def state(self, request: Request) -> Response:  # noqa: ARG002  a route takes a request
        """Answer `api/state`."""
        try:
            return answer(self._ready())
        except NotReadyError as error:
            return answer(self._building(str(error)))

    def preview(self, request: Request) -> Response:
        """Answer `api/preview`: how the layout looks that is being made; no content where there is nothing new."""
        shown = None if self._shown.projection is None else self._shown.projection.preview()
        if shown is None or request.query_params.get("after") == str(shown.number):
            return Response(status_code=204, headers=NEVER_KEPT)
        headers = {"Atlas-Preview": str(shown.number), "Atlas-Points": str(shown.count), **NEVER_KEPT}
        data = shown.positions.astype("<u2").tobytes()
        return Response(data, media_type="application/octet-stream", headers=headers)

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
