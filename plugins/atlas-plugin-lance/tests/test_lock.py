"""The lock on a folder of this machine."""

from __future__ import annotations

import fcntl
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from atlas_plugin_lance.locks import DatasetLock, FlockHolder, shared_lock
from localatlas.errors import DatasetLockedError


def lock_at(path: Path) -> DatasetLock:
    return DatasetLock("me/data", FlockHolder(path))


def test_asking_whether_it_is_held_makes_no_file_and_takes_nothing(tmp_path: Path) -> None:
    lock = lock_at(tmp_path / "lock")
    assert not lock.held()
    assert list(tmp_path.iterdir()) == []
    with lock.hold(0):
        pass
    assert not lock.held()


def test_asking_all_the_time_keeps_nobody_from_taking_it(tmp_path: Path) -> None:
    asked, taken = lock_at(tmp_path / "lock"), lock_at(tmp_path / "lock")
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            asked.held()

    with ThreadPoolExecutor(2) as pool:
        asking = [pool.submit(ask), pool.submit(ask)]
        for _ in range(30):
            with taken.hold(5):
                assert asked.held()
        done.set()
        for each in asking:
            each.result()


def test_two_who_ask_at_once_do_not_take_each_other_for_holders(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    path.touch()
    handle = os.open(path, os.O_RDWR)
    # What `held` of another process does between its two system calls.
    fcntl.flock(handle, fcntl.LOCK_SH)
    assert not lock_at(path).held()
    os.close(handle)


def test_a_file_that_others_hold_shuts_out_and_opens_again(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    lock = lock_at(path)
    handle = os.open(path, os.O_CREAT | os.O_RDWR)
    fcntl.flock(handle, fcntl.LOCK_EX)
    assert lock.held()
    with pytest.raises(DatasetLockedError, match="lock of me/data, for longer than the 0 seconds"), lock.hold(0):
        pass
    os.close(handle)
    with lock.hold(0):
        assert lock.held()


def test_a_wait_ends_when_the_other_lets_go(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    lock = lock_at(path)
    handle = os.open(path, os.O_CREAT | os.O_RDWR)
    fcntl.flock(handle, fcntl.LOCK_EX)
    timer = threading.Timer(0.05, os.close, [handle])
    timer.start()
    with lock.hold(None):
        assert lock.held()
    timer.join()


def test_an_error_inside_lets_go(tmp_path: Path) -> None:
    lock = lock_at(tmp_path / "lock")
    with pytest.raises(ZeroDivisionError), lock.hold(0), lock.hold(0):
        raise ZeroDivisionError
    assert not lock.held()
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(lambda: lock.hold(0).__enter__()).exception() is None


def test_a_process_has_one_lock_of_a_name(tmp_path: Path) -> None:
    first = shared_lock(str(tmp_path), "me/data", lambda: FlockHolder(tmp_path / "lock"))
    assert shared_lock(str(tmp_path), "me/data", lambda: FlockHolder(tmp_path / "lock")) is first
