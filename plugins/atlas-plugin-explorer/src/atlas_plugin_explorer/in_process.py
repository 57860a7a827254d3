"""Asks the explorer's application in this process, for carriers that are no network."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from starlette.types import ASGIApp

__all__ = ["Answered", "ask"]


@dataclass(frozen=True)
class Answered:
    """What the application answered; the names of headers are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


def ask(app: ASGIApp, path: str, method: str = "GET", media: str | None = None, body: bytes = b"") -> Answered:
    """Return the application's answer to a request for a path relative to the page; blocks until it is there."""
    return asyncio.run(_asked(app, path, method, media, body))


async def _asked(app: ASGIApp, path: str, method: str, media: str | None, body: bytes) -> Answered:
    parts = urlsplit(path)
    headers = [(b"host", b"localhost"), *([(b"content-type", media.encode())] if media else [])]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": f"/{unquote(parts.path)}",
        "raw_path": f"/{parts.path}".encode(),
        "query_string": parts.query.encode(),
        "root_path": "",
        "headers": headers,
        "client": None,
        "server": ("localhost", 80),
    }
    status, found, chunks = 500, {}, []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        nonlocal status, found
        if message["type"] == "http.response.start":
            status = message["status"]
            found = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in message["headers"]}
        else:
            chunks.append(message.get("body", b""))

    await app(scope, receive, send)
    return Answered(status, found, b"".join(chunks))
