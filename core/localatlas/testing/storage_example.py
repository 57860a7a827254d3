"""What the storage checks share: rows that are easy to tell apart, and homes to keep them in."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pyarrow as pa

from localatlas.protocols import DatasetKey, DatasetStore
from localatlas.protocols.storage import POSITION_COLUMN
from localatlas.testing.check import Make
from localatlas.testing.kit import require

__all__ = [
    "BATCH",
    "KEY",
    "RECORD",
    "home",
    "ids",
    "made",
    "raises",
    "reopened",
    "require_rows",
    "rows",
    "scanned",
    "watched",
]

KEY = DatasetKey("checks", "rows")
RECORD = b'{"made": "by the storage checks"}'
BATCH = 7
STATES = 12
WATCHED_SECONDS = 120.0


def home(make: Make) -> Any:
    """Return a backend at an address that nobody uses yet."""
    return make(address=make.new_address())


def rows(first: int, n: int, **columns: Any) -> pa.Table:
    """Return `n` rows from position `first` on, with an id and further columns of one value each."""
    positions = range(first, first + n)
    more = {name: pa.array([value] * n) for name, value in columns.items()}
    return pa.table({POSITION_COLUMN: pa.array(positions, pa.int64()), "id": ids(positions), **more})


def ids(positions: Iterable[int]) -> list[str]:
    """Return the ids of the rows at these positions."""
    return [f"row {position}" for position in positions]


def scanned(store: DatasetStore, version: int | None = None) -> list[str]:
    """Return the ids that a scan yields."""
    return [value for batch in store.scan(["id"], version) for value in batch.column(0).to_pylist()]


def made(make: Make) -> tuple[Any, DatasetStore]:
    """Return a backend in a new home, and a dataset in it."""
    backend = home(make)
    return backend, backend.create(KEY, RECORD)


def reopened(make: Make, backend: Any) -> DatasetStore:
    """Return the dataset opened by another instance of the backend."""
    store: DatasetStore = make(address=backend.options.address).open(KEY)
    return store


def require_rows(store: DatasetStore, expected: list[str], when: str, version: int | None = None) -> None:
    """Fail unless a scan yields the rows with these ids and `count` agrees."""
    found = scanned(store, version)
    require(found == expected, f"{when}, a scan must yield {len(expected)} rows {expected[:3]}…, not {found[:40]}.")
    counted = store.count(version)
    require(counted == len(expected), f"{when}, `count` says {counted}, a scan yields {len(expected)} rows.")


def raises(error: type[Exception], action: Callable[[], Any], what: str) -> None:
    """Fail unless `action` raises `error`."""
    try:
        action()
    except error:
        return
    require(condition=False, message=f"{what} must raise {error.__name__}.")


def watched(act: Callable[[int], object], look: Callable[[], object]) -> None:
    """Call `act(1)`, `act(2)`, … while another thread calls `look`, until that has seen a dozen states of things.

    `look` returns a state, or raises when it sees what nobody may see.
    """
    deadline = time.monotonic() + WATCHED_SECONDS

    def watch() -> None:
        states: set[object] = set()
        while len(states) < STATES:
            states.add(look())
            require(time.monotonic() < deadline, f"In {WATCHED_SECONDS} seconds a reader saw {len(states)} states.")

    number = 0
    with _fine_switching(), ThreadPoolExecutor(1) as pool:
        watching = pool.submit(watch)
        while not watching.done():
            number += 1
            act(number)
        watching.result()


@contextmanager
def _fine_switching() -> Iterator[None]:
    """Let threads take turns a thousand times as often as usual, so that what only seems atomic shows its seams."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(before / 1000)
    try:
        yield
    finally:
        sys.setswitchinterval(before)
