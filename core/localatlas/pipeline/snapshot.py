"""The first stage: which rows a build maps, and which of them say exactly the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, overload

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from localatlas.pipeline.distinct import HASH_BYTES, first_appearances, hashes_of, row_hashes
from localatlas.pipeline.stages import load_array, save_array
from localatlas.protocols import Context, DatasetStore
from localatlas.protocols.components import Modality
from localatlas.protocols.storage import BLOB_COLUMN, EMBEDDING_COLUMN, POSITION_COLUMN

__all__ = ["Snapshot", "StoredImages", "content_column", "given_vectors", "items", "take", "take_snapshot"]

# Photographs have megabytes: this many lie in memory at once while they are hashed.
BLOBS_AT_ONCE = 64
ROWS_IN_CACHE = 256


@dataclass(frozen=True)
class Snapshot:
    """The rows of one dataset version.

    Attributes:
        positions: int64 [R], `_position_index`, in upload order.
        content_of: int32 [R], the content of each row; -1 where the field is null or blank.
        contents: uint8 [C, 16], a hash per distinct content, in order of first appearance.
        first_row: int64 [C], the first row (0..R-1) with each content.
    """

    positions: NDArray[np.int64]
    content_of: NDArray[np.int32]
    contents: NDArray[np.uint8]
    first_row: NDArray[np.int64]

    @classmethod
    def load(cls, folder: Path) -> Snapshot:
        """Open what `take_snapshot` wrote."""
        names = ("positions", "content_of", "contents", "first_row")
        return cls(*(load_array(folder / f"{name}.npy") for name in names))

    def digest(self) -> str:
        """Return a hash of the contents: equal for snapshots whose distinct contents are equal and in one order."""
        return hashlib.sha256(np.ascontiguousarray(self.contents).tobytes()).hexdigest()


def content_column(modality: Modality, indexed_field: str | None) -> str:
    """Return the column that is mapped."""
    if modality == "embedding":
        return EMBEDDING_COLUMN
    return BLOB_COLUMN if modality == "image" else indexed_field or ""


def take_snapshot(
    store: DatasetStore,
    version: int,
    modality: Modality,
    field: str | None,
    folder: Path,
    context: Context | None = None,
) -> None:
    """Read one version's rows and write a Snapshot to `folder`."""
    column = content_column(modality, field)
    total, rows = max(store.count(version), 1), 0
    positions: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
    valid: list[NDArray[np.bool_]] = [np.empty(0, np.bool_)]
    hashes: list[NDArray[np.uint8]] = [np.empty((0, HASH_BYTES), np.uint8)]
    for position, there, found in _contents(store, version, column, modality):
        positions.append(position)
        valid.append(there)
        hashes.append(found)
        rows += len(position)
        if context is not None:
            context.progress(rows / total, f"{rows:,} rows read")
    mapped = np.flatnonzero(np.concatenate(valid))
    known = np.concatenate(hashes)
    code, first = first_appearances(known)
    content_of = np.full(rows, -1, dtype=np.int32)
    content_of[mapped] = code
    save_array(folder / "positions.npy", np.concatenate(positions))
    save_array(folder / "content_of.npy", content_of)
    save_array(folder / "contents.npy", known[first])
    save_array(folder / "first_row.npy", mapped[first].astype(np.int64))


class StoredImages(Sequence[bytes | None]):
    """The distinct images of a snapshot, [C], left in the store until they are asked for."""

    def __init__(self, store: DatasetStore, version: int, snapshot: Snapshot) -> None:
        """Remember where the images are."""
        self._store, self._version = store, version
        self._positions = snapshot.positions[snapshot.first_row]

    def __len__(self) -> int:
        return len(self._positions)

    @overload
    def __getitem__(self, index: int) -> bytes | None: ...

    @overload
    def __getitem__(self, index: slice) -> list[bytes | None]: ...

    def __getitem__(self, index: int | slice) -> bytes | list[bytes | None] | None:
        positions = self._positions[index if isinstance(index, slice) else [index]].tolist()
        found = self._store.read_blobs(positions, self._version)
        return found if isinstance(index, slice) else found[0]

    def take(self, rows: NDArray[np.integer]) -> list[bytes | None]:
        """Return some images, in one read."""
        return self._store.read_blobs(self._positions[rows].tolist(), self._version)


def items(
    store: DatasetStore, version: int, modality: Modality, field: str | None, snapshot: Snapshot
) -> Sequence[object]:
    """Return the distinct contents themselves, [C]: texts, or images as bytes, which are read when asked for."""
    if modality == "image":
        return StoredImages(store, version, snapshot)
    column = content_column(modality, field)
    chunks = [batch.column(0) for batch in store.scan([column], version)]
    texts = pa.chunked_array([chunk.cast(pa.large_string()) for chunk in chunks], type=pa.large_string())
    return list(texts.take(pa.array(snapshot.first_row)).to_pylist())


def take(contents: Sequence[Any], rows: NDArray[np.integer]) -> list[Any]:
    """Return some of what `items` returned; images in one read."""
    return contents.take(rows) if isinstance(contents, StoredImages) else [contents[row] for row in rows]


def given_vectors(store: DatasetStore, version: int, snapshot: Snapshot) -> Iterator[NDArray[np.float32]]:
    """Yield the distinct vectors that the user brought, in blocks, float32 [*, D]."""
    first = np.zeros(len(snapshot.content_of), dtype=bool)
    first[snapshot.first_row] = True
    row = 0
    for batch in store.scan([EMBEDDING_COLUMN], version):
        wanted = first[row : row + batch.num_rows]
        row += batch.num_rows
        vectors = batch.column(0) if wanted.all() else batch.column(0).filter(pa.array(wanted))
        if len(vectors):
            yield vectors.flatten().to_numpy(zero_copy_only=False).reshape(len(vectors), -1)


def _contents(
    store: DatasetStore, version: int, column: str, modality: Modality
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.uint8]]]:
    """Yield the positions of some rows [B], which have a content bool [B], and the hashes of these uint8 [V, 16]."""
    if modality == "image":
        for batch in store.scan([POSITION_COLUMN], version, BLOBS_AT_ONCE):
            position = batch.column(0).to_numpy()
            blobs = store.read_blobs(position.tolist(), version)
            yield position, np.array([bool(blob) for blob in blobs]), hashes_of(blob for blob in blobs if blob)
        return
    for batch in store.scan([POSITION_COLUMN, column], version):
        values = batch.column(1)
        read = _vector_hashes if modality == "embedding" else _text_hashes
        # A copy: a view of one column keeps the whole batch in memory, vectors and all.
        yield batch.column(0).to_numpy().copy(), *read(values)


def _text_hashes(values: pa.Array) -> tuple[NDArray[np.bool_], NDArray[np.uint8]]:
    texts = values.cast(pa.large_string())
    there = pc.not_equal(pc.utf8_trim_whitespace(texts), "").fill_null(fill_value=False)
    return there.to_numpy(zero_copy_only=False), hashes_of(text.encode() for text in texts.filter(there).to_pylist())


def _vector_hashes(values: pa.FixedSizeListArray) -> tuple[NDArray[np.bool_], NDArray[np.uint8]]:
    width = values.type.list_size
    numbers = values.values.slice(values.offset * width, len(values) * width).to_numpy(zero_copy_only=False)
    rows = numbers.reshape(len(values), width)
    there = values.is_valid().to_numpy(zero_copy_only=False)
    if not there.all():
        rows = rows[there]
    # Adding zero makes -0.0 and 0.0 one content. A few rows at a time stay in the processor's cache.
    blocks = (rows[start : start + ROWS_IN_CACHE] + np.float32(0) for start in range(0, len(rows), ROWS_IN_CACHE))
    return there, np.concatenate([np.empty((0, HASH_BYTES), np.uint8), *map(row_hashes, blocks)])
