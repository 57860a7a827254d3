"""The rows of a dataset: read, added and deleted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa

from localatlas.adding import OnConflict, add_rows
from localatlas.dataset_facts import DatasetFacts
from localatlas.row_access import RowAccess

__all__ = ["DatasetRows"]


class DatasetRows(DatasetFacts):
    """What a dataset does with its rows."""

    def add_data(
        self,
        data: Any = None,
        embeddings: Any = None,
        blobs: Any = None,
        pbar: Any = None,
        *,
        on_conflict: OnConflict = "error",
    ) -> None:
        """Append rows: all of them, or none and an error.

        Args:
            data: a DataFrame (pandas, Polars), a list of dicts, an Arrow table; left out for bare vectors. More rows
                than memory holds come from an Arrow reader, or an iterator over any of these or over dicts: all of
                them wait on disk until the last is checked.
            embeddings: vectors of your own, array-like [N, D]; kept as float32.
            blobs: images, one per row: URLs, paths, bytes or PIL images; `data` may then be left out.
            pbar: a tqdm bar, advanced by the number of rows, at first by half when they are read.
            on_conflict: what becomes of a row whose id is in the dataset already: "error" refuses the batch, "ignore"
                leaves the new row out with a warning, "replace" puts it in the old one's place, as the newest row.

        Raises:
            InvalidDataError: rows, ids, vectors or images cannot be taken; nothing was written.
            InvalidOptionError: `on_conflict` is none of the three, or the dataset has no id field.
            AtlasTypeError: `data` is of a type that is not taken.
        """
        add_rows(self._store, data, embeddings, blobs, self.id_field, on_conflict, pbar)

    def delete_data(self, ids: Sequence[Any]) -> bool:
        """Delete rows by id; finished maps hide them. Returns True.

        Raises:
            AtlasTypeError: `ids` is no list of ids.
            RowNotFoundError: some id is not there; nothing was deleted.
        """
        self._rows.delete(ids)
        return True

    def get_data(self, ids: Sequence[Any]) -> list[dict[str, Any]]:
        """Return rows by id, in the order asked, each a dict of the user's columns (and the id).

        Raises:
            AtlasTypeError: `ids` is no list of ids.
            RowNotFoundError: some id is not there; the message names it.
        """
        return self._rows.read(ids)

    def scan(self, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Yield the rows in upload order, the user's columns unless others are named."""
        return self._store.scan(self.dataset_fields if columns is None else columns)

    @property
    def _rows(self) -> RowAccess:
        return RowAccess(self._store, self.identifier, self.id_field)
