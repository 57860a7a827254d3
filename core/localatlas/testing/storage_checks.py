"""What a storage backend must do: its datasets and objects here, its rows and its lock in modules of their own.

Nothing is compared with what the same call said before: rows that come back are compared with the rows that were
given, counts with the rows that a scan yields. A backend that keeps data beyond the process says so by a class
attribute `durable = True`; the checks that use and kill real processes apply to those alone.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from localatlas.errors import AtlasError, DatasetExistsError, DatasetNotFoundError
from localatlas.protocols import DatasetKey
from localatlas.testing.check import Check, Make, check
from localatlas.testing.kit import require
from localatlas.testing.storage_example import (
    KEY,
    RECORD,
    home,
    made,
    raises,
    reopened,
    require_rows,
    rows,
    watched,
)
from localatlas.testing.storage_kill_checks import KILL_CHECKS
from localatlas.testing.storage_process_checks import PROCESS_CHECKS
from localatlas.testing.storage_row_checks import ROW_CHECKS

__all__ = ["CHECKS"]

ROWS = 3
WORD = 8
REPEATS = 40_000


@check("storage")
def check_dataset_comes_and_goes(make: Make) -> None:
    """A dataset that is created is listed and opened with its record; deleted, nothing of it is left."""
    backend = home(make)
    require(backend.datasets() == [] and not backend.exists(KEY), "A new home must hold no dataset.")
    raises(DatasetNotFoundError, lambda: backend.open(KEY), "Opening a dataset that is not there")
    raises(DatasetNotFoundError, lambda: backend.delete(KEY), "Deleting a dataset that is not there")
    other = DatasetKey("checks", "another")
    backend.create(KEY, RECORD).append(rows(0, ROWS))
    backend.create(other, b"{}")
    found = make(address=backend.options.address).datasets()
    require(found == [other, KEY], f"`datasets` must return both keys, sorted, not {found}.")
    require(backend.open(KEY).get("dataset.json") == RECORD, "`dataset.json` must be the record given to `create`.")
    raises(DatasetExistsError, lambda: backend.create(KEY, b"{}"), "Creating a dataset twice")
    require(backend.open(KEY).count() == ROWS, "A refused `create` must leave the dataset as it was.")
    backend.delete(KEY)
    require(backend.datasets() == [other], "A deleted dataset must not be listed.")
    require_rows(backend.create(KEY, b"{}"), [], "After a dataset was deleted and created again")


@check("storage")
def check_one_of_many_creates(make: Make) -> None:
    """Of several that create one dataset at once, one succeeds and the others get DatasetExistsError."""
    address = home(make).options.address
    barrier = threading.Barrier(4)

    def create(number: int) -> int | None:
        backend = make(address=address)
        barrier.wait()
        try:
            backend.create(KEY, str(number).encode())
        except DatasetExistsError:
            return None
        return number

    with ThreadPoolExecutor(4) as pool:
        winners = [number for number in pool.map(create, range(4)) if number is not None]
    require(len(winners) == 1, f"One of 4 that create a dataset at once must succeed, not {len(winners)}.")
    record = make(address=address).open(KEY).get("dataset.json")
    require(record == str(winners[0]).encode(), "The record must be that of the one who succeeded.")


@check("storage")
def check_scratch_is_a_folder_that_goes_with_the_dataset(make: Make) -> None:
    """`scratch` is a folder of this machine, the same for all who open the dataset, and gone with it."""
    backend, store = made(make)
    folder = store.scratch()
    (folder / "partial").write_bytes(b"work")
    found = reopened(make, backend).scratch() / "partial"
    require(found.is_file(), "Whoever opens the dataset must find its scratch.")
    backend.delete(KEY)
    require(not folder.exists(), "The scratch folder must be gone with the dataset.")


@check("storage")
def check_objects(make: Make) -> None:
    """Objects are listed by prefix, read, linked from files, and removed by prefix."""
    backend, store = made(make)
    store.put("indices/a/vectors.npy", b"vectors")
    store.put("indices/ab.json", b"")
    source = store.scratch() / "staged"
    source.write_bytes(b"from a file")
    store.put("jobs/1.json", source)
    source.unlink()
    again = reopened(make, backend)
    require(again.get("jobs/1.json") == b"from a file", "An object put from a file must outlive the file.")
    found = [again.objects(), again.objects("indices/a"), again.objects("indices/a/"), again.objects("none")]
    names = ["indices/a/vectors.npy", "indices/ab.json"]
    expected = [["dataset.json", *names, "jobs/1.json"], names, names[:1], []]
    require(found == expected, f"`objects` must return the names by prefix, {expected}, not {found}.")
    path = again.path("indices/a/vectors.npy")
    require(isinstance(path, Path) and path.read_bytes() == b"vectors", "`path` must be a file with the bytes.")
    store.put("indices/ab.json", b"newer")
    require((again.get("indices/ab.json"), again.path("indices/ab.json").read_bytes()) == (b"newer",) * 2, "Replaced.")
    store.remove("indices/a/")
    require(again.objects("indices/") == ["indices/ab.json"], "`remove` must take all of a prefix, and no more.")
    for read in (again.get, again.path):
        raises(KeyError, partial(read, "indices/a/vectors.npy"), f"`{read.__name__}` of a missing object")
    for name in ("../outside", "/root", "a//b", ""):
        raises(AtlasError, partial(store.put, name, b""), f"An object called {name!r}")


@check("storage")
def check_objects_are_replaced_at_once(make: Make) -> None:
    """Whoever reads an object while it is written gets the old bytes or the new ones, whole."""
    backend, store = made(make)
    store.put("big", _content(0))
    reader = reopened(make, backend)

    def look() -> bytes:
        found = reader.get("big")
        require(found == found[:WORD] * REPEATS, "A read must never see an object half written.")
        return found[:WORD]

    watched(lambda number: store.put("big", _content(number)), look)


def _content(number: int) -> bytes:
    return number.to_bytes(WORD, "big") * REPEATS


@check("storage")
def check_any_changes_agree_with_a_model(make: Make) -> None:
    """After any sequence of changes of rows and objects, two instances hold what a plain model of a dataset holds."""
    try:
        from localatlas.testing.storage_machine import run_machine
    except ModuleNotFoundError as error:
        message = "This check needs the library hypothesis: pip install hypothesis."
        raise AssertionError(message) from error
    try:
        run_machine(make)
    except AssertionError as error:
        # The changes that led there are notes of the exception, which a report on one line would lose.
        raise AssertionError("\n".join([str(error), *getattr(error, "__notes__", [])])) from error


CHECKS: tuple[Check, ...] = (
    check_dataset_comes_and_goes,
    check_one_of_many_creates,
    check_scratch_is_a_folder_that_goes_with_the_dataset,
    check_objects,
    check_objects_are_replaced_at_once,
    *ROW_CHECKS,
    *PROCESS_CHECKS,
    *KILL_CHECKS,
    check_any_changes_agree_with_a_model,
)
