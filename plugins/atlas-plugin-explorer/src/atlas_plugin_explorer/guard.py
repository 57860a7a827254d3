"""Keeps other sites away from the page, and the page away from other sites."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from atlas_plugin_explorer.tokens import Tokens

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["LOOPBACK", "SECURITY_HEADERS", "Guard", "accepted_hosts", "failure"]

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
        "font-src 'self'; worker-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
POLICY_VIOLATED = 1008
READING = frozenset({"GET", "HEAD"})
CODES = {
    400: "bad_request",
    401: "no_token",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "not_ready",
    413: "too_large",
    415: "wrong_media_type",
    421: "wrong_host",
    503: "unavailable",
}


def failure(status: int, message: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """Return an error as every route answers it."""
    content = {"error": CODES.get(status, "internal" if status >= 500 else "bad_request"), "message": message}  # noqa: PLR2004  HTTP
    return JSONResponse(content, status, {**SECURITY_HEADERS, "Cache-Control": "no-store", **(headers or {})})


def accepted_hosts(bound: str, allowed: Collection[str] = ()) -> Callable[[str], bool]:
    """Return what tells whether a `Host` header (without its port) may name a server bound to `bound`.

    `allowed` are further names of it, in small letters.

    A page of another site whose name was made to resolve to this machine (DNS rebinding) has that name in `Host`. An
    address cannot be rebound, so a server that is open to the network accepts any address, but no foreign name.
    """
    names = {"localhost", bound.lower(), *allowed}
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
    """ASGI middleware: refuses foreign hosts, other sites and who has no token, and adds the security headers.

    `allowed` are names that the page goes by in browsers, where a proxy tells this server another.
    """

    def __init__(
        self,
        app: ASGIApp,
        accept: Callable[[str], bool] | None,
        tokens: Tokens | None = None,
        allowed: Collection[str] = (),
    ) -> None:
        self.app = app
        self.accept = accept
        self.tokens = tokens
        self.allowed = allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "websocket":
            # Browsers let every site open one to every address, and what is asked there is not checked here.
            await send({"type": "websocket.close", "code": POLICY_VIOLATED})
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        instead = self.refusal(request) or self.entrance(request)
        if instead is not None:
            await instead(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(SECURITY_HEADERS)
            await send(message)

        await self.app(scope, receive, guarded)

    def refusal(self, request: Request) -> Response | None:
        """Return why a request is refused whoever sends it, or None."""
        headers = request.headers
        host = host_name(headers.get("host", ""))
        if self.accept is not None and not self.accept(host):
            return failure(421, f"this server does not go by the name {host!r}; open the address that it printed")
        reads = request.method in READING
        # A person may follow a link to the page; no other origin may read, change or burden what lies behind it.
        follows = reads and headers.get("sec-fetch-mode") == "navigate"
        if headers.get("sec-fetch-site", "none") in {"cross-site", "same-site"} and not follows:
            return failure(403, "another site asked for this; open the map's own page")
        origin = headers.get("origin")
        # Browsers of before 2023 do not say `Sec-Fetch-Site`, but all name the origin of what may change something.
        if not reads and origin is not None and not self.own(urlsplit(origin), headers.get("host", "")):
            return failure(403, f"a page of {origin[:100]!r} asked for this; open the map's own page")
        return None

    def own(self, origin: SplitResult, host: str) -> bool:
        """Say whether an origin is this page's: the `Host` that was asked, or a name that was allowed."""
        return origin.netloc == host or origin.hostname in self.allowed

    def entrance(self, request: Request) -> Response | None:
        """Return what is answered to who brings a token, or none at all; None for who is known."""
        if self.tokens is None:
            return None
        root: str = request.scope.get("root_path", "")
        is_page = request.scope["path"].removeprefix(root) in {"", "/"} and request.method in READING
        token = request.query_params.get("token")
        if is_page and token is not None:
            if not self.tokens.opens(token):
                return page(401, "This link does not open the map any more.")
            # Not a redirect: a browser that came from another site would not send the new cookie with it.
            cookie = self.tokens.set_cookie(root)
            return page(200, '<meta http-equiv="refresh" content="0;url=./">', {"Set-Cookie": cookie})
        if self.tokens.admits(request.headers.get("cookie", ""), request.headers.get("authorization", "")):
            return None
        if is_page:
            return page(401, "This map is shown to whoever has its link.")
        return failure(401, "this needs the link that `localatlas open` printed; open it in this browser")


def page(status: int, content: str, headers: dict[str, str] | None = None) -> Response:
    """Return a page of a line; one that refuses says what to do."""
    if status >= 400:  # noqa: PLR2004  HTTP
        content = (
            f"<title>localatlas</title><h1>{content}</h1><p>Open the link that <code>localatlas open</code> printed "
            "when it started, or start it again."
        )
    return HTMLResponse(
        f'<!doctype html><html lang="en"><meta charset="utf-8">{content}',
        status,
        {**SECURITY_HEADERS, "Cache-Control": "no-store", **(headers or {})},
    )
