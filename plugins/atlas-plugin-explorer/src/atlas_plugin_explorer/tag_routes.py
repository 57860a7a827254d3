"""Routes about tags: named sets of rows, by a rule or by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from localatlas.data_operations.tag_records import TagRecord
from localatlas.errors import AtlasError, AtlasLookupError, AtlasValueError
from localatlas.indices import AtlasProjection
from localatlas.selections.on_map import MapRows
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from atlas_plugin_explorer.asking import Body, answer, posted, read
from atlas_plugin_explorer.shown import Shown

__all__ = ["TagRoutes"]


class NewTag(Body):
    """A tag to make: of whatever the selection selects from now on, or of the rows that it selects now."""

    name: str
    selection: dict[str, Any]
    kept_as: Literal["rule", "rows"] = Field(default="rule", alias="as")


class TagChange(Body):
    """What to change of a tag: its name, or rows to put in and to take out by hand."""

    name: str | None = None
    add: dict[str, Any] | None = None
    remove: dict[str, Any] | None = None


class Nothing(Body):
    """An empty object."""


class TagRoutes:
    """Answers about tags; the methods run in worker threads."""

    def __init__(self, shown: Shown) -> None:
        self._shown = shown

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        return [
            Route("/api/tags", self.tags),
            Route("/api/tags", posted(self.create), methods=["POST"]),
            Route("/api/tags/{tag}", posted(self.change), methods=["PATCH"]),
            Route("/api/tags/{tag}", posted(self.delete), methods=["DELETE"]),
        ]

    def tags(self, request: Request) -> Response:  # noqa: ARG002  a route takes a request
        """Answer all tags, oldest first."""
        rows = self._shown.of_home()
        return answer({"tags": [told(tag, rows) for tag in rows.tags]})

    def create(self, request: Request, body: bytes) -> Response:  # noqa: ARG002
        """Make a tag."""
        wanted = read(NewTag, body)
        rows, projection = self._shown.of_home(), self._projection()
        if any(tag.name == wanted.name for tag in rows.tags):
            raise AtlasValueError(f"there is a tag {wanted.name!r} already")
        if wanted.kept_as == "rule":
            projection.tags.add(wanted.name, selection=wanted.selection)
        else:
            projection.tags.add(wanted.name, ids=ids_of(rows, wanted.selection))
        return self._told(lambda tag: tag.name == wanted.name, 201)

    def change(self, request: Request, body: bytes) -> Response:
        """Rename a tag, put rows in, take rows out."""
        wanted = read(TagChange, body)
        tag, rows, tags = self._tag(request), self._shown.of_home(), self._projection().tags
        if wanted.add is not None:
            tags.add(tag.name, ids=ids_of(rows, wanted.add))
        if wanted.remove is not None:
            tags.remove(tag.name, ids=ids_of(rows, wanted.remove))
        if wanted.name not in (None, tag.name):
            tags.rename(tag.name, str(wanted.name))
        return self._told(lambda each: each.id == tag.id, 200)

    def delete(self, request: Request, body: bytes) -> Response:
        """Remove a tag."""
        read(Nothing, body or b"{}")
        self._projection().tags.remove(self._tag(request).name)
        return answer({})

    def _projection(self) -> AtlasProjection:
        self._shown.of_home()
        assert self._shown.projection is not None  # noqa: S101  for the type checker: the line above raises
        return self._shown.projection

    def _tag(self, request: Request) -> TagRecord:
        number = request.path_params["tag"]
        for tag in self._shown.of_home().tags:
            if tag.id == number:
                return tag
        raise AtlasLookupError("this tag does not exist any more")

    def _told(self, is_it: Callable[[TagRecord], bool], status: int) -> Response:
        rows = self._shown.of_home()
        return answer(next((told(tag, rows) for tag in rows.tags if is_it(tag)), {}), status)


def told(tag: TagRecord, rows: MapRows) -> dict[str, Any]:
    """Return what is said of a tag; one whose rule does not fit the map any more says why."""
    try:
        count, error = int(np.count_nonzero(rows.of_tag(tag))), None
    except AtlasError as problem:
        count, error = 0, str(problem)
    return {
        "id": tag.id,
        "name": tag.name,
        "count": count,
        "selection": tag.selection,
        "rule": tag.rule is not None,
        "created": tag.created.isoformat(),
        "error": error,
    }


def ids_of(rows: MapRows, selection: dict[str, Any]) -> list[Any]:
    """Return the ids of the rows that a selection means."""
    return rows.ids(rows.selected(selection))
