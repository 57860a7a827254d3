"""Many requests, some at once, with a report in between."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TypeVar

__all__ = ["ask_all"]

Request = TypeVar("Request")
Result = TypeVar("Result")
# How long a request to cancel waits at most to be heard.
LISTEN_SECONDS = 0.2


def ask_all(
    ask: Callable[[Request], Result],
    requests: Sequence[Request],
    concurrency: int,
    report: Callable[[int], None],
    stop: threading.Event,
) -> list[Result]:
    """Return `ask(request)` of all requests, in order; at most `concurrency` are under way at once.

    Args:
        ask: called in threads.
        requests: what to ask.
        concurrency: how many threads.
        report: told in this thread, a few times a second, how many are done; what it raises ends the work.
        stop: set when something raised, so that requests which wait for their turn give up.
    """
    failures: list[Exception] = []

    def guarded(request: Request) -> Result:
        try:
            return ask(request)
        except Exception as error:
            # Here, so that this thread begins no other request; those that end because of it come after it.
            failures.append(error)
            stop.set()
            raise

    with ThreadPoolExecutor(max_workers=max(min(concurrency, len(requests)), 1)) as pool:
        futures = [pool.submit(guarded, request) for request in requests]
        try:
            _watch(futures, report)
        except BaseException as error:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            if error in failures:
                raise failures[0] from None
            raise
        return [future.result() for future in futures]


def _watch(futures: Sequence[Future[Result]], report: Callable[[int], None]) -> None:
    """Report until all are done; raise the first failure at once."""
    waiting = set(futures)
    while waiting:
        done, waiting = wait(waiting, timeout=LISTEN_SECONDS, return_when=FIRST_COMPLETED)
        for future in done:
            future.result()
        report(len(futures) - len(waiting))
