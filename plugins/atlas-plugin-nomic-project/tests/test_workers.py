"""Threads that take parts: each part once, and an error only when nobody works any more."""

from __future__ import annotations

import threading

import pytest
from atlas_plugin_nomic_project.workers import WORTH_THREADS, Workers


@pytest.mark.parametrize("jobs", [1, 2, 5])
@pytest.mark.parametrize("count", [0, 1, 3, 100])
def test_each_part_is_worked_off_once(jobs: int, count: int) -> None:
    done: list[int] = []
    with Workers(jobs, WORTH_THREADS) as workers:
        for _ in range(3):
            done.clear()
            workers.run(done.append, count)
            assert sorted(done) == list(range(count))


def test_two_parts_run_at_the_same_time() -> None:
    # Each waits for the other, and would raise if it never came.
    meeting = threading.Barrier(2, timeout=30)
    with Workers(2, WORTH_THREADS) as workers:
        workers.run(lambda _part: meeting.wait(), 2)


def test_few_points_are_worked_off_by_the_caller_alone() -> None:
    names: set[int] = set()
    with Workers(4, WORTH_THREADS - 1) as workers:
        workers.run(lambda _part: names.add(threading.get_ident()), 20)
    assert names == {threading.get_ident()}


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("bad", [0, 7])
def test_an_error_comes_through(jobs: int, bad: int) -> None:
    def fail(part: int) -> None:
        if part == bad:
            raise ValueError("this part")

    with Workers(jobs, WORTH_THREADS) as workers, pytest.raises(ValueError, match="this part"):
        workers.run(fail, 8)
