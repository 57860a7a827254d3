"""One Lance table: commits, look-ups, and reading in order, all at explicit Lance versions."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from localatlas.errors import AtlasError, StorageError
from numpy.typing import NDArray

from atlas_plugin_lance import upkeep

if TYPE_CHECKING:
    import lance

__all__ = ["LanceTable", "lance_errors"]

# 2.1 is the first format that tells a null struct from a struct of nulls.
FILE_FORMAT: Final = "2.1"
OPEN_VERSIONS = 8
# Of each of the two caches of a table, for indices and for what its files say of themselves.
CACHE_BYTES: Final = 128 * 2**20
# Batches and fragments read before they are asked for. Lance's own 16 and 4 hold 200 MB more of wide rows, and take
# more CPU time where the reader is slower than the disk.
READ_BATCHES, READ_FRAGMENTS = 2, 1
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
        # A lance.Session; pylance does not export its type.
        self._session: Any = None
        # Versions that this process only appended to.
        self._superseded: set[int] = set()

    # Reading.

    def at(self, version: int) -> lance.LanceDataset:
        """Return the table at a Lance version; opening one costs some ms, asking again nothing."""
        with self._guard:
            known = self._open.get(version)
            if known is not None:
                self._open.move_to_end(version)
                return known
        opened = self._opened(version)
        self._remember(opened)
        return opened

    def _opened(self, version: int) -> lance.LanceDataset:
        import lance

        with self._guard:
            # What was read of files and indices is shared by all versions.
            if self._session is None:
                self._session = lance.Session(  # type: ignore[attr-defined]  # imported there, but not listed
                    index_cache_size_bytes=CACHE_BYTES, metadata_cache_size_bytes=CACHE_BYTES
                )
            session = self._session
        return lance.dataset(self.address, version=version, storage_options=self._options, session=session)

    def _remember(self, dataset: lance.LanceDataset) -> None:
        with self._guard:
            self._open[int(dataset.version)] = dataset
            while len(self._open) > OPEN_VERSIONS:
                self._open.popitem(last=False)

    def forget(self) -> None:
        """Drop what is held open."""
        with self._guard:
            self._open.clear()

    def offsets(self, version: int, column: str, values: pa.Array) -> pa.Array:
        """Return int64 [len(values)]: the offset of a row with each value in `column`, null where there is none."""
        kept = self.at(version).to_table(columns=[column])[column]
        # A table of the few that are asked for is made far faster than one of all that are kept.
        rows = pa.array(np.flatnonzero(pc.is_in(kept, value_set=values).to_numpy()))
        return rows.take(pc.index_in(values, value_set=kept.take(rows)))

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
        found = found.filter(pc.is_in(found, value_set=values))
        return values.filter(pc.is_in(values, value_set=found))

    def batches(self, version: int, columns: Sequence[str], size: int, by: str) -> Iterator[pa.RecordBatch]:
        """Yield the rows in the order of the column `by`."""
        dataset = self.at(version)
        offsets = self._order(version, by)
        if offsets is None:
            yield from dataset.to_batches(
                columns=list(columns),
                batch_size=size,
                scan_in_order=True,
                batch_readahead=READ_BATCHES,
                fragment_readahead=READ_FRAGMENTS,
            )
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
        # Never one of those that readers share: a commit moves the object on to its new version.
        dataset = self._opened(version)
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
        self._superseded.add(version)
        return self._made(dataset)

    def _made(self, dataset: lance.LanceDataset) -> int:
        """Keep a version that was just written open for reading, as it is likely to be read next."""
        self._remember(dataset)
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

    def index(self, version: int, columns: Iterable[str]) -> int:
        """Make the BTREE indices that are missing, and take new rows up where they are many."""
        dataset = self.writable(version)
        return self._made(dataset) if upkeep.index(dataset, columns) else version

    def indexed(self, version: int) -> set[str]:
        """Return the columns that have an index."""
        return {index.field_names[0] for index in self.at(version).describe_indices()}

    def compact(self, version: int, pieces: int) -> int:
        """Merge small fragments until there are about `pieces`, and drop deleted rows from the disk."""
        dataset = self.writable(version)
        upkeep.merge(dataset, pieces)
        return self._made(dataset)

    def drop_versions(self, version: int, kept: Mapping[int, int], grace: float) -> None:
        """Remove all Lance versions but the newest, `version`, and those that `kept` and `grace` hold back."""
        dataset = self.writable(version)
        dropped = upkeep.outdated(dataset, version, kept, grace, self._superseded)
        if dropped:
            dataset.cleanup_old_versions(versions=dropped)
            self.forget()
        self._superseded.clear()

    def fragments(self, version: int) -> int:
        """Return how many pieces the table has."""
        return len(self.at(version).get_fragments())

    def _through_index(self, version: int, column: str, n: int) -> bool:
        rows = self.at(version).count_rows()
        return n * SCAN_PER_LOOK_UP < rows and column in self.indexed(version)
