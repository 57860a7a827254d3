"""What a storage backend must do.

Nothing is compared with what the same call said before: rows that come back are compared with the rows that were
given, counts with the rows that a scan yields. A backend that keeps data beyond the process says so by a class attribute
`durable = True`; the checks that kill a real process apply to those alone.
"""

from __future__ import annotations

import datetime
import decimal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

from localatlas.errors import AtlasError, DatasetExistsError, DatasetLockedError, DatasetNotFoundError
from localatlas.protocols import DatasetKey, DatasetStore
from localatlas.protocols.storage import BLOB_COLUMN, POSITION_COLUMN
from localatlas.testing.check import Check, Make, check
from localatlas.testing.kit import require

__all__ = ["CHECKS"]

KEY = DatasetKey("checks", "rows")
RECORD = b'{"made": "by the storage checks"}'
BATCH = 7
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


def _rows(first: int, n: int, **columns: Any) -> pa.Table:
    """Return `n` rows from position `first` on, with an id and further columns of one value each."""
    positions = range(first, first + n)
    more = {name: pa.array([value] * n) for name, value in columns.items()}
    return pa.table({POSITION_COLUMN: pa.array(positions, pa.int64()), "id": _ids(positions), **more})


def _ids(positions: Any) -> list[str]:
    return [f"row {position}" for position in positions]


def _scanned(store: DatasetStore, version: int | None = None) -> list[str]:
    """Return the ids that a scan yields."""
    return [value for batch in store.scan(["id"], version) for value in batch.column(0).to_pylist()]


def _made(make: Make, **options: Any) -> tuple[Any, DatasetStore]:
    backend = make(address=make.new_address(), **options)
    return backend, backend.create(KEY, RECORD)


def _again(make: Make, backend: Any) -> DatasetStore:
    """Return the dataset opened by another instance of the backend."""
    store: DatasetStore = make(address=backend.options.address).open(KEY)
    return store


def _require_rows(store: DatasetStore, expected: list[str], when: str, version: int | None = None) -> None:
    found = _scanned(store, version)
    require(found == expected, f"{when}, a scan must yield {len(expected)} rows {expected[:3]}…, not {found[:40]}.")
    counted = store.count(version)
    require(counted == len(expected), f"{when}, `count` says {counted}, a scan yields {len(expected)} rows.")


def _raises(error: type[Exception], action: Callable[[], Any], what: str) -> None:
    try:
        action()
    except error:
        return
    require(condition=False, message=f"{what} must raise {error.__name__}.")


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


# Datasets.


@check("storage")
def check_dataset_comes_and_goes(make: Make) -> None:
    """A dataset that is created is listed and opened with its record; deleted, nothing of it is left."""
    backend = make(address=make.new_address())
    require(backend.datasets() == [] and not backend.exists(KEY), "A new home must hold no dataset.")
    _raises(DatasetNotFoundError, lambda: backend.open(KEY), "Opening a dataset that is not there")
    _raises(DatasetNotFoundError, lambda: backend.delete(KEY), "Deleting a dataset that is not there")
    other = DatasetKey("checks", "another")
    backend.create(KEY, RECORD).append(_rows(0, 3))
    backend.create(other, b"{}")
    found = make(address=backend.options.address).datasets()
    require(found == [other, KEY], f"`datasets` must return both keys, sorted, not {found}.")
    require(backend.open(KEY).get("dataset.json") == RECORD, "`dataset.json` must be the record given to `create`.")
    _raises(DatasetExistsError, lambda: backend.create(KEY, b"{}"), "Creating a dataset twice")
    require(backend.open(KEY).count() == BATCH - 4, "A refused `create` must leave the dataset as it was.")
    backend.delete(KEY)
    require(backend.datasets() == [other], "A deleted dataset must not be listed.")
    _require_rows(backend.create(KEY, b"{}"), [], "After a dataset was deleted and created again")


@check("storage")
def check_one_of_many_creates(make: Make) -> None:
    """Of several that create one dataset at once, one succeeds and the others get DatasetExistsError."""
    address = make.new_address()
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
    backend, store = _made(make)
    folder = store.scratch()
    (folder / "partial").write_bytes(b"work")
    require((_again(make, backend).scratch() / "partial").is_file(), "Whoever opens the dataset must find its scratch.")
    backend.delete(KEY)
    require(not folder.exists(), "The scratch folder must be gone with the dataset.")


# Rows.


@check("storage")
def check_empty_dataset(make: Make) -> None:
    """Before the first append there is version 0, no schema, no row."""
    _, store = _made(make)
    state = (store.version(), store.schema(), store.count(), store.next_position(), _scanned_all(store))
    require(state == (0, None, 0, 0, []), f"A new dataset must be at (0, None, 0, 0, []), not {state}.")
    require(store.delete("id", pa.array(["row 0"])) == 0, "Deleting from an empty dataset deletes nothing.")
    require(len(store.find("id", pa.array(["row 0"]))) == 0, "An empty dataset holds no value.")


def _scanned_all(store: DatasetStore) -> list[pa.RecordBatch]:
    return list(store.scan())


@check("storage")
def check_append_is_seen_by_all(make: Make) -> None:
    """What is appended is there at once for everybody, those who had the dataset open before included."""
    backend, store = _made(make)
    reader = _again(make, backend)
    require(reader.count() == 0, "A new dataset has no rows.")
    versions = [store.append(_rows(first, BATCH)) for first in (0, BATCH, 2 * BATCH)]
    require(0 < versions[0] < versions[1] < versions[2], f"Versions must grow from 1 up, not {versions}.")
    for seen in (store, reader, _again(make, backend)):
        _require_rows(seen, _ids(range(3 * BATCH)), "After three appends")
        require(seen.version() == versions[2], f"`version` must be {versions[2]}, not {seen.version()}.")
        require(seen.next_position() == 3 * BATCH, f"`next_position` must be {3 * BATCH}, not {seen.next_position()}.")


@check("storage")
def check_refused_append_leaves_nothing(make: Make) -> None:
    """An append with a type that does not fit raises, and neither rows nor new columns of it are seen."""
    _, store = _made(make)
    version = store.append(_rows(0, BATCH, score=1.5))
    before = store.schema()
    bad = _rows(BATCH, BATCH, score="not a number", extra=1)
    _raises(AtlasError, lambda: store.append(bad), "Appending text to a column of numbers")
    require(store.version() == version, "A refused append must not make a version.")
    require(store.schema() == before, "A refused append must not widen the schema.")
    require(store.next_position() == BATCH, "A refused append must not use up positions.")
    _require_rows(store, _ids(range(BATCH)), "After a refused append")


@check("storage")
def check_schema_widens(make: Make) -> None:
    """A new column is null in earlier rows, a column that is lacking is null in the new rows."""
    backend, store = _made(make)
    first = store.append(_rows(0, 2, old="a"))
    second = store.append(_rows(2, 2, new=2.5))
    for seen in (store, _again(make, backend)):
        table = pa.Table.from_batches(list(seen.scan(["old", "new"])))
        expected = {"old": ["a", "a", None, None], "new": [None, None, 2.5, 2.5]}
        require(table.to_pydict() == expected, f"A widened dataset must read {expected}, not {table.to_pydict()}.")
        names = [(seen.schema(version) or pa.schema([])).names for version in (first, second)]
        require("new" not in names[0] and "new" in names[1], f"Each version has its own columns, not {names}.")


@check("storage")
def check_types_survive(make: Make) -> None:
    """Values and types come back as they were, nulls and empty ones included, at once and after compaction."""
    _, store = _made(make)
    columns = _of_many_types()
    table = pa.table({POSITION_COLUMN: pa.array(range(3), pa.int64()), **columns})
    store.append(table)
    store.append(table.set_column(0, POSITION_COLUMN, pa.array(range(3, 6), pa.int64())))
    for when in ("after two appends", "after compaction"):
        schema = store.schema()
        found = pa.Table.from_batches(list(store.scan(list(columns))))
        for name, given in columns.items():
            kind = None if schema is None else schema.field(name).type
            require(kind == given.type, f"{when}, `schema` says {kind} for a column of {given.type}.")
            require(found[name].type == given.type, f"{when}, {given.type} came back as {found[name].type}.")
            expected = given.to_pylist() * 2
            require(found[name].to_pylist() == expected, f"{when}, {given.type}: {found[name].to_pylist()[:3]}.")
        store.compact()


def _of_many_types() -> dict[str, pa.Array]:
    """Return arrays of three values, one of them null, by the name of what they are."""
    moment = datetime.datetime(2024, 2, 29, 12, 30, 15, 123456, tzinfo=datetime.UTC)
    kinds: dict[pa.DataType, list[Any]] = {
        pa.int64(): [2**63 - 1, None, -(2**63)],
        pa.uint64(): [2**64 - 1, None, 0],
        pa.float64(): [float("inf"), None, -0.0],
        pa.bool_(): [True, None, False],
        pa.string(): ["", None, "zwölf 日本 \U0001f600"],
        pa.large_string(): ["", None, "x" * 5000],
        pa.binary(): [b"", None, b"\0\xff"],
        pa.null(): [None, None, None],
        pa.date32(): [datetime.date(1, 1, 1), None, datetime.date(9999, 12, 31)],
        pa.timestamp("us", "Europe/Berlin"): [moment, None, moment],
        pa.timestamp("ns"): [datetime.datetime(1970, 1, 1), None, datetime.datetime(2024, 2, 29)],  # noqa: DTZ001 - has no zone
        pa.duration("ms"): [datetime.timedelta(0), None, datetime.timedelta(days=-3)],
        pa.decimal128(38, 10): [decimal.Decimal("1.0000000001"), None, decimal.Decimal(-1)],
        pa.list_(pa.int64()): [[1, None], None, []],
        pa.list_(pa.list_(pa.string())): [[["a", ""], None], None, [[]]],
        pa.list_(pa.float32(), 2): [[1.0, 2.0], None, [3.0, 4.0]],
        pa.struct({"a": pa.int64(), "b": pa.list_(pa.string())}): [{"a": 1, "b": []}, None, {"a": None, "b": None}],
        pa.dictionary(pa.int8(), pa.string()): ["red", None, "blue"],
        pa.map_(pa.string(), pa.int64()): [[("a", 1)], None, []],
    }
    arrays = {f"{kind} column": pa.array(values, kind) for kind, values in kinds.items()}
    return {**arrays, "": pa.array([1, None, 3]), "a.b": pa.array(["x", None, ""]), "ID": pa.array(_ids(range(3)))}


@check("storage")
def check_scan_goes_by_position(make: Make) -> None:
    """A scan yields rows by growing position, at most `batch_size` at once, with the columns asked for."""
    _, store = _made(make)
    store.append(_rows(0, 20, _kept=True))
    store.replace("id", pa.array(_ids([3, 4])), _rows(3, 2, _kept=False))
    store.append(_rows(20, 5, _kept=True))
    batches = list(store.scan(["id", POSITION_COLUMN], batch_size=8))
    positions = [value for batch in batches for value in batch.column(POSITION_COLUMN).to_pylist()]
    require(positions == list(range(25)), f"A scan must go by position, not {positions}.")
    require(max(batch.num_rows for batch in batches) <= 8, "A batch must not exceed `batch_size`.")  # noqa: PLR2004 - above
    require(batches[0].schema.names == ["id", POSITION_COLUMN], f"Columns in the order asked, not {batches[0].schema}.")
    names = next(iter(store.scan())).schema.names
    require(set(names) == {POSITION_COLUMN, "id", "_kept"}, f"All columns when none are named, not {names}.")


@check("storage")
def check_versions_stay_readable(make: Make) -> None:
    """A version that `compact` is told to keep reads the same after appends, deletions and replacements."""
    backend, store = _made(make)
    first = store.append(_rows(0, BATCH))
    second = store.append(_rows(BATCH, BATCH, extra="x"))
    store.compact([first, second])
    store.delete("id", pa.array(_ids([0, 1])))
    third = store.version()
    store.replace("id", pa.array(_ids([2])), _rows(2 * BATCH, 1))
    for number in range(40):
        store.append(_rows(100 + number, 1))
        if number % 15 == 0:
            store.compact([first, second, third])
    store.compact([first, second, third])
    for seen in (store, _again(make, backend)):
        _require_rows(seen, _ids(range(BATCH)), "At the first version", first)
        _require_rows(seen, _ids(range(2 * BATCH)), "At the second version", second)
        _require_rows(seen, _ids(range(2, 2 * BATCH)), "At the version after a deletion", third)
        found = seen.take("id", pa.array(_ids([1, 0])), ["id"], first)["id"].to_pylist()
        require(found == _ids([1, 0]), f"`take` at an old version must return its rows, not {found}.")
        _require_rows(seen, _ids([*range(3, 2 * BATCH), 2 * BATCH, *range(100, 140)]), "Now")


@check("storage")
def check_compaction_changes_no_row(make: Make) -> None:
    """`compact` changes neither rows nor the version that they are known by, however many pieces there were."""
    backend, store = _made(make)
    for number in range(50):
        store.append(_rows(2 * number, 2))
    store.delete("id", pa.array(_ids(range(0, 100, 3))))
    version, expected = store.version(), _ids(number for number in range(100) if number % 3)
    store.compact()
    for seen in (store, _again(make, backend)):
        _require_rows(seen, expected, "After compaction")
        _require_rows(seen, expected, "At the newest version after compaction", version)
        require(seen.version() == version, "`compact` changes no row, so it must not make a version.")
        require(seen.next_position() == 100, "`compact` must not change `next_position`.")  # noqa: PLR2004 - 50 times 2


@check("storage")
def check_delete_says_how_many(make: Make) -> None:
    """`delete` removes the rows that match, says how many, and makes no version if there are none."""
    _, store = _made(make)
    store.append(_rows(0, 10))
    version = store.version()
    nothing = store.delete("id", pa.array(["absent", None]))
    require((nothing, store.version()) == (0, version), "Deleting nothing must return 0 and make no version.")
    gone = store.delete("id", pa.array(_ids([2, 5, 5, 77])))
    require(gone == 2, f"`delete` of two rows must return 2, not {gone}.")  # noqa: PLR2004 - two of those ids are there
    require(store.version() > version, "A deletion must make a version.")
    _require_rows(store, _ids([0, 1, 3, 4, 6, 7, 8, 9]), "After a deletion")
    gone = store.delete(POSITION_COLUMN, pa.array([0, 9], pa.int64()))
    _require_rows(store, _ids([1, 3, 4, 6, 7, 8]), f"After a deletion of {gone} rows by position")


@check("storage")
def check_replace_is_seen_whole(make: Make) -> None:
    """While rows are replaced, a reader sees all old ones or all new ones, and never fewer or more."""
    backend, store = _made(make)
    store.append(_rows(0, BATCH, round=0))
    wrong: list[list[int]] = []
    done = threading.Event()

    def read() -> None:
        reader = _again(make, backend)
        while not done.is_set():
            rounds = [value for batch in reader.scan(["round"]) for value in batch.column(0).to_pylist()]
            if len(rounds) != BATCH or len(set(rounds)) != 1:
                wrong.append(rounds)

    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(read)
        try:
            for number in range(1, 21):
                fresh = _rows(number * BATCH, BATCH, round=number).set_column(1, "id", pa.array(_ids(range(BATCH))))
                store.replace("id", pa.array(_ids(range(BATCH))), fresh)
        finally:
            done.set()
        reading.result(timeout=PROCESS_SECONDS)
    require(not wrong, f"A reader must see all {BATCH} rows of one round, not the rounds {wrong[:1]}.")
    _require_rows(store, _ids(range(BATCH)), "After replacements")


@check("storage")
def check_take_keeps_order(make: Make) -> None:
    """`take` returns a row per value, in the order asked, twice if asked twice, and leaves missing ones out."""
    _, store = _made(make)
    store.append(_rows(0, 50, color="red"))
    store.append(_rows(50, 50))
    asked = [77, 3, 1000, 50, 3, 0, 99]
    expected = [number for number in asked if number in range(100)]
    by_id = store.take("id", pa.array(_ids(asked)), ["id", "color"])
    require(by_id["id"].to_pylist() == _ids(expected), f"`take` must keep the order, not {by_id['id'].to_pylist()}.")
    require(by_id.column_names == ["id", "color"], f"`take` must return the columns asked for, not {by_id.schema}.")
    colors = ["red" if number in range(50) else None for number in expected]
    require(by_id["color"].to_pylist() == colors, f"`take` mixes rows up: {by_id['color'].to_pylist()}.")
    by_position = store.take(POSITION_COLUMN, pa.array(asked, pa.int64()))[POSITION_COLUMN].to_pylist()
    require(by_position == expected, f"`take` by position must keep the order, not {by_position}.")
    found = store.find("id", pa.array([*_ids(asked), None]))
    require(found.to_pylist() == _ids(expected), f"`find` must return the values that occur, not {found.to_pylist()}.")


@check("storage")
def check_positions_are_never_used_again(make: Make) -> None:
    """`next_position` does not go back when the last rows are deleted and compacted away."""
    backend, store = _made(make)
    store.append(_rows(0, 10))
    store.delete("id", pa.array(_ids([8, 9])))
    store.compact()
    require(_again(make, backend).next_position() == 10, "After a deletion `next_position` must not go back.")  # noqa: PLR2004
    store.delete("id", pa.array(_ids(range(8))))
    store.compact()
    require(_again(make, backend).next_position() == 10, "When all rows are gone it must not go back.")  # noqa: PLR2004
    store.append(_rows(10, 1))
    _require_rows(_again(make, backend), _ids([10]), "After all rows were deleted and one appended")


@check("storage")
def check_blobs(make: Make) -> None:
    """Blobs are read by position, in the order asked, null and empty ones apart, and never by `scan` or `take`."""
    _, store = _made(make)
    blobs: list[bytes | None] = [None if n % 4 == 0 else bytes([n]) * (1000 * (n % 4 - 1)) for n in range(20)]
    store.append(_rows(0, 2))
    store.append(_rows(2, 18).append_column(BLOB_COLUMN, pa.array(blobs[2:], pa.large_binary())))
    store.append(_rows(20, 2))
    version = store.version()
    asked = [7, 3, 21, 4, 5, 3, 19, 0]
    expected = [blobs[n] if n in range(2, 20) else None for n in asked]
    require(store.read_blobs(asked) == expected, "`read_blobs` must return the blobs in the order asked.")
    names = [next(iter(store.scan())).schema.names, store.take("id", pa.array(["row 3"])).column_names]
    require(all(BLOB_COLUMN not in each for each in names), "Neither `scan` nor `take` may read blobs.")
    store.delete("id", pa.array(_ids([2, 3])))
    for _ in range(40):
        store.append(_rows(store.next_position(), 1))
    store.compact([version])
    after = [None if n == 3 else blob for n, blob in zip(asked, expected, strict=True)]  # noqa: PLR2004 - it was deleted
    require(store.read_blobs(asked) == after, "After a deletion and compaction `read_blobs` must return what is left.")
    require(store.read_blobs(asked, version) == expected, "`read_blobs` at an old version must return its blobs.")


# Objects.


@check("storage")
def check_objects(make: Make) -> None:
    """Objects are listed by prefix, read, linked from files, and removed by prefix."""
    backend, store = _made(make)
    store.put("indices/a/vectors.npy", b"vectors")
    store.put("indices/ab.json", b"")
    source = store.scratch() / "staged"
    source.write_bytes(b"from a file")
    store.put("jobs/1.json", source)
    source.unlink()
    again = _again(make, backend)
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
        _raises(KeyError, lambda read=read: read("indices/a/vectors.npy"), f"`{read.__name__}` of a missing object")
    for name in ("../outside", "/root", "a//b", ""):
        _raises(AtlasError, lambda name=name: store.put(name, b""), f"An object called {name!r}")


@check("storage")
def check_objects_are_replaced_at_once(make: Make) -> None:
    """Whoever reads an object while it is written gets the old bytes or the new ones, whole."""
    backend, store = _made(make)
    contents = [bytes([n]) * 300_000 for n in range(20)]
    store.put("big", contents[0])
    reader = _again(make, backend)
    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(lambda: [store.put("big", content) for content in contents])
        seen = [reader.get("big")]
        while not writing.done():
            seen.append(reader.get("big"))
        writing.result()
    require(all(read in contents for read in seen), "A read must never see an object half written.")
    require(reader.get("big") == contents[-1], "The last write must stay.")


# The lock.


@check("storage")
def check_lock_is_for_one_thread(make: Make) -> None:
    """The lock is re-entrant in a thread, also through another instance, and keeps other threads out."""
    backend, store = _made(make)
    again = _again(make, backend)

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
    backend, _ = _made(make)

    def append() -> None:
        store = _again(make, backend)
        for _ in range(10):
            with store.lock():
                store.append(_rows(store.next_position(), BATCH))

    with ThreadPoolExecutor(2) as pool:
        for running in [pool.submit(append), pool.submit(append)]:
            running.result(timeout=PROCESS_SECONDS)
    _require_rows(_again(make, backend), _ids(range(20 * BATCH)), "After 20 appends of two threads")


@check("storage")
def check_lock_keeps_other_processes_out(make: Make) -> None:
    """A lock held in another process keeps this one out, and the other way round."""
    if not _durable(make):
        return
    backend, store = _made(make)
    with store.lock(), _process(backend, TRY) as other:
        require(_said(other) == "locked", "A process must not get a lock that this process holds.")
    with _process(backend, HOLD) as other:
        require(_said(other) == "held", "Another process must get a lock that was let go.")
        require(store.is_locked(), "`is_locked` must be true while another process holds the lock.")
        _raises(DatasetLockedError, lambda: store.lock(timeout=0.1).__enter__(), "Waiting for a lock that is held")
        other.communicate("go on\n", timeout=PROCESS_SECONDS)
        with store.lock(timeout=5):
            require(store.is_locked(), "A lock that was let go is ours.")


@check("storage")
def check_lock_dies_with_its_holder(make: Make) -> None:
    """The lock of a process that was killed holds nobody up."""
    if not _durable(make):
        return
    backend, store = _made(make)
    with _process(backend, HOLD) as other:
        require(_said(other) == "held", "Another process must get the lock.")
        other.kill()
        other.wait(timeout=PROCESS_SECONDS)
        with store.lock(timeout=DEAD_HOLDER_SECONDS):
            store.append(_rows(0, 1))
    require(not store.is_locked(), "After the dead holder's lock was taken and let go nobody holds it.")


@check("storage")
def check_appends_of_another_process_are_seen(make: Make) -> None:
    """A store that was open before another process appended is not stale."""
    if not _durable(make):
        return
    backend, store = _made(make)
    version = store.append(_rows(0, BATCH, own=1))
    with _process(backend, APPEND_ONCE) as other:
        require(_said(other) == "done", "Another process must be able to append.")
    require(store.version() > version, "`version` must not be stale.")
    _require_rows(store, _ids(range(2 * BATCH)), "After another process appended")
    require(store.next_position() == 2 * BATCH, "`next_position` must not be stale.")


@check("storage")
def check_kill_loses_no_acknowledged_row(make: Make) -> None:
    """A process killed while it appends loses nothing that it was told is there, and leaves no part of a batch."""
    if not _durable(make):
        return
    backend, store = _made(make)
    for _ in range(2):
        with _process(backend, APPEND_FOR_EVER) as other:
            acknowledged = [int(_said(other)) for _ in range(ACKNOWLEDGED)][-1]
            other.kill()
            rest = other.communicate(timeout=PROCESS_SECONDS)[0].split()
        acknowledged = int(rest[-1]) if rest else acknowledged
        for seen in (store, _again(make, backend)):
            count = len(_scanned(seen))
            require(count >= acknowledged + BATCH, f"{acknowledged + BATCH} rows were acknowledged, {count} are there.")
            require(count % BATCH == 0, f"Batches of {BATCH} rows land whole, but {count} rows are there.")
            _require_rows(seen, _ids(range(count)), "After a kill")
            require(seen.next_position() == count, "`next_position` must be right after a kill.")
        with store.lock(timeout=DEAD_HOLDER_SECONDS):
            store.append(_rows(store.next_position(), BATCH))
            store.compact()


CHECKS: tuple[Check, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Check))
