"""Many requests, some at once."""

from __future__ import annotations

import threading

import pytest
from localatlas.errors import BuildCancelled
from localatlas.services import ask_all


def test_answers_come_in_the_order_of_the_requests() -> None:
    counts: list[int] = []
    found = ask_all(lambda number: number * 2, range(50), 8, counts.append, threading.Event())
    assert found == [number * 2 for number in range(50)]
    assert counts == sorted(counts)
    assert counts[-1] == 50


def test_no_more_are_under_way_than_allowed() -> None:
    lock, both = threading.Lock(), threading.Barrier(2, timeout=30)
    under_way, most = 0, 0

    def ask(_: int) -> None:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        both.wait()
        with lock:
            under_way -= 1

    ask_all(ask, range(8), 2, lambda _: None, threading.Event())
    assert most == 2


def test_a_failure_stops_the_rest() -> None:
    stop = threading.Event()

    def ask(number: int) -> int:
        if number == 0:
            raise ValueError("no")
        assert stop.wait(30)
        return number

    with pytest.raises(ValueError, match="no"):
        ask_all(ask, range(4), 2, lambda _: None, stop)
    assert stop.is_set()


def test_cancelling_comes_through_while_requests_hang() -> None:
    stop = threading.Event()

    def cancel(_: int) -> None:
        raise BuildCancelled("enough")

    with pytest.raises(BuildCancelled):
        ask_all(lambda _: stop.wait(30), range(4), 2, cancel, stop)


def test_no_requests_no_answers() -> None:
    assert ask_all(len, [], 4, lambda _: None, threading.Event()) == []
