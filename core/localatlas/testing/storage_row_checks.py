"""What a storage backend must do with rows."""

from __future__ import annotations

import datetime as dt
import decimal
from typing import Any

import pyarrow as pa

from localatlas.errors import AtlasError
from localatlas.protocols.storage import BLOB_COLUMN, POSITION_COLUMN
from localatlas.testing.check import Check, Make, check
from localatlas.testing.kit import require
from localatlas.testing.storage_example import BATCH, ids, made, raises, reopened, require_rows, rows, watched

__all__ = ["ROW_CHECKS"]

TEN = 10


@check("storage")
def check_empty_dataset(make: Make) -> None:
    """Before the first append there is version 0, no schema, no row."""
    _, store = made(make)
    state = (store.version(), store.schema(), store.count(), store.next_position(), list(store.scan()))
    require(state == (0, None, 0, 0, []), f"A new dataset must be at (0, None, 0, 0, []), not {state}.")
    require(store.delete("id", pa.array(["row 0"])) == 0, "Deleting from an empty dataset deletes nothing.")
    require(len(store.find("id", pa.array(["row 0"]))) == 0, "An empty dataset holds no value.")


@check("storage")
def check_append_is_seen_by_all(make: Make) -> None:
    """What is appended is there at once for everybody, those who had the dataset open before included."""
    backend, store = made(make)
    reader = reopened(make, backend)
    require(reader.count() == 0, "A new dataset has no rows.")
    versions = [store.append(rows(first, BATCH)) for first in (0, BATCH, 2 * BATCH)]
    require(0 < versions[0] < versions[1] < versions[2], f"Versions must grow from 1 up, not {versions}.")
    for seen in (store, reader, reopened(make, backend)):
        require_rows(seen, ids(range(3 * BATCH)), "After three appends")
        require(seen.version() == versions[2], f"`version` must be {versions[2]}, not {seen.version()}.")
        require(seen.next_position() == 3 * BATCH, f"`next_position` must be {3 * BATCH}, not {seen.next_position()}.")


@check("storage")
def check_refused_append_leaves_nothing(make: Make) -> None:
    """An append with a type that does not fit raises, and neither rows nor new columns of it are seen."""
    _, store = made(make)
    version = store.append(rows(0, BATCH, score=1.5))
    before = store.schema()
    bad = rows(BATCH, BATCH, score="not a number", extra=1)
    raises(AtlasError, lambda: store.append(bad), "Appending text to a column of numbers")
    require(store.version() == version, "A refused append must not make a version.")
    require(store.schema() == before, "A refused append must not widen the schema.")
    require(store.next_position() == BATCH, "A refused append must not use up positions.")
    require_rows(store, ids(range(BATCH)), "After a refused append")


@check("storage")
def check_schema_widens(make: Make) -> None:
    """A new column is null in earlier rows, a column that is lacking is null in the new rows."""
    backend, store = made(make)
    first = store.append(rows(0, 2, old="a"))
    second = store.append(rows(2, 2, new=2.5))
    for seen in (store, reopened(make, backend)):
        table = pa.Table.from_batches(list(seen.scan(["old", "new"])))
        expected = {"old": ["a", "a", None, None], "new": [None, None, 2.5, 2.5]}
        require(table.to_pydict() == expected, f"A widened dataset must read {expected}, not {table.to_pydict()}.")
        names = [(seen.schema(version) or pa.schema([])).names for version in (first, second)]
        require("new" not in names[0] and "new" in names[1], f"Each version has its own columns, not {names}.")


@check("storage")
def check_types_survive(make: Make) -> None:
    """Values and types come back as they were, nulls and empty ones included, at once and after compaction."""
    _, store = made(make)
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
    moment = dt.datetime(2024, 2, 29, 12, 30, 15, 123456, tzinfo=dt.UTC)
    kinds: dict[pa.DataType, list[Any]] = {
        pa.int64(): [2**63 - 1, None, -(2**63)],
        pa.uint64(): [2**64 - 1, None, 0],
        pa.float64(): [float("inf"), None, -0.0],
        pa.bool_(): [True, None, False],
        pa.string(): ["", None, "zwölf 日本 \U0001f600"],
        pa.large_string(): ["", None, "x" * 5000],
        pa.binary(): [b"", None, b"\0\xff"],
        pa.null(): [None, None, None],
        pa.date32(): [dt.date(1, 1, 1), None, dt.date(9999, 12, 31)],
        pa.timestamp("us", "Europe/Berlin"): [moment, None, moment],
        pa.timestamp("ns"): [dt.datetime(1970, 1, 1), None, dt.datetime(2024, 2, 29)],  # noqa: DTZ001 - has no zone
        pa.duration("ms"): [dt.timedelta(0), None, dt.timedelta(days=-3)],
        pa.decimal128(38, 10): [decimal.Decimal("1.0000000001"), None, decimal.Decimal(-1)],
        pa.list_(pa.int64()): [[1, None], None, []],
        pa.list_(pa.list_(pa.string())): [[["a", ""], None], None, [[]]],
        pa.list_(pa.float32(), 2): [[1.0, 2.0], None, [3.0, 4.0]],
        pa.struct({"a": pa.int64(), "b": pa.list_(pa.string())}): [{"a": 1, "b": []}, None, {"a": None, "b": None}],
        pa.dictionary(pa.int8(), pa.string()): ["red", None, "blue"],
        pa.map_(pa.string(), pa.int64()): [[("a", 1)], None, []],
    }
    arrays = {f"{kind} column": pa.array(values, kind) for kind, values in kinds.items()}
    return {**arrays, "": pa.array([1, None, 3]), "a.b": pa.array(["x", None, ""]), "ID": pa.array(ids(range(3)))}


@check("storage")
def check_scan_goes_by_position(make: Make) -> None:
    """A scan yields rows by growing position, at most `batch_size` at once, with the columns asked for."""
    _, store = made(make)
    store.append(rows(0, 20, _kept=True))
    store.replace("id", pa.array(ids([3, 4])), rows(3, 2, _kept=False))
    store.append(rows(20, 5, _kept=True))
    batches = list(store.scan(["id", POSITION_COLUMN], batch_size=8))
    positions = [value for batch in batches for value in batch.column(POSITION_COLUMN).to_pylist()]
    require(positions == list(range(25)), f"A scan must go by position, not {positions}.")
    require(max(batch.num_rows for batch in batches) <= 8, "A batch must not exceed `batch_size`.")  # noqa: PLR2004 - above
    require(batches[0].schema.names == ["id", POSITION_COLUMN], f"Columns in the order asked, not {batches[0].schema}.")
    names = next(iter(store.scan())).schema.names
    require(set(names) == {POSITION_COLUMN, "id", "_kept"}, f"All columns when none are named, not {names}.")


@check("storage")
def check_versions_stay_readable(make: Make) -> None:
    """A version that `compact` is told to keep reads the same after appends, deletions, replacements and merging."""
    backend, store = made(make)
    kept = {store.append(rows(0, BATCH)): ids(range(BATCH))}
    kept[store.append(rows(BATCH, BATCH, extra="x"))] = ids(range(2 * BATCH))
    store.compact(list(kept))
    store.delete("id", pa.array(ids([0, 1])))
    kept[store.version()] = ids(range(2, 2 * BATCH))
    now = ids([*range(3, 2 * BATCH), 2 * BATCH])
    kept[store.replace("id", pa.array(ids([2])), rows(2 * BATCH, 1))] = now
    for position in range(100, 141):
        now = [*now, *ids([position])]
        version = store.append(rows(position, 1))
        if position % 8 == 0:
            # A version that is the newest while pieces are merged is an old one later on.
            kept[version] = now
            store.compact(list(kept))
    store.compact(list(kept))
    for seen in (store, reopened(make, backend)):
        for version, expected in kept.items():
            require_rows(seen, expected, f"At version {version}", version)
            taken = seen.take("id", pa.array(ids([5, 3])), ["id"], version)["id"].to_pylist()
            require(taken == ids([5, 3]), f"`take` at version {version} must return its rows, not {taken}.")
        require_rows(seen, now, "Now")


@check("storage")
def check_compaction_changes_no_row(make: Make) -> None:
    """`compact` changes neither rows nor the version that they are known by, however many pieces there were."""
    backend, store = made(make)
    for number in range(50):
        store.append(rows(2 * number, 2))
    store.delete("id", pa.array(ids(range(0, 100, 3))))
    version, expected = store.version(), ids(number for number in range(100) if number % 3)
    store.compact()
    for seen in (store, reopened(make, backend)):
        require_rows(seen, expected, "After compaction")
        require_rows(seen, expected, "At the newest version after compaction", version)
        require(seen.version() == version, "`compact` changes no row, so it must not make a version.")
        require(seen.next_position() == 100, "`compact` must not change `next_position`.")  # noqa: PLR2004 - 50 times 2


@check("storage")
def check_delete_says_how_many(make: Make) -> None:
    """`delete` removes the rows that match, says how many, and makes no version if there are none."""
    _, store = made(make)
    store.append(rows(0, 10))
    version = store.version()
    nothing = store.delete("id", pa.array(["absent", None]))
    require((nothing, store.version()) == (0, version), "Deleting nothing must return 0 and make no version.")
    gone = store.delete("id", pa.array(ids([2, 5, 5, 77])))
    require(gone == 2, f"`delete` of two rows must return 2, not {gone}.")  # noqa: PLR2004 - two of those ids are there
    require(store.version() > version, "A deletion must make a version.")
    require_rows(store, ids([0, 1, 3, 4, 6, 7, 8, 9]), "After a deletion")
    gone = store.delete(POSITION_COLUMN, pa.array([0, 9], pa.int64()))
    require_rows(store, ids([1, 3, 4, 6, 7, 8]), f"After a deletion of {gone} rows by position")


@check("storage")
def check_replace_is_seen_whole(make: Make) -> None:
    """While rows are replaced, a reader sees all old ones or all new ones, and never fewer or more."""
    backend, store = made(make)
    store.append(rows(0, BATCH, round=0))
    reader = reopened(make, backend)

    def replace(number: int) -> None:
        fresh = rows(number * BATCH, BATCH, round=number).set_column(1, "id", pa.array(ids(range(BATCH))))
        store.replace("id", pa.array(ids(range(BATCH))), fresh)

    def look() -> int:
        seen = [value for batch in reader.scan(["round"]) for value in batch.column(0).to_pylist()]
        whole = len(seen) == BATCH and len(set(seen)) == 1
        require(whole, f"A reader must see all {BATCH} rows of one round, not the rounds {seen}.")
        return int(seen[0])

    watched(replace, look)
    require_rows(store, ids(range(BATCH)), "After replacements")


@check("storage")
def check_take_keeps_order(make: Make) -> None:
    """`take` returns a row per value, in the order asked, twice if asked twice, and leaves missing ones out."""
    _, store = made(make)
    store.append(rows(0, 50, color="red"))
    store.append(rows(50, 50))
    asked = [77, 3, 1000, 50, 3, 0, 99]
    expected = [number for number in asked if number in range(100)]
    by_id = store.take("id", pa.array(ids(asked)), ["id", "color"])
    require(by_id["id"].to_pylist() == ids(expected), f"`take` must keep the order, not {by_id['id'].to_pylist()}.")
    require(by_id.column_names == ["id", "color"], f"`take` must return the columns asked for, not {by_id.schema}.")
    colors = ["red" if number in range(50) else None for number in expected]
    require(by_id["color"].to_pylist() == colors, f"`take` mixes rows up: {by_id['color'].to_pylist()}.")
    by_position = store.take(POSITION_COLUMN, pa.array(asked, pa.int64()))[POSITION_COLUMN].to_pylist()
    require(by_position == expected, f"`take` by position must keep the order, not {by_position}.")
    found = store.find("id", pa.array([*ids(asked), None]))
    require(found.to_pylist() == ids(expected), f"`find` must return the values that occur, not {found.to_pylist()}.")


@check("storage")
def check_positions_are_never_used_again(make: Make) -> None:
    """`next_position` does not go back when the last rows are deleted and compacted away."""
    backend, store = made(make)
    store.append(rows(0, TEN))
    store.delete("id", pa.array(ids([8, 9])))
    store.compact()
    require(reopened(make, backend).next_position() == TEN, "After a deletion `next_position` must not go back.")
    store.replace("id", pa.array(ids([3])), rows(3, 1))
    require(reopened(make, backend).next_position() == TEN, "A row replaced in its place must not set it back.")
    store.delete("id", pa.array(ids(range(8))))
    store.compact()
    require(reopened(make, backend).next_position() == TEN, "When all rows are gone it must not go back.")
    store.append(rows(TEN, 1))
    require_rows(reopened(make, backend), ids([TEN]), "After all rows were deleted and one appended")


@check("storage")
def check_blobs(make: Make) -> None:
    """Blobs are read by position, in the order asked, null and empty ones apart, and never by `scan` or `take`."""
    _, store = made(make)
    blobs: list[bytes | None] = [None if n % 4 == 0 else bytes([n]) * (1000 * (n % 4 - 1)) for n in range(20)]
    store.append(rows(0, 2))
    store.append(rows(2, 18).append_column(BLOB_COLUMN, pa.array(blobs[2:], pa.large_binary())))
    store.append(rows(20, 2))
    version = store.version()
    asked = [7, 3, 21, 4, 5, 3, 19, 0]
    expected = [blobs[n] if n in range(2, 20) else None for n in asked]
    require(store.read_blobs(asked) == expected, "`read_blobs` must return the blobs in the order asked.")
    names = [next(iter(store.scan())).schema.names, store.take("id", pa.array(["row 3"])).column_names]
    require(all(BLOB_COLUMN not in each for each in names), "Neither `scan` nor `take` may read blobs.")
    store.delete("id", pa.array(ids([2, 3])))
    for _ in range(40):
        store.append(rows(store.next_position(), 1))
    store.compact([version])
    after = [None if n == 3 else blob for n, blob in zip(asked, expected, strict=True)]  # noqa: PLR2004 - it was deleted
    require(store.read_blobs(asked) == after, "After a deletion and compaction `read_blobs` must return what is left.")
    require(store.read_blobs(asked, version) == expected, "`read_blobs` at an old version must return its blobs.")


ROW_CHECKS: tuple[Check, ...] = (
    check_empty_dataset,
    check_append_is_seen_by_all,
    check_refused_append_leaves_nothing,
    check_schema_widens,
    check_types_survive,
    check_scan_goes_by_position,
    check_versions_stay_readable,
    check_compaction_changes_no_row,
    check_delete_says_how_many,
    check_replace_is_seen_whole,
    check_take_keeps_order,
    check_positions_are_never_used_again,
    check_blobs,
)
