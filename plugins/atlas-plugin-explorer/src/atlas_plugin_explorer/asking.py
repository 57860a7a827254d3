"""What a request says, checked; and the answers that several routes give."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias, TypeVar

import numpy as np
from localatlas.errors import AtlasValueError
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from atlas_plugin_explorer.shown import Version

__all__ = ["Body", "answer", "flag", "mask_of", "number", "numbers", "posted", "read", "text"]

LISTED_ROWS = 100
# A selection may name a million ids; an image has at most as many bytes.
MOST_BYTES = 64 * 2**20
B = TypeVar("B", bound="Body")
Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]
NUMBER = re.compile("[0-9]{1,10}")


class Body(BaseModel):
    """Base of what is posted as JSON: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def posted(handler: Callable[[Request, bytes], Response], media: str = "application/json") -> Endpoint:
    """Return the endpoint of a handler that works in a thread and is given the body.

    A body of another media type is refused: no other site can send one of these without asking first.
    """

    async def endpoint(request: Request) -> Response:
        given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if not re.fullmatch(media, given):
            raise HTTPException(415, f"the body is {given or 'of no media type'}; {media} is taken")
        return await run_in_threadpool(handler, request, await _body(request))

    return endpoint


async def _body(request: Request) -> bytes:
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > MOST_BYTES:
            raise HTTPException(413, f"the body has more than {MOST_BYTES:,} bytes")
        parts.append(part)
    return b"".join(parts)


def read(kind: type[B], body: bytes) -> B:
    """Return what was posted. Raises AtlasValueError in words."""
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"]) or "the body"
        takes = ", ".join(kind.model_fields)
        raise AtlasValueError(f"{place}: {first['msg'][:1].lower()}{first['msg'][1:]}; taken are {takes}") from error


def flag(request: Request, name: str) -> bool:
    """Read a parameter that is 0 or 1."""
    value = request.query_params.get(name, "0")
    if value not in {"0", "1"}:
        raise AtlasValueError(f"{name}={value[:50]!r}: 0 or 1 is taken")
    return value == "1"


def number(request: Request, name: str, default: int | None, low: int, high: int) -> int:
    """Read a parameter that is one whole number; without a default it must be there."""
    value = request.query_params.get(name)
    if value is None and default is not None:
        return default
    if value is None or not NUMBER.fullmatch(value) or not low <= int(value) <= high:
        raise AtlasValueError(f"{name}={(value or '')[:50]!r}: a number from {low:,} to {high:,} is taken")
    return int(value)


def numbers(request: Request, name: str) -> list[int] | None:
    """Read a parameter that is a list of whole numbers; None if it is not given."""
    asked = request.query_params.get(name)
    if asked is None:
        return None
    parts = asked.split(",")
    if not all(NUMBER.fullmatch(part) for part in parts):
        raise AtlasValueError(f"{name}={asked[:50]!r}: numbers separated by commas are taken, as in {name}=17,4")
    return [int(part) for part in parts]


def text(body: bytes) -> dict[str, Any]:
    """Return JSON of unknown fields. Raises AtlasValueError."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise AtlasValueError(f"the body is no JSON: {error}") from error
    if not isinstance(found, dict):
        raise AtlasValueError("the body is no JSON object")
    return found


def answer(content: Any, status: int = 200) -> Response:
    """Return JSON that nobody keeps."""
    return JSONResponse(content, status, {"Cache-Control": "no-store"})


def mask_of(version: Version, rows: NDArray[np.bool_]) -> Response:
    """Return which points' rows are meant, given bool [R], as a bit mask in page order."""
    mask = rows[version.pages.rows]
    first = np.sort(version.pages.rows[mask])[:LISTED_ROWS]
    return Response(
        np.packbits(mask, bitorder="little").tobytes(),
        media_type="application/octet-stream",
        headers={
            "Cache-Control": "no-store",
            "Atlas-Count": str(np.count_nonzero(mask)),
            "Atlas-Rows": ",".join(map(str, first.tolist())),
        },
    )
