"""A dataset's one lock: re-entrant in a thread, exclusive among threads and processes, free when its holder dies."""

from __future__ import annotations

import fcntl
import os
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from localatlas.errors import DatasetLockedError

__all__ = ["DatasetLock", "FlockHolder", "Holder", "shared_lock"]

SHORTEST_WAIT = 0.005
# `held` takes the lock for an instant, so that one failed try does not mean that somebody holds it.
SURE_AFTER = 0.05


class Holder(Protocol):
    """What keeps other processes out.

    Attributes:
        longest_wait: seconds between two tries of one who waits.
    """

    longest_wait: float

    def acquire(self) -> bool:
        """Try once; False if another process holds it."""
        ...

    def release(self) -> None:
        """Let go."""
        ...

    def held(self) -> bool:
        """Whether anybody holds it."""
        ...


class FlockHolder:
    """A kernel lock on a file; the kernel frees it when its process ends, however it ends."""

    # Less than adding a small batch takes, so that of two who add at once neither idles for long.
    longest_wait = 0.01

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None

    def acquire(self) -> bool:
        """Try once; False if another process holds it."""
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return False
        self._handle = handle
        return True

    def release(self) -> None:
        """Let go."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def held(self) -> bool:
        """Whether anybody holds it."""
        if self._handle is not None:
            return True
        try:
            handle = os.open(self._path, os.O_RDWR)
        except FileNotFoundError:
            return False
        try:
            # Shared, so that two who ask at once do not mistake each other for a holder.
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(handle)
        return False


class DatasetLock:
    """A thread lock around a Holder; one per dataset in a process, shared by all who open it."""

    def __init__(self, label: str, holder: Holder) -> None:
        self._label = label
        self._holder = holder
        self._gate = threading.RLock()
        self._depth = 0

    @contextmanager
    def hold(self, timeout: float | None) -> Iterator[None]:
        """Hold the lock. `timeout` is in seconds. Raises DatasetLockedError."""
        deadline = None if timeout is None else time.monotonic() + max(timeout, SURE_AFTER)
        self._enter(deadline, timeout)
        try:
            yield
        finally:
            self._depth -= 1
            if not self._depth:
                self._holder.release()
            self._gate.release()

    def held(self) -> bool:
        """Whether anybody, this process included, holds the lock now."""
        return self._depth > 0 or self._holder.held()

    def _enter(self, deadline: float | None, timeout: float | None) -> None:
        left = -1.0 if deadline is None else max(0.0, deadline - time.monotonic())
        if not self._gate.acquire(timeout=left):
            raise self._locked(timeout)
        try:
            if not self._depth:
                self._wait(deadline, timeout)
            self._depth += 1
        except BaseException:
            self._gate.release()
            raise

    def _wait(self, deadline: float | None, timeout: float | None) -> None:
        pause = SHORTEST_WAIT
        while not self._holder.acquire():
            if deadline is not None and time.monotonic() >= deadline:
                raise self._locked(timeout)
            time.sleep(pause)
            pause = min(2 * pause, self._holder.longest_wait)

    def _locked(self, timeout: float | None) -> DatasetLockedError:
        message = (
            f"somebody else holds the lock of {self._label}, for longer than the {timeout} seconds that were allowed; "
            "wait for the build or upload that runs there, or allow more time"
        )
        return DatasetLockedError(message)


_LOCKS: weakref.WeakValueDictionary[str, DatasetLock] = weakref.WeakValueDictionary()
_LOCKS_GUARD = threading.Lock()


def shared_lock(name: str, label: str, make: Callable[[], Holder]) -> DatasetLock:
    """Return this process's lock of that name, made on first use."""
    with _LOCKS_GUARD:
        lock = _LOCKS.get(name)
        if lock is None:
            lock = _LOCKS[name] = DatasetLock(label, make())
        return lock
