"""Asks a service until it answers: waits as it says, gives up with a message that says what to do."""

from __future__ import annotations

import email.utils
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from localatlas.errors import ServiceError
from localatlas.services.faults import explained, is_final, unanswered
from localatlas.services.options import ServiceOptions
from localatlas.services.pace import Pace

__all__ = ["Answer", "Caller", "NoAnswerError", "asked_to_wait"]

OK = range(200, 300)


class NoAnswerError(Exception):
    """A request was not answered. `timed_out` tells a service that is slow from one that is not there."""

    def __init__(self, reason: str, *, timed_out: bool = False) -> None:
        super().__init__(reason)
        self.timed_out = timed_out


@dataclass(frozen=True)
class Answer:
    """What a service answered.

    Attributes:
        status: the HTTP status.
        body: the bytes of the answer.
        headers: by lower-case name.
    """

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


class Caller:
    """Asks one service. Safe to share between threads.

    Attributes:
        stop: set it to end every wait; requests that are waiting then fail.
    """

    def __init__(
        self,
        options: ServiceOptions,
        *,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], object] | None = None,
    ) -> None:
        """Keep the options; tests bring their own clock and wait."""
        self.stop = threading.Event()
        self._options = options
        self._wait = wait or self.stop.wait
        self._requests = Pace(options.requests_per_minute, clock)
        self._tokens = Pace(options.tokens_per_minute, clock)

    def ask(self, send: Callable[[], Answer], *, tokens: float = 0.0) -> Any:
        """Return the JSON of the first good answer.

        Args:
            send: sends the request and returns the answer, whatever its status; raises NoAnswerError for none.
            tokens: about how many tokens it carries, for `tokens_per_minute`.

        Raises:
            ServiceError: there was none, and the message says why and what to do.
        """
        for attempt in range(self._options.max_retries + 1):
            self._pause(max(self._requests.delay(), self._tokens.delay(tokens)))
            try:
                answer = send()
            except NoAnswerError as error:
                failure = unanswered(self._options, str(error), attempt + 1, timed_out=error.timed_out)
                self._pause_before(attempt, {}, failure)
                continue
            if answer.status in OK:
                return self._read(answer)
            failure = explained(self._options, answer.status, answer.body, attempt + 1)
            if is_final(answer.status, answer.body):
                raise failure
            self._pause_before(attempt, answer.headers, failure)
        raise AssertionError  # the last attempt raises

    def _pause_before(self, attempt: int, headers: Mapping[str, str], failure: ServiceError) -> None:
        """Wait for the next attempt; raise `failure` if there is none."""
        asked = asked_to_wait(headers)
        if attempt >= self._options.max_retries:
            raise failure
        if asked is not None and asked > self._options.max_wait:
            failure.add_note(f"it asks to wait {asked:,.0f} s, and max_wait={self._options.max_wait:g} is the most")
            raise failure
        patience = min(self._options.backoff * 2.0**attempt, self._options.max_wait)
        self._pause(patience if asked is None else asked)

    def _pause(self, seconds: float) -> None:
        if seconds > 0:
            self._wait(seconds)
        if self.stop.is_set():
            message = f"{self._options.base_url} is not asked any more: the work was stopped"
            raise ServiceError(message)

    def _read(self, answer: Answer) -> Any:
        try:
            return json.loads(answer.body)
        except ValueError:
            shown = answer.body[:80].decode("utf-8", "replace")
            message = f"{self._options.base_url} answered with something else than JSON: {shown!r}"
            raise ServiceError(f"{message}; base_url= may name a web page instead of an API") from None


def asked_to_wait(headers: Mapping[str, str], now: float | None = None) -> float | None:
    """Return the seconds that an answer's headers ask to wait, at least 0; None if they say nothing readable.

    Source: RFC 9110, section 10.2.3 (seconds or a date); `retry-after-ms` is a custom of services of models.
    """
    try:
        if "retry-after-ms" in headers:
            # In this order, so that "nan" becomes 0.
            return max(0.0, float(headers["retry-after-ms"]) / 1000.0)
        text = headers.get("retry-after", "").strip()
        if text.replace(".", "", 1).isdecimal():
            return float(text)
        if text:
            return max(email.utils.parsedate_to_datetime(text).timestamp() - (now or time.time()), 0.0)
    except (ValueError, OverflowError):
        pass
    return None
