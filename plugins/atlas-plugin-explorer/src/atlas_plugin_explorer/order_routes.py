"""The route that says in which order a column of texts puts the points."""

from __future__ import annotations

from localatlas.errors import AtlasValueError
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from atlas_plugin_explorer.asking import Body, posted, read
from atlas_plugin_explorer.shown import Shown
from atlas_plugin_explorer.text_order import ranks_of

__all__ = ["OrderRoutes"]

# Columns of other kinds have their values in pages, and the page sorts by these; lists and structs have no order.
SORTED = ("text", "id")


class Wanted(Body):
    """Which column, by its place."""

    column: int = Field(ge=0)


class OrderRoutes:
    """Answers `api/order`; the method runs in a worker thread."""

    def __init__(self, shown: Shown) -> None:
        self._shown = shown

    def routes(self) -> list[BaseRoute]:
        """Return the route."""
        return [Route("/api/order", posted(self.order), methods=["POST"])]

    def order(self, request: Request, body: bytes) -> Response:  # noqa: ARG002  a route takes a request
        """Answer `api/order`."""
        column, version = read(Wanted, body).column, self._shown.now()
        entries = version.pages.columns
        if column >= len(entries):
            raise AtlasValueError(f"there is no column {column:,}: this map has {len(entries):,}, from 0")
        entry = entries[column]
        if entry["kind"] not in SORTED:
            raise AtlasValueError(
                f"the column {entry['name']!r} ({entry['kind']}) is not sorted here; {' and '.join(SORTED)} are"
            )
        ranks = ranks_of(version.map, entry["name"], version.pages.rows)
        return Response(
            ranks.astype("<u4").tobytes(),
            media_type="application/octet-stream",
            headers={"Cache-Control": "no-store"},
        )
