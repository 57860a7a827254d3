from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool

import pytest
from localatlas import registries
from localatlas.batch_executors import InlineExecutor, ProcessExecutor
from localatlas.protocols import ComponentOptions, Executor, Resources

EXECUTORS = [InlineExecutor, ProcessExecutor]


def test_both_are_executors() -> None:
    for kind in EXECUTORS:
        assert isinstance(kind(ComponentOptions()), Executor)


@pytest.mark.parametrize("kind", EXECUTORS)
@pytest.mark.parametrize("processes", [1, 2])
def test_results_come_in_order(kind: type[Executor], processes: int) -> None:
    made = kind()
    assert list(made.map_batches(lambda batch: batch * batch, range(20), Resources(processes))) == [
        n * n for n in range(20)
    ]


@pytest.mark.parametrize("kind", EXECUTORS)
def test_nothing_to_do_is_done(kind: type[Executor]) -> None:
    assert list(kind().map_batches(len, [], Resources(2))) == []


@pytest.mark.parametrize("kind", EXECUTORS)
def test_one_process_means_this_one(kind: type[Executor]) -> None:
    assert set(kind().map_batches(lambda _: os.getpid(), range(3), Resources())) == {os.getpid()}


def test_workers_are_other_processes_with_one_thread_each() -> None:
    def look(_: int) -> tuple[int, str | None]:
        return os.getpid(), os.environ.get("OMP_NUM_THREADS")

    seen = set(ProcessExecutor().map_batches(look, range(4), Resources(2)))
    assert os.getpid() not in {process for process, _ in seen}
    assert {threads for _, threads in seen} == {"1"}


@pytest.mark.parametrize("kind", EXECUTORS)
def test_an_error_in_a_batch_is_the_callers(kind: type[Executor]) -> None:
    def fail(batch: int) -> int:
        if batch == 2:
            raise ZeroDivisionError("batch 2")
        return batch

    results = kind().map_batches(fail, range(5), Resources(2))
    with pytest.raises(ZeroDivisionError, match="batch 2"):
        list(results)


@pytest.mark.parametrize("processes", [1, 2])
def test_closing_early_leaves_batches_unread(processes: int) -> None:
    read: list[int] = []

    def batches() -> Iterator[int]:
        for number in range(1000):
            read.append(number)
            yield number

    results = ProcessExecutor().map_batches(abs, batches(), Resources(processes))
    assert next(iter(results)) == 0
    if processes > 1:
        results.close()  # type: ignore[attr-defined]
    assert len(read) < 1000


def test_what_ends_one_use_leaves_another_alone() -> None:
    def fail(_: int) -> int:
        raise ZeroDivisionError

    lasting = ProcessExecutor().map_batches(abs, range(20), Resources(2))
    assert next(lasting) == 0
    with pytest.raises(ZeroDivisionError):
        list(ProcessExecutor().map_batches(fail, range(20), Resources(2)))
    closed = ProcessExecutor().map_batches(abs, range(20), Resources(2))
    assert next(closed) == 0
    closed.close()  # type: ignore[attr-defined]
    assert list(lasting) == list(range(1, 20))


def test_a_worker_that_dies_ends_the_use() -> None:
    def die(batch: int) -> int:
        if batch == 3:
            os._exit(1)
        return batch

    with pytest.raises(BrokenProcessPool):
        list(ProcessExecutor().map_batches(die, range(20), Resources(2)))


def test_the_core_registers_both() -> None:
    assert {"inline", "processes"} <= set(registries.executors.names())
    assert isinstance(registries.executors.create("inline"), InlineExecutor)
    assert isinstance(registries.executors.create("processes"), ProcessExecutor)
