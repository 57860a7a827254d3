"""From files, folders, databases and other libraries' objects to rows that `add_data` takes.

    rows = localatlas.read("reviews.csv")          # whole, in memory
    dataset.add_data(**rows)

    for part in localatlas.readers.stream("large.parquet"):
        dataset.add_data(**part)

One kind of source per file: `delimited` (CSV, TSV), `json_files`, `columnar` (Parquet, Arrow), `arrays` (.npy, .npz),
`pictures` (folders of images), `sql`. What none of them knows is offered to the plugins' hook `localatlas_read`.
"""

from __future__ import annotations

from localatlas.readers.opening import open_source, read, stream
from localatlas.readers.reading import Reading
from localatlas.readers.rows import Rows

__all__ = ["Reading", "Rows", "open_source", "read", "stream"]
