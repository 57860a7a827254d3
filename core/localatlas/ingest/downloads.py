"""Fetching files by URL: bounded in time, bytes and redirects, several at once."""

from __future__ import annotations

import http.client
import string
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import IO, Any
from urllib.parse import quote, urlsplit, urlunsplit

from localatlas.config import settings
from localatlas.errors import InvalidDataError

__all__ = ["fetch", "fetching", "is_web", "shown_url"]

THREADS = 8
SILENCE_SECONDS = 30.0
WHOLE_SECONDS = 300.0
REDIRECTS = 5
CHUNK = 1 << 16
HEADERS = {"User-Agent": "localatlas", "Accept": "image/*, */*;q=0.5"}
FAULTS = (OSError, http.client.HTTPException, ValueError)


def is_web(text: str) -> bool:
    """Tell whether a text is an http or https URL."""
    return text.lower().startswith(("http://", "https://"))


def shown_url(url: str) -> str:
    """Return an address of any scheme for a message: without the password or the signature that it may carry."""
    where, _, query = url.partition("?")
    scheme, slashes, rest = where.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{slashes}{host.rpartition('@')[2]}{slash}{path}{'?…' if query else ''}"


@contextmanager
def fetching(urls: Sequence[str], max_bytes: int) -> Iterator[dict[str, Future[bytes]]]:
    """Fetch URLs in threads, each once; what has not begun is dropped when the block ends.

    Args:
        urls: http or https.
        max_bytes: the largest answer that is taken.
    """
    if not urls:
        yield {}
        return
    with ThreadPoolExecutor(min(THREADS, len(urls)), thread_name_prefix="localatlas-fetch") as pool:
        try:
            yield {url: pool.submit(partial(fetch, url, max_bytes)) for url in dict.fromkeys(urls)}
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def fetch(url: str, max_bytes: int) -> bytes:
    """Return what is at an http or https URL.

    Raises:
        InvalidDataError: it cannot be had, it is larger than `max_bytes`, or localatlas is offline.
    """
    if settings().offline:
        raise InvalidDataError(
            "it was not fetched: localatlas is offline (LOCALATLAS_OFFLINE or configure(offline=True)); "
            "give a file of this machine"
        )
    until = time.monotonic() + WHOLE_SECONDS
    try:
        request = urllib.request.Request(_in_ascii(url), headers=HEADERS)  # noqa: S310  `is_web` has seen to the scheme
        with urllib.request.build_opener(_Redirects).open(request, timeout=SILENCE_SECONDS) as answer:
            return _body(answer, max_bytes, until)
    except InvalidDataError:
        raise
    except urllib.error.HTTPError as error:
        error.close()
        raise InvalidDataError(f"the server answered {error.code} {error.reason}") from error
    except urllib.error.URLError as error:
        raise InvalidDataError(f"the server cannot be reached ({error.reason})") from error
    except FAULTS as error:
        raise InvalidDataError(f"it could not be fetched ({type(error).__name__}: {error})") from error


def _in_ascii(url: str) -> str:
    """Return a URL as browsers send it: what people write there, such as umlauts and blanks, in percent signs."""
    parts = urlsplit(url.strip())
    host = parts.netloc if parts.netloc.isascii() else parts.netloc.encode("idna").decode("ascii")
    path, query = (quote(part, safe=string.punctuation) for part in (parts.path, parts.query))
    return urlunsplit((parts.scheme, host, path, query, ""))


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows a few redirects, and only on the web: never to a file or to FTP."""

    max_redirections = REDIRECTS
    max_repeats = REDIRECTS

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        if not is_web(newurl):
            raise InvalidDataError(f"the server redirects to {shown_url(newurl)}, which is not on the web")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _body(answer: Any, max_bytes: int, until: float) -> bytes:
    length = answer.headers.get("Content-Length", "")
    if length.isdecimal() and int(length) > max_bytes:
        raise InvalidDataError(f"it has {int(length):,} bytes; at most {max_bytes:,} are taken")
    parts: list[bytes] = []
    size = 0
    while part := answer.read1(CHUNK):
        parts.append(part)
        size += len(part)
        if size > max_bytes:
            raise InvalidDataError(f"it has more than {max_bytes:,} bytes, which is the most that is taken")
        if time.monotonic() > until:
            raise InvalidDataError(f"it took more than {WHOLE_SECONDS:.0f} seconds")
    if length.isdecimal() and size < int(length):
        raise InvalidDataError(f"the connection ended after {size:,} of {int(length):,} bytes")
    return b"".join(parts)
