from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import psutil
import pytest
from localatlas.worker_pools import WorkerPools

LONG = 3_600.0


@pytest.fixture
def pools() -> Iterator[WorkerPools]:
    """Pools that last longer than a test; it ends those that are idle."""
    made = WorkerPools(LONG)
    yield made
    for pool, (_, timer) in list(made._idle.items()):
        timer.cancel()
        made._end(pool)


def processes_of(pools: WorkerPools, count: int = 2) -> set[int]:
    with pools.taken(count) as workers:
        found = list(workers.map(lambda _: os.getpid(), range(20)))
        return {*found, *workers._processes}


def test_the_next_use_finds_the_same_workers(pools: WorkerPools) -> None:
    assert processes_of(pools) == processes_of(pools)


def test_uses_at_the_same_time_have_workers_of_their_own(pools: WorkerPools) -> None:
    with pools.taken(2) as workers:
        outer = {workers.submit(os.getpid).result(), *workers._processes}
        assert not processes_of(pools) & outer


def test_a_pool_of_another_size_is_another_pool(pools: WorkerPools) -> None:
    assert not processes_of(pools, 1) & processes_of(pools, 2)


def test_an_error_ends_the_workers(pools: WorkerPools) -> None:
    started: list[int] = []

    def fail() -> None:
        with pools.taken(2) as workers:
            started.extend({workers.submit(os.getpid).result(), *workers._processes})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert started
    assert not [number for number in started if psutil.pid_exists(number)]
    assert not pools._idle


def test_workers_that_somebody_killed_are_replaced(pools: WorkerPools) -> None:
    killed = processes_of(pools)
    for number in killed:
        os.kill(number, signal.SIGKILL)
    assert not processes_of(pools) & killed


def test_idle_workers_end_and_the_next_use_has_new_ones() -> None:
    pools = WorkerPools(0.0)
    for _ in range(5):
        with pools.taken(2) as workers:
            assert list(workers.map(abs, range(5))) == list(range(5))
            began = [psutil.Process(number) for number in workers._processes]
        gone, alive = psutil.wait_procs(began, timeout=60)
        assert len(gone) == 2
        assert not alive


SCRIPT = """
import os, signal
from localatlas.worker_pools import pools

def workers():
    with pools.taken(2) as pool:
        return sum(pool.map(abs, range(-5, 0))), set(pool._processes)

_, first = workers()
print(*first, flush=True)
"""
KILLED = "os.kill(os.getpid(), signal.SIGKILL)"
FORKED = """
child = os.fork()
if child == 0:
    done, own = workers()
    os._exit(0 if done == 15 and not own & first else 1)
assert os.waitpid(child, 0)[1] == 0
assert workers() == (15, first)
"""
FORKED_IN_USE = """
with pools.taken(2) as pool:
    child = os.fork()
    if child:
        assert os.waitpid(child, 0)[1] == 0
        assert pool.submit(abs, -3).result() == 3
if child == 0:
    done, own = workers()
    os._exit(0 if done == 15 and not own & first else 1)
assert workers() == (15, first)
"""


def run(rest: str) -> subprocess.CompletedProcess[str]:
    """Run the script in a process of its own; it returns when the last process with its output has ended."""
    return subprocess.run(
        [sys.executable, "-c", SCRIPT + rest], check=False, capture_output=True, text=True, timeout=120
    )


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.parametrize("forked", [FORKED, FORKED_IN_USE])
def test_a_forked_child_has_workers_of_its_own_and_leaves_those_of_its_parent(forked: str) -> None:
    ended = run(forked)
    assert ended.returncode == 0, ended.stderr


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no such signal")
def test_workers_of_a_killed_process_end_too() -> None:
    ended = run(KILLED)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    left = [psutil.Process(number) for number in map(int, ended.stdout.split()) if psutil.pid_exists(number)]
    assert psutil.wait_procs(left, timeout=60)[1] == []


def test_an_interrupt_while_workers_are_asked_whether_they_live_ends_them(
    pools: WorkerPools, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = processes_of(pools)
    pool = next(iter(pools._idle))
    with monkeypatch.context() as changed:
        changed.setattr(pool, "submit", interrupt)
        with pytest.raises(KeyboardInterrupt):
            processes_of(pools)
    assert not [number for number in asked if psutil.pid_exists(number)]


def interrupt(*_: object) -> None:
    raise KeyboardInterrupt
