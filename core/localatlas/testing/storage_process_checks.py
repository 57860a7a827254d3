"""What a storage backend must do for threads and processes: one lock, and no row lost to a kill."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from localatlas.errors import DatasetLockedError
from localatlas.testing.check import Check, Make, check
from localatlas.testing.kit import require
from localatlas.testing.storage_example import BATCH, ids, made, raises, reopened, require_rows, rows, scanned

__all__ = ["PROCESS_CHECKS"]

ACKNOWLEDGED = 12
# A storage that knows a dead holder only by its lease needs the lease's time; a kernel lock needs none of it.
DEAD_HOLDER_SECONDS = 90.0
PROCESS_SECONDS = 120.0

# What the other process runs: `action` is defined below it.
PREAMBLE = """
import importlib, sys
import pyarrow as pa
from localatlas.protocols import DatasetKey
module, name, options = sys.argv[1:4]
component = importlib.import_module(module)
for part in name.split("."):
    component = getattr(component, part)
store = component(component.Options.model_validate_json(options)).open(DatasetKey("checks", "rows"))
def rows(first, n):
    return pa.table({"_position_index": pa.array(range(first, first + n), pa.int64()),
                     "id": [f"row {i}" for i in range(first, first + n)]})
def say(text):
    print(text, flush=True)
"""
HOLD = """
with store.lock():
    say("held")
    sys.stdin.readline()
say("let go")
"""
TRY = """
from localatlas.errors import DatasetLockedError
try:
    with store.lock(timeout=0.1):
        say("got it")
except DatasetLockedError:
    say("locked")
"""
APPEND_FOR_EVER = f"""
while True:
    with store.lock():
        first = store.next_position()
        store.append(rows(first, {BATCH}))
    say(first)
"""
APPEND_ONCE = f"""
with store.lock():
    store.append(rows(store.next_position(), {BATCH}))
say("done")
"""


@contextmanager
def _process(backend: Any, program: str) -> Iterator[subprocess.Popen[str]]:
    """Run a program in another process that has the dataset open as `store`; it is gone afterwards."""
    kind = type(backend)
    arguments = [kind.__module__, kind.__qualname__, backend.options.model_dump_json()]
    process = subprocess.Popen(  # noqa: S603 - this interpreter and a program of ours
        [sys.executable, "-c", PREAMBLE + program, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=PROCESS_SECONDS)


def _said(process: subprocess.Popen[str]) -> str:
    if process.stdout is None:
        return ""
    return process.stdout.readline().strip()


def _durable(make: Make) -> bool:
    return bool(getattr(make.component, "durable", False))


@check("storage")
def check_lock_is_for_one_thread(make: Make) -> None:
    """The lock is re-entrant in a thread, also through another instance, and keeps other threads out."""
    backend, store = made(make)
    again = reopened(make, backend)

    def attempt() -> str:
        try:
            with again.lock(timeout=0.05):
                return "got it"
        except DatasetLockedError:
            return "locked"

    require(not store.is_locked(), "Nobody holds the lock of a new dataset.")
    with ThreadPoolExecutor(1) as pool:
        with store.lock():
            with again.lock(timeout=5):
                require(store.is_locked() and again.is_locked(), "`is_locked` must be true while it is held.")
            require(again.is_locked(), "Leaving an inner hold must not let go.")
            outcome = pool.submit(attempt).result()
            require(outcome == "locked", "Another thread must get DatasetLockedError when its time is over.")
        require(not again.is_locked(), "Leaving the outer hold must let go.")
        require(pool.submit(attempt).result() == "got it", "A lock that was let go is anybody's.")


@check("storage")
def check_appends_of_two_threads(make: Make) -> None:
    """Two threads that append under the lock lose no row and use no position twice."""
    backend, _ = made(make)

    def append() -> None:
        store = reopened(make, backend)
        for _ in range(10):
            with store.lock():
                store.append(rows(store.next_position(), BATCH))

    with ThreadPoolExecutor(2) as pool:
        for running in [pool.submit(append), pool.submit(append)]:
            running.result(timeout=PROCESS_SECONDS)
    require_rows(reopened(make, backend), ids(range(20 * BATCH)), "After 20 appends of two threads")


@check("storage")
def check_lock_keeps_other_processes_out(make: Make) -> None:
    """A lock held in another process keeps this one out, and the other way round."""
    if not _durable(make):
        return
    backend, store = made(make)
    with store.lock():
        with store.lock():
            pass
        with _process(backend, TRY) as other:
            require(_said(other) == "locked", "A process must not get a lock that this process holds.")
    with _process(backend, HOLD) as other:
        require(_said(other) == "held", "Another process must get a lock that was let go.")
        require(store.is_locked(), "`is_locked` must be true while another process holds the lock.")
        raises(DatasetLockedError, lambda: store.lock(timeout=0.1).__enter__(), "Waiting for a lock that is held")
        other.communicate("go on\n", timeout=PROCESS_SECONDS)
        with store.lock(timeout=5):
            require(store.is_locked(), "A lock that was let go is ours.")


@check("storage")
def check_lock_dies_with_its_holder(make: Make) -> None:
    """The lock of a process that was killed holds nobody up."""
    if not _durable(make):
        return
    backend, store = made(make)
    with _process(backend, HOLD) as other:
        require(_said(other) == "held", "Another process must get the lock.")
        other.kill()
        other.wait(timeout=PROCESS_SECONDS)
        with store.lock(timeout=DEAD_HOLDER_SECONDS):
            store.append(rows(0, 1))
    require(not store.is_locked(), "After the dead holder's lock was taken and let go nobody holds it.")


@check("storage")
def check_appends_of_another_process_are_seen(make: Make) -> None:
    """A store that was open before another process appended is not stale."""
    if not _durable(make):
        return
    backend, store = made(make)
    version = store.append(rows(0, BATCH, own=1))
    with _process(backend, APPEND_ONCE) as other:
        require(_said(other) == "done", "Another process must be able to append.")
    require(store.version() > version, "`version` must not be stale.")
    require_rows(store, ids(range(2 * BATCH)), "After another process appended")
    require(store.next_position() == 2 * BATCH, "`next_position` must not be stale.")


@check("storage")
def check_kill_loses_no_acknowledged_row(make: Make) -> None:
    """A process killed while it appends loses nothing that it was told is there, and leaves no part of a batch."""
    if not _durable(make):
        return
    backend, store = made(make)
    for _ in range(2):
        with _process(backend, APPEND_FOR_EVER) as other:
            acknowledged = [int(_said(other)) for _ in range(ACKNOWLEDGED)][-1]
            other.kill()
            rest = other.communicate(timeout=PROCESS_SECONDS)[0].split()
        acknowledged = int(rest[-1]) if rest else acknowledged
        for seen in (store, reopened(make, backend)):
            count = len(scanned(seen))
            require(count >= acknowledged + BATCH, f"{acknowledged + BATCH} rows were acknowledged, {count} are there.")
            require(count % BATCH == 0, f"Batches of {BATCH} rows land whole, but {count} rows are there.")
            require_rows(seen, ids(range(count)), "After a kill")
            require(seen.next_position() == count, "`next_position` must be right after a kill.")
        with store.lock(timeout=DEAD_HOLDER_SECONDS):
            store.append(rows(store.next_position(), BATCH))
            store.compact()


PROCESS_CHECKS: tuple[Check, ...] = (
    check_lock_is_for_one_thread,
    check_appends_of_two_threads,
    check_lock_keeps_other_processes_out,
    check_lock_dies_with_its_holder,
    check_appends_of_another_process_are_seen,
    check_kill_loses_no_acknowledged_row,
)
