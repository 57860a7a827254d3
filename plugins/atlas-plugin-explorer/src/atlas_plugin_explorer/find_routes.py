"""Routes that find rows: by a selection, by meaning, by an image."""

from __future__ import annotations

from typing import Any

import numpy as np
from localatlas.errors import AtlasValueError, RowNotFoundError, suggestion
from localatlas.selections import Text, parse
from localatlas.selections.on_map import MapRows
from localatlas.selections.parsing import build
from numpy.typing import NDArray
from pydantic import Field, StrictInt, StrictStr
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from atlas_plugin_explorer.asking import Body, answer, flag, mask_of, posted, read
from atlas_plugin_explorer.shown import Shown, Version

__all__ = ["FindRoutes"]

BEST_ROWS = 100
# Similarities in page order are uint16: 0 to LAST on a line between two ends.
LAST, NONE = 65_534, 65_535
MOST_CHARACTERS = 10_000
MOST_NUMBERS = 65_536


class Wanted(Body):
    """A selection, in the language of `localatlas.selections`."""

    selection: dict[str, Any]


class Like(Body):
    """What to measure all rows against: a text, a vector, or a row by its number or its id."""

    query: str | None = Field(default=None, min_length=1, max_length=MOST_CHARACTERS)
    vector: list[float] | None = Field(default=None, min_length=1, max_length=MOST_NUMBERS)
    row: int | None = Field(default=None, ge=0)
    id: StrictInt | StrictStr | None = None


class Words(Body):
    """A text to be embedded."""

    query: str = Field(min_length=1, max_length=MOST_CHARACTERS)


class FindRoutes:
    """Answers which rows are meant; the methods run in worker threads."""

    def __init__(self, shown: Shown) -> None:
        self._shown = shown

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        return [
            Route("/api/hidden", self.hidden),
            Route("/api/search", self.search),
            Route("/api/select", posted(self.select), methods=["POST"]),
            Route("/api/similarity", posted(self.similarity), methods=["POST"]),
            Route("/api/vector", posted(self.vector, r"application/json|image/[\w.+-]+"), methods=["POST"]),
        ]

    def hidden(self, request: Request) -> Response:  # noqa: ARG002  a route takes a request
        """Answer `api/hidden`: the points whose rows have been deleted since the build."""
        version = self._shown.now()
        return mask_of(version, ~version.map.alive)

    def select(self, request: Request, body: bytes) -> Response:  # noqa: ARG002
        """Answer `api/select`."""
        return mask_of(*self._shown.selected(read(Wanted, body).selection))

    def search(self, request: Request) -> Response:
        """Answer `api/search`: a text selection as an address."""
        version = self._shown.now()
        node = build(
            Text,
            query=request.query_params.get("q", ""),
            fields=[searched(version, request.query_params.get("field"))],
            regex=flag(request, "regex"),
            whole_word=flag(request, "word"),
            ignore_case=not flag(request, "case"),
        )
        return mask_of(*self._shown.selected(node))

    def similarity(self, request: Request, body: bytes) -> Response:  # noqa: ARG002
        """Answer `api/similarity`: how much every point is like something."""
        like = read(Like, body)
        if len(like.model_dump(exclude_none=True)) != 1:
            raise AtlasValueError("one of query, vector, row and id says what to compare with")
        rows = self._shown.of_home()
        version = self._shown.of(rows)
        return similarity_of(version, closeness(rows, version, like), rows.space.metric)

    def vector(self, request: Request, body: bytes) -> Response:
        """Answer `api/vector`: a text or an image as the map's embedder sees it."""
        is_text = request.headers["content-type"].startswith("application/json")
        query = read(Words, body).query if is_text else body
        space = self._shown.of_home().space
        return answer({"vector": space.vector(query).tolist(), "metric": space.metric})


def closeness(rows: MapRows, version: Version, like: Like) -> NDArray[np.float32]:
    """Return how near every row is, float32 [R], more is nearer; NaN for one without a vector and a deleted one."""
    if like.query is not None:
        far = rows.space.from_text(like.query)
    elif like.vector is not None:
        # Checked as a selection is.
        parse({"type": "meaning", "vector": like.vector, "k": 1})
        far = rows.space.from_vector(like.vector)
    else:
        far = rows.space.from_row(row_of(rows, version, like))
    near = 1 - far if rows.space.metric == "cosine" else -far
    near[~version.map.alive] = np.nan
    return near


def row_of(rows: MapRows, version: Version, like: Like) -> int:
    """Return the row that is meant. Raises RowNotFoundError."""
    if like.row is not None:
        version.rows.check([like.row])
        return like.row
    found = np.flatnonzero(rows.selected({"type": "ids", "ids": [like.id]}))
    if not len(found):
        raise RowNotFoundError(f"the map {version.map.name!r} has no row {like.id!r}")
    return int(found[0])


def similarity_of(version: Version, near: NDArray[np.float32], metric: str) -> Response:
    """Return closeness [R] as codes in page order, with the ends of their line and the nearest rows."""
    points = near[version.pages.rows]
    known = ~np.isnan(points)
    low, high = (float(points[known].min()), float(points[known].max())) if known.any() else (0.0, 0.0)
    codes = np.full(len(points), NONE, "<u2")
    codes[known] = np.round((points[known] - np.float64(low)) / ((high - low) or 1.0) * LAST)
    order = np.flatnonzero(~np.isnan(near))
    if len(order) > BEST_ROWS:
        order = order[np.argpartition(-near[order], BEST_ROWS)[:BEST_ROWS]]
    best = order[np.lexsort((order, -near[order]))]
    return Response(
        codes.tobytes(),
        media_type="application/octet-stream",
        headers={
            "Cache-Control": "no-store",
            "Atlas-Metric": metric,
            "Atlas-Low": repr(low),
            "Atlas-High": repr(high),
            "Atlas-Rows": ",".join(map(str, best.tolist())),
            "Atlas-Scores": ",".join(f"{value:.6g}" for value in near[best].tolist()),
        },
    )


def searched(version: Version, asked: str | None) -> str:
    """Return the column to search in. Raises AtlasValueError if there is no such column of text, or none at all."""
    fields: list[str] = [column["name"] for column in version.pages.columns if column["searchable"]]
    if asked is None:
        if not fields:
            raise AtlasValueError("this map has no column of text to search in")
        mapped: str | None = version.pages.index["text_field"]
        return mapped if mapped in fields and mapped is not None else fields[0]
    if asked not in fields:
        known = ", ".join(repr(name) for name in fields[:5]) or "none"
        raise AtlasValueError(f"no text column is called {asked!r}{suggestion(asked, fields)}; searchable are {known}")
    return asked
