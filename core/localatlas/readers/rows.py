"""What a reader returns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from localatlas.errors import AtlasValueError

__all__ = ["Rows"]


@dataclass(frozen=True)
class Rows:
    """R rows, ready for `dataset.add_data(**rows)` and `map_data(**rows, ...)`.

    Attributes:
        table: the columns; None where there is nothing but vectors.
        embeddings: float32 [R, D]; None where there are none.
        blobs: R images as paths, URLs or encoded bytes; None where there are none.
    """

    table: pa.Table | None
    embeddings: NDArray[np.float32] | None = None
    blobs: Sequence[Any] | None = None

    def keys(self) -> list[str]:
        """Return the arguments of `add_data` that these rows fill."""
        return [name for name, value in self._arguments().items() if value is not None]

    def __getitem__(self, name: str) -> Any:
        return self._arguments()[name]

    def __len__(self) -> int:
        if self.table is not None:
            return int(self.table.num_rows)
        return len(self.embeddings if self.embeddings is not None else self.blobs or ())

    def slice(self, start: int, length: int) -> Rows:
        """Return some consecutive rows, without copying the table or the vectors."""
        stop = start + length
        return Rows(
            None if self.table is None else self.table.slice(start, length),
            None if self.embeddings is None else self.embeddings[start:stop],
            None if self.blobs is None else self.blobs[start:stop],
        )

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Lend the table to libraries that speak Arrow; rows with vectors or images are more than a table."""
        if self.table is None or self.embeddings is not None or self.blobs is not None:
            raise AtlasValueError(
                "these rows have vectors or images beside their columns: pass them whole, add_data(**rows), "
                "or take their table"
            )
        return self.table.__arrow_c_stream__(requested_schema)

    def _arguments(self) -> dict[str, Any]:
        return {"data": self.table, "embeddings": self.embeddings, "blobs": self.blobs}
