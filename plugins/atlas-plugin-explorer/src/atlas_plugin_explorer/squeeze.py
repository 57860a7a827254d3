"""Compresses answers for whoever takes gzip; but not what gzip does not make smaller, or not soon enough."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from starlette.middleware.gzip import GZipMiddleware

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["Squeeze"]

SMALLEST = 1_000
# Beyond level 5 gzip takes several times as long and saves a few per cent.
LEVEL = 5
# Coordinates shrink by a tenth and take a second of a core for each 20 MB; pictures are compressed as they are.
AS_THEY_ARE = re.compile(r"/pages/(?:geometry|thumbnails)/|/api/(?:image|similarity|exports/)")


class Squeeze(GZipMiddleware):
    """ASGI middleware."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(app, minimum_size=SMALLEST, compresslevel=LEVEL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http" and AS_THEY_ARE.search(scope["path"]):
            await self.app(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)
