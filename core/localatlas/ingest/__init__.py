"""From what a user gives to `add_data` or `map_data` to one validated Arrow table.

Pure functions over numpy, pandas and pyarrow: no storage, no pipeline. In the order in which they are used:

    table = to_table(data)                       # any of the accepted forms, types as they are
    check_table(table, id_field=...)             # refuses what cannot be stored, with the offending values
    vectors = to_vectors(embeddings, rows=len(table), width=...)
    schema = merge_schema(current, table.schema) # the dataset's columns after this batch
    rows = attach(storable(conform(table, schema)), positions=..., vectors=..., blobs=...)
"""

from __future__ import annotations

from localatlas.ingest.attach import attach, storable
from localatlas.ingest.checks import MAX_ID_LENGTH, check_table
from localatlas.ingest.conform import conform
from localatlas.ingest.schema import merge_schema
from localatlas.ingest.tables import to_table
from localatlas.ingest.vectors import to_vectors

__all__ = [
    "MAX_ID_LENGTH",
    "attach",
    "check_table",
    "conform",
    "merge_schema",
    "storable",
    "to_table",
    "to_vectors",
]
