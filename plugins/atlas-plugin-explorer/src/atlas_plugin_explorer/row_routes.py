"""Routes that answer about single rows: their fields, their picture, what lies near."""

from __future__ import annotations

from typing import Any

import numpy as np
from localatlas.errors import AtlasError, AtlasLookupError, AtlasValueError, InvalidDataError, RowNotFoundError
from localatlas.images import jpeg, thumbnail
from localatlas.protocols import DuplicateVerdict, Map
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from atlas_plugin_explorer.asking import answer, flag, number, numbers
from atlas_plugin_explorer.shown import Shown, Version

__all__ = ["RowRoutes"]

MEMBERS = 100
MOST_NEIGHBORS = 1_000
SMALLEST, USUAL, LARGEST = 64, 512, 2_048
QUALITY = 88
LAST_ROW = 2**31


class RowRoutes:
    """Answers about rows; the methods run in worker threads."""

    def __init__(self, shown: Shown) -> None:
        self._shown = shown

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        return [
            Route("/api/rows", self.rows),
            Route("/api/row", self.row),
            Route("/api/neighbors", self.neighbors),
            Route("/api/image", self.image),
        ]

    def rows(self, request: Request) -> Response:
        """Answer `api/rows`: fields of several rows."""
        rows, positions = numbers(request, "rows"), numbers(request, "positions")
        if (rows is None) == (positions is None):
            raise AtlasValueError("either rows= or positions= says what to read")
        reader = self._shown.now().rows
        found = reader.numbers(positions) if positions is not None else rows or []
        return answer(reader.rows(found, full=flag(request, "full"), columns=numbers(request, "columns")))

    def row(self, request: Request) -> Response:
        """Answer `api/row`: all that is known of one row."""
        version, number_ = self._one(request)
        found = version.rows.rows([number_], full=True)
        return answer(
            {
                "columns": found["columns"],
                "row": found["rows"][0],
                "topics": topics_of(version.map, number_),
                "duplicate": duplicates_of(version.map, number_),
                "tags": self._tags(number_),
            }
        )

    def neighbors(self, request: Request) -> Response:
        """Answer `api/neighbors`: the rows nearest to one in the space of the vectors, found exactly."""
        version, row = self._one(request)
        k = number(request, "k", 20, 1, MOST_NEIGHBORS)
        space = self._shown.of_home().space
        far = space.from_row(row)
        near = np.flatnonzero(~np.isnan(far) & version.map.alive & (np.arange(len(far)) != row))
        if len(near) > k:
            near = near[np.argpartition(far[near], k)[:k]]
        near = near[np.lexsort((near, far[near]))]
        closeness = 1 - far[near] if space.metric == "cosine" else -far[near]
        return answer(
            {
                "rows": near.tolist(),
                "positions": version.rows.positions(near),
                "similarities": [round(float(value), 6) for value in closeness],
                "metric": space.metric,
            }
        )

    def image(self, request: Request) -> Response:
        """Answer `api/image`: the picture of a row, made anew, so that no file of a user's reaches the page."""
        version, row = self._one(request)
        side = number(request, "side", USUAL, SMALLEST, LARGEST)
        (blob,) = version.map.blobs(np.array([row])) if version.map.has_blobs else (None,)
        if blob is None:
            raise RowNotFoundError(f"row {row:,} has no image")
        try:
            picture = jpeg(thumbnail(blob, side), QUALITY)
        except InvalidDataError as error:
            raise AtlasLookupError(f"the image of row {row:,} cannot be shown: {error}") from error
        return Response(picture, media_type="image/jpeg", headers={"Cache-Control": "private, max-age=3600"})

    def _one(self, request: Request) -> tuple[Version, int]:
        version = self._shown.now()
        row = number(request, "row", None, 0, LAST_ROW)
        version.rows.check([row])
        return version, row

    def _tags(self, row: int) -> list[str]:
        if self._shown.projection is None:
            return []
        rows = self._shown.of_home()
        names = []
        for tag in rows.tags:
            try:
                if rows.of_tag(tag)[row]:
                    names.append(tag.name)
            except AtlasError:
                continue
        return names


def topics_of(map: Map, row: int) -> list[dict[str, Any]]:  # noqa: A002  the noun's name
    """Return the topics of a row, broad to fine."""
    topics = map.topic_model
    if topics is None:
        return []
    found = []
    for level, topic in enumerate(topics.assignment[row].tolist()):
        if topic >= 0:
            label = topics.labels.get(topic)
            found.append(
                {
                    "id": topic,
                    "depth": level + 1,
                    "label": (label.label if label else "") or f"Topic {topic}",
                    "confidence": round(float(topics.confidence[row, level]), 4),
                }
            )
    return found


def duplicates_of(map: Map, row: int) -> dict[str, Any] | None:  # noqa: A002
    """Return the duplicate class of a row, with the living rows of its group, those to keep first."""
    groups = map.duplicate_groups
    if groups is None:
        return None
    members = np.flatnonzero((groups.cluster == groups.cluster[row]) & map.alive)
    keep = groups.verdict[members] == DuplicateVerdict.RETENTION.value
    return {
        "verdict": DuplicateVerdict(int(groups.verdict[row])).label,
        "cluster": int(groups.cluster[row]),
        "size": len(members),
        "members": [*members[keep].tolist(), *members[~keep].tolist()][:MEMBERS],
    }
