"""NumPy's files: vectors, alone or with columns."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from localatlas.errors import InvalidDataError, listing
from localatlas.ingest import to_vectors
from localatlas.readers.formats import Survey
from localatlas.readers.rows import Rows

__all__ = ["NpyFile", "NpzFile", "open_vectors"]

# About 64 MB of float32 at 256 dimensions.
BATCH_ROWS = 65_536
MATRIX = 2


@dataclass(frozen=True)
class NpyFile:
    """A two-dimensional array of numbers [N, D]; mapped into memory."""

    path: Path

    def survey(self, *, keep: bool) -> Survey:
        """Read the header."""
        del keep
        return Survey(pa.schema([]), len(open_vectors(self.path)), has_vectors=True)

    def parts(self, survey: Survey) -> Iterator[Rows]:
        """Yield some ten thousand vectors at a time."""
        del survey
        vectors = open_vectors(self.path)
        for start in range(0, len(vectors), BATCH_ROWS):
            block = vectors[start : start + BATCH_ROWS]
            with _named(self.path):
                yield Rows(None, to_vectors(block, len(block)))


@dataclass(frozen=True)
class NpzFile:
    """Arrays of one length by name: the one with two dimensions is the vectors, those with one are columns."""

    path: Path

    def survey(self, *, keep: bool) -> Survey:
        """Read the file: its arrays are compressed whole."""
        del keep
        with _named(self.path), np.load(self.path, allow_pickle=False) as file:
            rows = _split({name: file[name] for name in file.files})
        schema = pa.schema([]) if rows.table is None else rows.table.schema
        return Survey(schema, len(rows), has_vectors=rows.embeddings is not None, kept=[rows])

    def parts(self, survey: Survey) -> Iterator[Rows]:
        """Yield all rows."""
        yield from survey.kept or ()


def open_vectors(path: Path) -> NDArray[Any]:
    """Return a `.npy` file's array [N, D], mapped into memory. Raises InvalidDataError."""
    with _named(path):
        array: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
        if array.ndim != MATRIX or array.dtype.kind not in "fiu":
            raise InvalidDataError(
                f"the array has the shape {list(array.shape)} and the type {array.dtype}; vectors are numbers, "
                "[rows, width]"
            )
    return array


def _split(arrays: Mapping[str, NDArray[Any]]) -> Rows:
    matrices = {name: array for name, array in arrays.items() if array.ndim == MATRIX}
    columns = {name: array for name, array in arrays.items() if array.ndim == 1}
    if len(matrices) > 1 or len(matrices) + len(columns) < len(arrays) or not arrays:
        shapes = listing([f"{name} {list(array.shape)}" for name, array in arrays.items()], shown=20)
        raise InvalidDataError(
            f"it holds {shapes}; at most one array may have two dimensions (the vectors), the others are columns"
        )
    if len({len(array) for array in arrays.values()}) > 1:
        raise InvalidDataError(f"its arrays differ in length: { {name: len(array) for name, array in arrays.items()} }")
    table = pa.table({name: pa.array(array) for name, array in columns.items()}) if columns else None
    vectors = next(iter(matrices.values()), None)
    return Rows(table, None if vectors is None else to_vectors(vectors, len(vectors)))


@contextmanager
def _named(path: Path) -> Iterator[None]:
    try:
        yield
    except InvalidDataError as error:
        raise InvalidDataError(f"{path.name}: {error}") from error
    except (ValueError, OSError, EOFError, TypeError, zipfile.BadZipFile) as error:
        raise InvalidDataError(f"{path.name} cannot be read as a file of NumPy: {error}") from error
