"""Rows that other libraries hold, recognised without importing those libraries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from localatlas.errors import AtlasTypeError
from localatlas.ingest.values import to_array

__all__ = ["is_instance", "tables_of"]

BATCH_ROWS = 10_000


def tables_of(data: Any) -> Iterator[pa.Table] | None:
    """Return the rows of a Hugging Face dataset or a lazy Polars frame, part by part; None for anything else.

    Class labels become categories of their names, and images stay as the library keeps them (`bytes`, `path`).

    Raises:
        AtlasTypeError: `data` holds several splits; the message names them.
    """
    if is_instance(data, "datasets", "DatasetDict", "IterableDatasetDict"):
        splits = list(data)
        raise AtlasTypeError(
            f"a {type(data).__name__} is not one set of rows but {len(splits)} splits; give one of them, such as "
            f"data[{(splits or ['train'])[0]!r}], or join them with datasets.concatenate_datasets"
        )
    if is_instance(data, "datasets", "Dataset", "IterableDataset"):
        return _hugging_face(data)
    if is_instance(data, "polars", "LazyFrame"):
        return iter([pa.table(data.collect())])
    return None


def is_instance(value: Any, library: str, *names: str) -> bool:
    """Whether a value is of one of a library's classes, by name: a library that is not imported has no instances."""
    # The compiled half of a library is often called like it, with an underscore before.
    return any(
        kind.__name__ in names and kind.__module__.partition(".")[0].removeprefix("_") == library
        for kind in type(value).__mro__
    )


def _hugging_face(data: Any) -> Iterator[pa.Table]:
    features = data.features
    labels = {
        name: each.names for name, each in (features or {}).items() if is_instance(each, "datasets", "ClassLabel")
    }
    if features is None:
        # The library takes the first block's types for all.
        for block in data.iter(batch_size=BATCH_ROWS):
            yield pa.table({name: to_array(name, values) for name, values in block.items()})
        return
    # The columns and their types, also where no row comes.
    yield _named(pa.schema(list(features.arrow_schema)).empty_table(), labels)
    for part in data.with_format("arrow").iter(batch_size=BATCH_ROWS):
        yield _named(pa.table(part), labels)


def _named(table: pa.Table, labels: dict[str, list[str]]) -> pa.Table:
    for name, names in labels.items():
        if not pa.types.is_integer(table.schema.field(name).type):
            continue
        codes = table[name].combine_chunks().cast(pa.int32())
        # The library writes -1 where there is no label.
        known = pc.if_else(pc.less(codes, 0), pa.scalar(None, pa.int32()), codes)
        table = table.set_column(
            table.column_names.index(name), name, pa.DictionaryArray.from_arrays(known, pa.array(names, pa.string()))
        )
    storage = [_storage(column) for column in table.columns]
    return pa.table(dict(zip(table.column_names, storage, strict=True)))


def _storage(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if not isinstance(column.type, pa.BaseExtensionType):
        return column
    return pa.chunked_array([chunk.storage for chunk in column.chunks], type=column.type.storage_type)
