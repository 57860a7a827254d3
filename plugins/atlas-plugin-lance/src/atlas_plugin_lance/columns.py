"""Which Arrow types Lance keeps as they are, and what stands in for the others.

Every stored field carries the user's own field in its metadata, so that names, types and metadata come back as they
were. Fields are stored nullable: rows of an earlier batch have nulls in columns that came later.
"""

from __future__ import annotations

import base64
import binascii
import re

import pyarrow as pa
from localatlas.protocols.storage import BLOB_COLUMN
from localatlas.stored_columns import looking_up

__all__ = ["as_stored", "restored_array", "restored_field", "stored_array", "stored_field", "stored_name"]

FIELD_KEY = b"localatlas:field"
BLOB_KEY = b"lance-encoding:blob"
# Lance refuses dots, backticks and its own `_row…` names, and a name of ours must not look like a user's.
PLAIN_NAME = re.compile(r"(?!_row)(?!c_[0-9a-f]*$)[A-Za-z_][A-Za-z0-9_]*")
OPAQUE = pa.large_binary()


def stored_name(name: str) -> str:
    """Return the name under which Lance keeps a column."""
    return name if PLAIN_NAME.fullmatch(name) else "c_" + name.encode().hex()


def stored_field(field: pa.Field) -> pa.Field:
    """Return the field under which Lance keeps a column."""
    kept = base64.b64encode(pa.schema([field.with_nullable(True)]).serialize().to_pybytes())
    metadata = {FIELD_KEY: kept}
    if field.name == BLOB_COLUMN:
        metadata[BLOB_KEY] = b"true"
    return pa.field(stored_name(field.name), stored_type(field.type), metadata=metadata)


def restored_field(field: pa.Field) -> pa.Field:
    """Return the user's field of one that Lance keeps."""
    try:
        kept = base64.b64decode((field.metadata or {})[FIELD_KEY])
    except (KeyError, binascii.Error):
        return field
    restored: pa.Field = pa.ipc.read_schema(pa.py_buffer(kept)).field(0)
    return restored


def stored_type(kind: pa.DataType) -> pa.DataType:
    """Return the type that stands in for `kind`: itself, one to cast to and back, or one message per value."""
    if _native(kind):
        return kind
    if isinstance(kind, pa.BaseExtensionType):
        return stored_type(kind.storage_type)
    if pa.types.is_dictionary(kind) and _castable(kind.value_type):
        return kind.value_type
    for test, stand_in in (
        (pa.types.is_string_view, pa.large_string()),
        (pa.types.is_binary_view, pa.large_binary()),
    ):
        if test(kind):
            return stand_in
    if pa.types.is_decimal32(kind) or pa.types.is_decimal64(kind):
        return stored_type(pa.decimal128(kind.precision, kind.scale))
    return OPAQUE


def _native(kind: pa.DataType) -> bool:
    """Whether Lance gives every value of the type back as it was; `tests/test_types.py` holds it to that."""
    native = True
    if isinstance(kind, pa.BaseExtensionType):
        native = False
    elif pa.types.is_list(kind) or pa.types.is_large_list(kind):
        native = _native(kind.value_type) and kind.value_field.name == "item"
    elif pa.types.is_fixed_size_list(kind):
        native = kind.list_size > 0 and (pa.types.is_floating(kind.value_type) or pa.types.is_integer(kind.value_type))
    elif pa.types.is_struct(kind):
        names = [field.name for field in kind]
        plain = all(PLAIN_NAME.fullmatch(name) for name in names) and len(set(names)) == len(names)
        native = bool(names) and plain and all(_native(field.type) and not field.metadata for field in kind)
    elif pa.types.is_decimal128(kind) or pa.types.is_decimal256(kind):
        native = kind.scale >= 0
    elif pa.types.is_fixed_size_binary(kind):
        native = kind.byte_width > 0
    else:
        native = any(test(kind) for test in NATIVE_TESTS)
    return native


NATIVE_TESTS = (
    pa.types.is_null,
    pa.types.is_boolean,
    pa.types.is_integer,
    pa.types.is_floating,
    pa.types.is_string,
    pa.types.is_large_string,
    pa.types.is_binary,
    pa.types.is_large_binary,
    pa.types.is_date,
    pa.types.is_time,
    pa.types.is_timestamp,
    pa.types.is_duration,
)


def _castable(kind: pa.DataType) -> bool:
    return not pa.types.is_nested(kind) and _native(kind)


def stored_array(array: pa.Array, kind: pa.DataType) -> pa.Array:
    """Return what Lance keeps of `array`, of type `kind`, which is `stored_type(array.type)`."""
    if array.type == kind:
        return array
    if isinstance(array, pa.ExtensionArray):
        return stored_array(array.storage, kind)
    if kind == OPAQUE and not pa.types.is_binary_view(array.type) and not pa.types.is_dictionary(array.type):
        return pa.array([_message(array.slice(i, 1)) for i in range(len(array))], OPAQUE)
    return array.cast(kind)


def restored_array(array: pa.Array, field: pa.Field) -> list[pa.Array]:
    """Return the user's array of one that Lance kept, in more than one piece if dictionary keys are too narrow."""
    if isinstance(field.type, pa.BaseExtensionType):
        pieces = restored_array(array, pa.field("", field.type.storage_type))
        return [pa.ExtensionArray.from_storage(field.type, piece) for piece in pieces]
    if array.type == field.type:
        return [array]
    if pa.types.is_dictionary(field.type):
        return _encoded(array, field.type)
    if array.type == OPAQUE and not pa.types.is_binary_view(field.type):
        read = [_value(message) if message.is_valid else pa.nulls(1, field.type) for message in array]
        return [pa.concat_arrays(read) if read else pa.array([], field.type)]
    return [array.cast(field.type)]


def _encoded(array: pa.Array, kind: pa.DictionaryType) -> list[pa.Array]:
    """Batches that each fit into an int8 dictionary may not fit into one together."""
    encoded = array if pa.types.is_dictionary(array.type) else array.cast(kind.value_type).dictionary_encode()
    if len(encoded.dictionary) > 2 ** (kind.index_type.bit_width - 1) and len(array) > 1:
        half = len(array) // 2
        return [*_encoded(array.slice(0, half), kind), *_encoded(array.slice(half), kind)]
    indices = encoded.indices.cast(kind.index_type)
    return [pa.DictionaryArray.from_arrays(indices, encoded.dictionary, ordered=kind.ordered)]


def _message(value: pa.Array) -> bytes:
    batch = pa.record_batch([value], ["value"])
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    data: bytes = sink.getvalue().to_pybytes()
    return data


def _value(message: pa.LargeBinaryScalar) -> pa.Array:
    with pa.ipc.open_stream(message.as_buffer()) as reader:
        return reader.read_all().column(0).combine_chunks()


def as_stored(values: pa.Array | pa.ChunkedArray, field: pa.Field) -> pa.Array:
    """Return the values to look for in a column as Lance keeps them, in their order.

    Raises:
        AtlasTypeError: the column cannot hold such values.
    """
    kind = stored_type(field.type)
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    with looking_up(values.type, field.name, field.type):
        if values.type == field.type:
            return stored_array(values, kind)
        if pa.types.is_dictionary(values.type):
            values = values.cast(values.type.value_type)
        return values.cast(kind)
