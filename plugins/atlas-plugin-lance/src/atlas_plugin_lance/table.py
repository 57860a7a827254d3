"""One Lance table: commits, look-ups, and reading in order, all at explicit Lance versions."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from localatlas.errors import AtlasError, StorageError
from numpy.typing import NDArray

if TYPE_CHECKING:
    import lance

__all__ = ["LanceTable", "lance_errors"]

# 2.1 is the first format that tells a null struct from a struct of nulls.
FILE_FORMAT: Final = "2.1"
OPEN_VERSIONS = 8
# Looking values up through an index costs 10 µs each, reading a column 0.1 µs a row (measured on strings).
SCAN_PER_LOOK_UP = 100


@contextmanager
def lance_errors(action: str, where: str) -> Iterator[None]:
    """Turn what Lance raises into a StorageError that says what was being done."""
    try:
        yield
    except AtlasError:
        raise
    except (OSError, ValueError, RuntimeError) as error:
        detail = str(error).partition(", /")[0]
        message = f"could not {action} {where}: {detail}"
        raise StorageError(message) from error


class LanceTable:
    """A Lance table by its address; it need not exist yet.

    Args:
        address: the table's folder or object-store address.
        storage_options: settings of the object store.
    """

    def __init__(self, address: str, storage_options: dict[str, str]) -> None:
        self.address = address
        self._options = storage_options or None
        self._open: OrderedDict[int, lance.LanceDataset] = OrderedDict()
        self._orders: OrderedDict[int, NDArray[np.uint64] | None] = OrderedDict()
        self._guard = threading.Lock()

    # Reading.

    def at(self, version: int) -> lance.LanceDataset:
        """Return the table at a Lance version; opening one costs some ms, asking again nothing."""
        import lance

        with self._guard:
            known = self._open.get(version)
            if known is not None:
                self._open.move_to_end(version)
                return known
        opened = lance.dataset(self.address, version=version, storage_options=self._options)
        with self._guard:
            self._open[version] = opened
            while len(self._open) > OPEN_VERSIONS:
                self._open.popitem(last=False)
        return opened

    def forget(self) -> None:
        """Drop what is held open."""
        with self._guard:
            self._open.clear()

    def offsets(self, version: int, column: str, values: pa.Array) -> pa.Array:
        """Return int64 [len(values)]: the offset of a row with each value in `column`, null where there is none."""
        kept = self.at(version).to_table(columns=[column])[column]
        return pc.index_in(values, value_set=kept).cast(pa.int64())

    def rows(self, version: int, column: str, values: pa.Array, columns: Sequence[str]) -> pa.Table:
        """Return `columns` and `column` of one row per value, in the order of `values`; a missing one is left out."""
        dataset = self.at(version)
        wanted = list(dict.fromkeys([*columns, column]))
        if self._through_index(version, column, len(values)):
            found = dataset.to_table(columns=wanted, filter=pc.field(column).isin(values))
            return found.take(pc.drop_null(pc.index_in(values, value_set=found[column])))
        offsets = pc.drop_null(self.offsets(version, column, values))
        if not len(offsets):
            return dataset.schema.empty_table().select(wanted)
        return dataset.take(offsets.to_pylist(), columns=wanted)

    def present(self, version: int, column: str, values: pa.Array) -> pa.Array:
        """Return those of `values` that occur in `column`."""
        dataset = self.at(version)
        chosen = pc.field(column).isin(values) if self._through_index(version, column, len(values)) else None
        found = dataset.to_table(columns=[column], filter=chosen)[column]
        return values.filter(pc.is_in(values, value_set=found))

    def batches(self, version: int, columns: Sequence[str], size: int, by: str) -> Iterator[pa.RecordBatch]:
        """Yield the rows in the order of the column `by`."""
        dataset = self.at(version)
        offsets = self._order(version, by)
        if offsets is None:
            yield from dataset.to_batches(columns=list(columns), batch_size=size, scan_in_order=True)
            return
        for start in range(0, len(offsets), size):
            part = dataset.take(offsets[start : start + size].tolist(), columns=list(columns)).combine_chunks()
            yield from part.to_batches()

    def _order(self, version: int, by: str) -> NDArray[np.uint64] | None:
        """Return the offsets of the rows in the order of a column; None, as after plain appends, if they lie in it."""
        with self._guard:
            if version in self._orders:
                return self._orders[version]
        keys = self.at(version).to_table(columns=[by], scan_in_order=True)[by].to_numpy()
        offsets = None if bool(np.all(keys[1:] > keys[:-1])) else np.argsort(keys, kind="stable").astype(np.uint64)
        with self._guard:
            self._orders[version] = offsets
            while len(self._orders) > OPEN_VERSIONS:
                self._orders.popitem(last=False)
        return offsets

    def blobs(self, version: int, column: str, key: str, values: pa.Array) -> list[bytes | None]:
        """Return the blob of the row with each value of `key`; None where there is no row or no blob."""
        offsets = self.offsets(version, key, values).to_pylist()
        there = sorted({offset for offset in offsets if offset is not None})
        if not there:
            return [None] * len(offsets)
        read = self.at(version).read_blobs(column, indices=there, preserve_order=True)
        blobs = {offset: blob for offset, (_, blob) in zip(there, read, strict=True)}
        return [None if offset is None else blobs[offset] for offset in offsets]

    # Writing. Each of these starts from a Lance version and returns the one that it made.

    def writable(self, version: int) -> lance.LanceDataset:
        """Return the table for writing, without what a process that died had begun after `version`."""
        import lance

        # Never one of those that readers share: a commit moves the object on to its new version.
        dataset = lance.dataset(self.address, version=version, storage_options=self._options)
        if dataset.latest_version != version:
            dataset.restore()  # type: ignore[no-untyped-call] # pylance has no annotation there
        return dataset

    def append(self, version: int, rows: pa.Table) -> int:
        """Add rows, after columns that the table lacks; start afresh at version 0."""
        import lance

        if not version:
            return self._begin(rows)
        dataset = self.writable(version)
        known = set(dataset.schema.names)
        new = [field for field in rows.schema if field.name not in known]
        if new:
            # Only the schema changes: earlier rows read as null there.
            dataset.add_columns(pa.schema(new))
        if rows.num_rows:
            dataset = lance.write_dataset(rows, dataset, mode="append", storage_options=self._options)
        return int(dataset.version)

    def _begin(self, rows: pa.Table) -> int:
        import lance

        def write(mode: Literal["create", "overwrite"]) -> int:
            made = lance.write_dataset(
                rows,
                self.address,
                mode=mode,
                enable_stable_row_ids=True,
                data_storage_version=FILE_FORMAT,
                storage_options=self._options,
            )
            return int(made.version)

        try:
            return write("create")
        except OSError as error:
            if "already exists" not in str(error):
                raise
            # A process died between its first rows and the commit.
            return write("overwrite")

    def delete(self, version: int, column: str, values: pa.Array) -> tuple[int, int]:
        """Delete the rows whose `column` is one of `values`; return the new Lance version and how many went."""
        dataset = self.writable(version)
        before = dataset.count_rows()
        if self._through_index(version, column, len(values)):
            dataset.delete(pc.field(column).isin(values))
        else:
            kept = dataset.scanner(columns=[column], with_row_id=True).to_table()
            gone = kept["_rowid"].filter(pc.is_in(kept[column], value_set=values))
            if len(gone):
                dataset.delete(f"_rowid IN ({','.join(map(str, gone.to_pylist()))})")
        return int(dataset.version), before - dataset.count_rows()

    def index(self, version: int, columns: Iterable[str], stale_rows: int) -> int:
        """Make the BTREE indices that are missing, and take rows up into those that lack more than `stale_rows`."""
        dataset = self.writable(version)
        names = {index.field_names[0]: index.name for index in dataset.describe_indices()}
        for column in columns:
            if column not in names:
                dataset.create_scalar_index(column, "BTREE", name=f"{column}_idx")
        stale = [
            name for name in names.values() if dataset.stats.index_stats(name).get("num_unindexed_rows", 0) > stale_rows
        ]
        if stale:
            dataset.optimize.optimize_indices(index_names=stale)
        return int(dataset.version)

    def indexed(self, version: int) -> set[str]:
        """Return the columns that have an index."""
        return {index.field_names[0] for index in self.at(version).describe_indices()}

    def compact(self, version: int) -> int:
        """Merge small fragments and drop deleted rows from the disk."""
        dataset = self.writable(version)
        dataset.optimize.compact_files()
        return int(dataset.version)

    def drop_versions(self, version: int, kept: Mapping[int, int], grace: float) -> None:
        """Remove all Lance versions but the newest, `version`, and those of `kept`.

        Args:
            version: the newest.
            kept: the Lance version that now holds the rows of an older one, by that one.
            grace: seconds for which any version stays: a process that scans rows may be reading it.
        """
        dataset = self.writable(version)
        made = {int(str(entry["version"])): _seconds(entry["timestamp"]) for entry in dataset.versions()}
        recent = {old for old, new in kept.items() if new in made and time.time() - made[new] < grace}
        recent |= {number for number, moment in made.items() if time.time() - moment < grace}
        dropped = sorted(made.keys() - {version} - set(kept.values()) - recent)
        if dropped:
            dataset.cleanup_old_versions(versions=dropped)
            self.forget()

    def fragments(self, version: int) -> int:
        """Return how many pieces the table has."""
        return len(self.at(version).get_fragments())

    def _through_index(self, version: int, column: str, n: int) -> bool:
        rows = self.at(version).count_rows()
        return n * SCAN_PER_LOOK_UP < rows and column in self.indexed(version)


def _seconds(moment: Any) -> float:
    # pylance's stub gives all fields of a version's record one type; this one is a datetime in local time.
    return float(moment.timestamp())
