"""What an executor must do.

The functions that these checks send away are at the top of this module, so that they pickle by name.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from localatlas.protocols import Resources
from localatlas.testing.check import Check, Make, check
from localatlas.testing.kit import require

__all__ = ["CHECKS"]

TWO = Resources(processes=2)
BATCHES = 12
# What may be taken from an endless stream of batches before the first result is asked for: a queue ahead of the
# workers, but not the memory of a machine.
AHEAD = 1_000
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


class _OddError(Exception):
    """What the failing batch raises."""


def _square(number: int) -> int:
    return number * number


def _fail_at_three(number: int) -> int:
    if number == 3:  # noqa: PLR2004  as the name says
        raise _OddError("batch 3 is broken")
    return number


def _where(_number: int) -> tuple[int, list[str | None]]:
    return os.getpid(), [os.environ.get(name) for name in THREADS]


@check("executor")
def check_results_come_in_order(make: Make) -> None:
    """One result a batch, in the order of the batches."""
    found = list(make().map_batches(_square, range(BATCHES), TWO))
    expected = [number * number for number in range(BATCHES)]
    require(found == expected, f"Results must come in the order of the batches: {expected}, not {found}.")


@check("executor")
def check_no_batches_no_results(make: Make) -> None:
    """An empty stream of batches gives no result and no error."""
    found = list(make().map_batches(_square, [], TWO))
    require(found == [], f"No batches must give no results, not {found}.")


@check("executor")
def check_one_process_is_this_one(make: Make) -> None:
    """`Resources(processes=1)` works in this process: what is lent to an embedder need not pickle then."""
    seen: list[int] = []
    list(make().map_batches(lambda number: seen.append(number), range(3), Resources(processes=1)))  # noqa: PLW0108  list.append would pickle
    require(seen == [0, 1, 2], "With one process asked for, batches must run in this process.")


@check("executor")
def check_errors_come_through(make: Make) -> None:
    """What a batch raises is raised to whoever asks for its result, as it was."""
    results = make().map_batches(_fail_at_three, range(BATCHES), TWO)
    try:
        found = list(results)
    except _OddError as error:
        require("batch 3 is broken" in str(error), f"An error must keep its message, not {error}.")
    else:
        require(condition=False, message=f"An error in a batch must reach the caller, who got {found}.")


@check("executor")
def check_batches_are_taken_as_needed(make: Make) -> None:
    """Batches are drawn from the stream as work gets done: a stream of any length fits in memory."""
    drawn = 0

    def stream() -> Iterator[int]:
        nonlocal drawn
        while drawn < AHEAD:
            drawn += 1
            yield drawn
        raise AssertionError(f"{AHEAD} batches were taken before the first result was asked for.")

    results = make().map_batches(_square, stream(), TWO)
    first = next(iter(results))
    require(first == 1, f"The first result must be that of the first batch, not {first}.")
    close = getattr(results, "close", None)
    if close is not None:
        close()


@check("executor")
def check_work_goes_on_after_a_cancelled_one(make: Make) -> None:
    """Closing the results early ends the work; the executor then takes other work."""
    executor = make()
    results = iter(executor.map_batches(_square, range(BATCHES), TWO))
    next(results)
    close = getattr(results, "close", None)
    if close is not None:
        close()
    found = list(executor.map_batches(_square, [5], TWO))
    require(found == [25], f"After a cancelled run, an executor must take other work; it gave {found}.")


@check("executor")
def check_workers_have_one_thread(make: Make) -> None:
    """In a worker process every numeric library has one thread: many processes of many threads are slower than one."""
    here = os.getpid()
    for process, threads in make().map_batches(_where, range(4), TWO):
        if process != here:
            wrong = [name for name, value in zip(THREADS[:3], threads, strict=False) if value != "1"]
            require(not wrong, f"A worker process must have 1 thread per numeric library; it lacks {', '.join(wrong)}.")


CHECKS: tuple[Check, ...] = (
    check_results_come_in_order,
    check_no_batches_no_results,
    check_one_process_is_this_one,
    check_errors_come_through,
    check_batches_are_taken_as_needed,
    check_work_goes_on_after_a_cancelled_one,
    check_workers_have_one_thread,
)
