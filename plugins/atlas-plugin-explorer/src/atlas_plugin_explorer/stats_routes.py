"""The route that says how the values of a column are spread."""

from __future__ import annotations

from typing import Any

import numpy as np
from localatlas.errors import AtlasValueError
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from atlas_plugin_explorer.asking import Body, answer, posted, read
from atlas_plugin_explorer.column_stats import Scale, all_categories_of, categories_of, histogram_of
from atlas_plugin_explorer.shown import Shown

__all__ = ["StatsRoutes"]


class Spread(Body):
    """Which column, by its place, and how its values are put together."""

    column: int = Field(ge=0)
    bins: int = Field(default=40, ge=1, le=1_000)
    scale: Scale = "linear"
    selection: dict[str, Any] | None = None


class StatsRoutes:
    """Answers `api/stats`; the methods run in worker threads."""

    def __init__(self, shown: Shown) -> None:
        self._shown = shown

    def routes(self) -> list[BaseRoute]:
        """Return the route."""
        return [Route("/api/stats", posted(self.stats), methods=["POST"])]

    def stats(self, request: Request, body: bytes) -> Response:  # noqa: ARG002
        """Answer `api/stats`."""
        wanted = read(Spread, body)
        if wanted.selection is None:
            version, rows = self._shown.now(), None
        else:
            version, rows = self._shown.selected(wanted.selection)
        entries = version.pages.columns
        if wanted.column >= len(entries):
            raise AtlasValueError(f"there is no column {wanted.column:,}: this map has {len(entries):,}, from 0")
        entry = entries[wanted.column]
        if "files" not in entry:
            raise AtlasValueError(f"the column {entry['name']!r} ({entry['kind']}) has no values to count")
        chosen = None if rows is None else np.asarray(rows[version.pages.rows], np.bool_)
        if entry["kind"] in {"number", "date"}:
            values = version.pages.values(entry)
            return answer(histogram_of(values, entry, version.alive, chosen, wanted.bins, wanted.scale))
        if entry["other"]["values"]:
            placed = np.zeros(len(version.map.alive), np.bool_)
            placed[version.pages.rows] = version.alive
            return answer(all_categories_of(version.map, entry, placed, rows))
        return answer(categories_of(version.pages.values(entry), entry, version.alive, chosen))
