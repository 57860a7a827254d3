"""Keeps other sites away from the page, and the page away from other sites."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["LOOPBACK", "SECURITY_HEADERS", "Guard", "accepted_hosts", "failure"]

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
        "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
CODES = {
    400: "bad_request",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    421: "wrong_host",
    503: "unavailable",
}


def failure(status: int, message: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """Return an error as every route answers it."""
    content = {"error": CODES.get(status, "internal" if status >= 500 else "bad_request"), "message": message}  # noqa: PLR2004  HTTP
    return JSONResponse(content, status, {**SECURITY_HEADERS, "Cache-Control": "no-store", **(headers or {})})


def accepted_hosts(bound: str) -> Callable[[str], bool]:
    """Return what tells whether a `Host` header (without its port) may name a server bound to `bound`.

    A page of another site whose name was made to resolve to this machine (DNS rebinding) has that name in `Host`. An
    address cannot be rebound, so a server that is open to the network accepts any address, but no foreign name.
    """
    names = {"localhost", bound.lower()}
    if loopback(bound):
        return lambda host: host in names or loopback(host)
    names.add(socket.gethostname().lower())
    return lambda host: host in names or address(host) is not None


def loopback(host: str) -> bool:
    """Say whether a host is this machine alone."""
    found = address(host)
    return host == "localhost" or (found is not None and found.is_loopback)


def address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return a host as an address, if it is one."""
    try:
        return ipaddress.ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return None


def host_name(header: str) -> str:
    """Return a `Host` header without its port."""
    name, colon, port = header.strip().lower().rpartition(":")
    return name if colon and port.isdecimal() else header.strip().lower()


LOOPBACK = accepted_hosts("localhost")


class Guard:
    """ASGI middleware: refuses foreign hosts and requests from other sites, and adds the security headers."""

    def __init__(self, app: ASGIApp, accept: Callable[[str], bool] | None) -> None:
        self.app = app
        self.accept = accept

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        refused = self.refusal(Headers(scope=scope))
        if refused is not None:
            await refused(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(SECURITY_HEADERS)
            await send(message)

        await self.app(scope, receive, guarded)

    def refusal(self, headers: Headers) -> JSONResponse | None:
        """Return why a request is refused, or None."""
        host = host_name(headers.get("host", ""))
        if self.accept is not None and not self.accept(host):
            return failure(421, f"this server does not go by the name {host!r}; open the address that it printed")
        # A person may follow a link to the page; no other site may read or burden what lies behind it.
        if headers.get("sec-fetch-site") == "cross-site" and headers.get("sec-fetch-mode") != "navigate":
            return failure(403, "another site asked for this; open the map's own page")
        return None
