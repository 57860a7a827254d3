"""Each executor check passes a sound executor and catches the one fault it is for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import islice
from typing import Any

import pytest
from localatlas.batch_executors import InlineExecutor, ProcessExecutor
from localatlas.protocols import ComponentOptions, Resources
from localatlas.testing import checks_for, run_checks

Function = Callable[[Any], Any]


class Sound:
    """Works in this process."""

    Options = ComponentOptions

    def __init__(self, options: Any) -> None:
        self.options = options

    def map_batches(self, function: Function, batches: Iterable[Any], resources: Resources) -> Iterator[Any]:
        return map(function, batches)


class Backwards(Sound):
    def map_batches(self, function: Function, batches: Iterable[Any], resources: Resources) -> Iterator[Any]:
        # A stream that is longer than memory is another check's matter.
        stream = iter(batches)
        first = list(islice(stream, 50))
        rest = map(function, stream)
        yield from reversed([function(batch) for batch in first]) if len(first) == 12 else map(function, first)
        yield from rest


class NeedsOne(Sound):
    def map_batches(self, function: Function, batches: Iterable[Any], resources: Resources) -> Iterator[Any]:
        stream = iter(batches)
        yield function(next(stream, 0))
        yield from map(function, stream)


class Away(Sound):
    """Always in workers, also when this process is asked for."""

    def map_batches(self, function: Function, batches: Iterable[Any], resources: Resources) -> Iterator[Any]:
        from localatlas.protocols import ComponentOptions

        return ProcessExecutor(ComponentOptions()).map_batches(function, batches, Resources(processes=2))


class Swallows(Sound):
    def map_batches(self, function: Function, batches: Iterable[Any], resources: Resources) -> Iterator[Any]:
        for batch in batches:
            with suppress(Exception):
                yield function(batch)


class Greedy(Sound):
    def map_batches(self, function: Function, batches: Iterable[Any], resources: Resources) -> Iterator[Any]:
        return map(function, list(batches))


class OnlyOnce(Sound):
    """Does not get over a run that nobody saw to its end."""

    def map_batches(self, function: Function, batches: Iterable[Any], resources: Resources) -> Iterator[Any]:
        if "busy" in self.__dict__:
            return iter(())
        return self._run(function, batches)

    def _run(self, function: Function, batches: Iterable[Any]) -> Iterator[Any]:
        self.__dict__["busy"] = True
        yield from map(function, batches)
        del self.__dict__["busy"]


class ManyThreads(Sound):
    """Workers that take all cores, each."""

    def map_batches(self, function: Function, batches: Iterable[Any], resources: Resources) -> Iterator[Any]:
        for batch in batches:
            result = function(batch)
            yield (-1, [None] * 4) if isinstance(result, tuple) else result


FAULTS = {
    "results_come_in_order": Backwards,
    "no_batches_no_results": NeedsOne,
    "one_process_is_this_one": Away,
    "errors_come_through": Swallows,
    "batches_are_taken_as_needed": Greedy,
    "work_goes_on_after_a_cancelled_one": OnlyOnce,
    "workers_have_one_thread": ManyThreads,
}


@pytest.mark.parametrize("sound", [Sound, InlineExecutor, ProcessExecutor])
def test_a_sound_executor_passes(sound: type[Any]) -> None:
    assert [f"{result.name}: {result.message}" for result in run_checks(sound) if not result.ok] == []


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_caught_by_its_check_alone(name: str) -> None:
    assert [result.name for result in run_checks(FAULTS[name]) if not result.ok] == [name]


def test_every_check_has_a_fault() -> None:
    assert {check.name for check in checks_for(Sound) if check.kind == "executor"} == set(FAULTS)
