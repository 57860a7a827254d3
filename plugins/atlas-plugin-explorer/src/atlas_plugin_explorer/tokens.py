"""Who may look: whoever has the link that was printed.

On a machine of many users everybody can connect to the loopback. The link holds a token; it is answered with a cookie
that scripts cannot read and that no other site's requests carry, and with a page that goes on to the map. Another
origin of this machine (another port) shares the cookie's jar but not the origin: `Guard` refuses what it asks.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from urllib.parse import quote

from starlette.requests import cookie_parser

__all__ = ["Tokens"]

ONCE_SECONDS = 120.0


class Tokens:
    """The secrets of one server; may be asked from several threads.

    Attributes:
        link: what the printed link holds; good as long as the server runs.
        cookie: the name of the cookie; every server of this machine has its own.
    """

    def __init__(self, link: str | None = None) -> None:
        self.link = link or secrets.token_urlsafe(24)
        # A cookie that another server of this machine may get to see must not give the link away.
        self._session = hashlib.sha256(f"localatlas session {self.link}".encode()).hexdigest()
        self.cookie = f"atlas-{self._session[:8]}"
        self._once: dict[str, float] = {}
        self._lock = threading.Lock()

    def once(self) -> str:
        """Return a token that opens the map one time, soon: other users see what a browser is started with."""
        token = secrets.token_urlsafe(24)
        with self._lock:
            self._once[token] = time.monotonic() + ONCE_SECONDS
        return token

    def opens(self, token: str) -> bool:
        """Say whether a token from a link opens the map."""
        if same(token, self.link):
            return True
        with self._lock:
            known = next((each for each in self._once if same(token, each)), None)
            return known is not None and self._once.pop(known) > time.monotonic()

    def set_cookie(self, path: str) -> str:
        """Return the header that gives a browser the cookie."""
        return f"{self.cookie}={self._session}; Path={quote(path) or '/'}; HttpOnly; SameSite=Strict"

    def admits(self, cookies: str, authorization: str) -> bool:
        """Say whether a request's `Cookie` or `Authorization: Bearer <token of the link>` lets it in."""
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() == "bearer" and same(token.strip(), self.link):
            return True
        # Not the standard library's parser, which gives up at the first odd cookie of another program.
        return same(cookie_parser(cookies).get(self.cookie, ""), self._session)


def same(given: str, secret: str) -> bool:
    """Compare in a time that does not depend on where they differ."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), secret.encode())
