"""Worker processes that are kept for a while, so that the next use finds them with what they have loaded."""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
import time
import warnings
from collections.abc import Generator
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any

__all__ = ["WorkerPools", "pools"]

# Workers are one process a core already.
ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "BLIS", "VECLIB", "NUMBA", "NUMEXPR")}
IDLE_SECONDS = 300.0
WATCH_SECONDS = 1.0


class WorkerPools:
    """Pools of loky's workers, each in use by one at a time.

    What ends one use, an error or a cancel, ends its pool and no other. A pool that nobody uses for `idle_seconds` is
    ended. loky can end idle workers by itself, but one that ends at the moment when it gets work is replaced with a
    warning, and where warnings are errors nothing comes back.
    """

    def __init__(self, idle_seconds: float = IDLE_SECONDS) -> None:
        self._idle_seconds = idle_seconds
        self._lock = threading.Lock()
        # Of each idle pool, how many processes it has and what will end it.
        self._idle: dict[Any, tuple[int, threading.Timer]] = {}
        # In a forked child, what its parent had. An executor that is collected takes a lock, which the parent may hold.
        self._of_parents: list[Any] = []

    @contextmanager
    def taken(self, processes: int) -> Generator[Any]:
        """Lend a pool of so many processes, a `concurrent.futures.Executor`; an error in the block ends it."""
        pool, owner = self._found(processes) or _new(processes), os.getpid()
        worked = False
        try:
            yield pool
            worked = True
        finally:
            if os.getpid() != owner:  # a child that was forked in the block leaves it too
                self._of_parents.append(pool)
            elif worked:
                self._keep(pool, processes)
            else:
                pool.shutdown(wait=True, kill_workers=True)

    def forget(self) -> None:
        """Begin anew in a forked child: the pools are its parent's, whose threads may have held the lock."""
        self._of_parents.append(self._idle)
        self._lock, self._idle = threading.Lock(), {}

    def _found(self, processes: int) -> Any:
        """Return an idle pool that works; None if there is none."""
        while True:
            with self._lock:
                pool = next((pool for pool, (count, _) in self._idle.items() if count == processes), None)
                if pool is None:
                    return None
                self._idle.pop(pool)[1].cancel()
            try:
                pool.submit(int).result()
            except BaseException as error:
                pool.shutdown(wait=True, kill_workers=True)
                if not isinstance(error, BrokenProcessPool):  # that one: somebody killed a worker meanwhile
                    raise
            else:
                return pool

    def _keep(self, pool: Any, processes: int) -> None:
        timer = threading.Timer(self._idle_seconds, self._end, (pool,))
        timer.daemon = True
        with self._lock:
            self._idle[pool] = processes, timer
        timer.start()

    def _end(self, pool: Any) -> None:
        with self._lock:
            if self._idle.pop(pool, None) is None:
                return
        pool.shutdown(wait=True)


def _new(processes: int) -> Any:
    from loky import ProcessPoolExecutor

    # loky warns in a thread of its own when it replaces a worker whose memory grew: as an error, it would end there.
    warnings.filterwarnings("ignore", "A worker stopped while some jobs", UserWarning)
    return ProcessPoolExecutor(processes, timeout=None, initializer=_end_with, initargs=(os.getpid(),), env=ONE_THREAD)


def _end_with(parent: int) -> None:
    """In a worker, end it soon after its parent, which may be killed and not say so: it would wait forever."""

    def watch() -> None:
        if sys.platform == "win32":
            starter = multiprocessing.parent_process()
            if starter is not None:
                starter.join()
        else:
            while os.getppid() == parent:
                time.sleep(WATCH_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


pools = WorkerPools()
if hasattr(os, "register_at_fork"):  # Windows has no fork
    os.register_at_fork(after_in_child=pools.forget)
