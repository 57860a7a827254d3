"""Whatever Arrow type a column has, its values come back from Lance as they were."""

from __future__ import annotations

import datetime as dt
import decimal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from atlas_plugin_lance import LanceStorage
from atlas_plugin_lance.columns import OPAQUE, restored_array, restored_field, stored_array, stored_field, stored_type
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from localatlas.protocols import DatasetKey

KEY = DatasetKey("me", "data")
NAMES = ["", "a.b", "`", '"', "x`y", "_rowid", "_rowaddr", "c_6162", "Ä", "select", " ", "日本"]
UNITS = ("s", "ms", "us", "ns")
WORDS = st.text(alphabet=st.characters(codec="utf-8"), max_size=8)
BYTES = st.binary(max_size=8)


def integers(kind: pa.DataType) -> st.SearchStrategy[int]:
    bits = kind.bit_width
    signed = pa.types.is_signed_integer(kind)
    return st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else st.integers(0, 2**bits - 1)


def decimals(kind: pa.DataType) -> st.SearchStrategy[decimal.Decimal]:
    limit = 10**kind.precision - 1
    context = decimal.Context(prec=80)
    return st.integers(-limit, limit).map(lambda n: decimal.Decimal(n).scaleb(-kind.scale, context))


INTEGERS = [pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64()]
DECIMALS = [
    *(pa.decimal32(7, 2), pa.decimal64(15, 4), pa.decimal128(38, 10), pa.decimal256(70, 30), pa.decimal128(9, -3)),
]
# Made from int64 below, so that values outside Python's own range of dates are tried too.
MOMENTS = [
    *(pa.timestamp(unit) for unit in UNITS),
    *(pa.timestamp(unit, zone) for unit in UNITS for zone in ("UTC", "Europe/Berlin", "+05:30")),
    *(pa.duration(unit) for unit in UNITS),
]
LEAVES: list[tuple[pa.DataType, st.SearchStrategy[Any]]] = [
    *((kind, integers(kind)) for kind in INTEGERS),
    *((kind, decimals(kind)) for kind in DECIMALS),
    (pa.float32(), st.floats(width=32, allow_nan=False)),
    (pa.float64(), st.floats(allow_nan=False)),
    (pa.bool_(), st.booleans()),
    *((kind, WORDS) for kind in (pa.string(), pa.large_string(), pa.string_view())),
    *((kind, BYTES) for kind in (pa.binary(), pa.large_binary(), pa.binary_view())),
    (pa.binary(3), st.binary(min_size=3, max_size=3)),
    (pa.null(), st.none()),
    (pa.date32(), st.dates()),
    (pa.date64(), st.dates()),
    (pa.time32("ms"), st.times().map(lambda time: time.replace(microsecond=time.microsecond // 1000 * 1000))),
    (pa.time64("us"), st.times()),
    (pa.month_day_nano_interval(), st.tuples(st.integers(-9, 9), st.integers(-9, 9), st.integers(-9, 9))),
    (pa.dictionary(pa.int8(), pa.string()), WORDS),
    (pa.dictionary(pa.int32(), pa.int64(), ordered=True), st.integers(-5, 5)),
]


@st.composite
def columns(draw: st.DrawFn, depth: int = 2) -> tuple[pa.DataType, st.SearchStrategy[Any]]:
    """Draw a type and a strategy for its values."""
    shapes: list[Callable[[], tuple[pa.DataType, st.SearchStrategy[Any]]]] = [lambda: draw(st.sampled_from(LEAVES))]
    if depth:
        shapes += [lambda: _list(draw, depth), lambda: _fixed(draw), lambda: _struct(draw, depth), lambda: _map(draw)]
    return draw(st.sampled_from(shapes))()


def _list(draw: st.DrawFn, depth: int) -> tuple[pa.DataType, st.SearchStrategy[Any]]:
    kind, values = draw(columns(depth - 1))
    make = draw(st.sampled_from([pa.list_, pa.large_list, pa.list_view]))
    return make(kind), st.lists(st.none() | values, max_size=3)


def _fixed(draw: st.DrawFn) -> tuple[pa.DataType, st.SearchStrategy[Any]]:
    kind, values = draw(st.sampled_from([leaf for leaf in LEAVES if not pa.types.is_dictionary(leaf[0])]))
    return pa.list_(kind, 2), st.lists(st.none() | values, min_size=2, max_size=2)


def _struct(draw: st.DrawFn, depth: int) -> tuple[pa.DataType, st.SearchStrategy[Any]]:
    names = draw(st.lists(st.sampled_from(["a", "b", "A", "a.b", "", "_rowid"]), max_size=3, unique=True))
    parts = {name: draw(columns(depth - 1)) for name in names}
    kind = pa.struct([pa.field(name, part[0]) for name, part in parts.items()])
    return kind, st.fixed_dictionaries({name: st.none() | part[1] for name, part in parts.items()})


def _map(draw: st.DrawFn) -> tuple[pa.DataType, st.SearchStrategy[Any]]:
    return pa.map_(pa.string(), pa.int64()), st.lists(st.tuples(WORDS, st.none() | st.integers(0, 9)), max_size=2)


@st.composite
def arrays(draw: st.DrawFn) -> pa.Array:
    """Draw an array of 1 to 5 values, nulls among them."""
    if draw(st.integers(0, 5)) == 0:
        kind = draw(st.sampled_from(MOMENTS))
        numbers = draw(st.lists(st.none() | st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=5))
        return pa.array(numbers, pa.int64()).view(kind)
    kind, values = draw(columns())
    return pa.array(draw(st.lists(st.none() | values, min_size=1, max_size=5)), kind)


def numbered(array: pa.Array, first: int = 0, name: str = "column") -> pa.Table:
    return pa.table({"_position_index": pa.array(range(first, first + len(array)), pa.int64()), name: array})


def plain(array: pa.Array | pa.ChunkedArray) -> list[Any]:
    """Return comparable values; moments as their numbers, which Python's own types cannot all hold."""
    if pa.types.is_timestamp(array.type) or pa.types.is_duration(array.type):
        array = array.view(pa.int64()) if isinstance(array, pa.Array) else array.combine_chunks().view(pa.int64())
    values: list[Any] = array.to_pylist()
    return values


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> LanceStorage:
    return LanceStorage(LanceStorage.Options(address=str(tmp_path_factory.mktemp("home"))))


def wrapped() -> dict[str, tuple[pa.DataType, Callable[[Any], Any]]]:
    """Return every leaf by itself and in every shape, with what makes a value of one of the leaf's."""
    shapes: dict[str, tuple[Callable[[pa.DataType], pa.DataType], Callable[[Any], Any]]] = {
        "plain": (lambda kind: kind, lambda value: value),
        "list": (pa.list_, lambda value: [value, None]),
        "large list": (pa.large_list, lambda value: [value, None]),
        "list view": (pa.list_view, lambda value: [value, None]),
        "pair": (lambda kind: pa.list_(kind, 2), lambda value: [value, None]),
        "struct": (lambda kind: pa.struct({"a": kind}), lambda value: {"a": value}),
        "list of structs": (lambda kind: pa.list_(pa.struct({"a": kind})), lambda value: [{"a": value}, None]),
        "struct of odd names": (
            lambda kind: pa.struct({"a.b": kind, "": kind}),
            lambda value: {"a.b": value, "": None},
        ),
        "map": (lambda kind: pa.map_(pa.string(), kind), lambda value: [("key", value)]),
    }
    kinds = [*(leaf[0] for leaf in LEAVES), *MOMENTS]
    return {f"{name} of {kind}": (make(kind), fill) for kind in kinds for name, (make, fill) in shapes.items()}


EXAMPLES: tuple[tuple[Callable[[pa.DataType], bool], Any], ...] = (
    (pa.types.is_null, None),
    (pa.types.is_string, ""),
    (pa.types.is_large_string, ""),
    (pa.types.is_string_view, ""),
    (pa.types.is_fixed_size_binary, b"abc"),
    (pa.types.is_binary, b""),
    (pa.types.is_large_binary, b""),
    (pa.types.is_binary_view, b""),
    (pa.types.is_interval, pa.MonthDayNano([1, 2, 3])),
    (pa.types.is_decimal, decimal.Decimal(0)),
    (pa.types.is_date, dt.date(1970, 1, 2)),
    (pa.types.is_time, dt.time(1)),
)


def leaf_value(kind: pa.DataType) -> Any:
    """Return one value of a leaf type, taken from the innermost type of a shape."""
    while pa.types.is_nested(kind):
        kind = kind.item_type if pa.types.is_map(kind) else kind.field(0).type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    for fits, example in EXAMPLES:
        if fits(kind):
            return example
    return pa.array([0], pa.int64()).cast(kind)[0].as_py()


def test_every_leaf_survives_in_every_shape(tmp_path: Path) -> None:
    store = LanceStorage(LanceStorage.Options(address=str(tmp_path))).create(KEY, b"")
    given = {name: pa.array([fill(leaf_value(kind)), None], kind) for name, (kind, fill) in wrapped().items()}
    for first in (0, 2):
        store.append(pa.table({"_position_index": pa.array([first, first + 1], pa.int64()), **given}))
    schema = store.schema()
    assert schema is not None
    found = pa.Table.from_batches(list(store.scan()))
    for name, array in given.items():
        assert str(schema.field(name).type) == str(array.type)
        assert str(found[name].chunk(0).type) == str(array.type)
        assert found[name].to_pylist() == array.to_pylist() * 2, name


@given(array=arrays(), widened=st.booleans())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_type_survives(storage: LanceStorage, array: pa.Array, widened: bool) -> None:
    if storage.exists(KEY):
        storage.delete(KEY)
    store = storage.create(KEY, b"")
    before = [None] if widened else []
    if widened:
        store.append(pa.table({"_position_index": pa.array([0], pa.int64())}))
    store.append(numbered(array, len(before)))
    store.append(numbered(array, len(before) + len(array)))
    schema = store.schema()
    assert schema is not None
    assert schema.field("column").type == array.type
    found = pa.Table.from_batches(list(store.scan(["column"])))["column"]
    assert found.type == array.type
    assert plain(found) == [*before, *plain(array), *plain(array)]
    position = len(before)
    taken = store.take("_position_index", pa.array([position + len(array), position], pa.int64()), ["column"])["column"]
    assert taken.type == array.type
    assert plain(taken) == plain(array)[:1] * 2


@given(array=arrays())
@settings(max_examples=150, deadline=None)
def test_a_stand_in_is_one_that_lance_keeps(array: pa.Array) -> None:
    kind = stored_type(array.type)
    assert stored_type(kind) == kind
    field = pa.field("a.b", array.type, metadata={"user's": "own"})
    stored = stored_field(field)
    assert restored_field(stored) == field
    assert restored_field(stored).metadata == field.metadata
    pieces = restored_array(stored_array(array, kind), field)
    assert plain(pa.chunked_array(pieces, array.type)) == plain(array)


def test_nan_and_negative_zero_survive(storage: LanceStorage) -> None:
    store = storage.create(DatasetKey("me", "floats"), b"")
    values = pa.array([float("nan"), -0.0, float("-inf"), 5e-324])
    store.append(numbered(values))
    found = pa.Table.from_batches(list(store.scan()))["column"].combine_chunks()
    assert found.view(pa.int64()).equals(values.view(pa.int64()))


def test_extension_types_survive(storage: LanceStorage) -> None:
    store = storage.create(DatasetKey("me", "extensions"), b"")
    values = pa.array([b"\0" * 16, None, b"\1" * 16], pa.uuid())
    store.append(numbered(values))
    assert next(iter(store.scan())).column("column").equals(values)


def test_unions_and_runs_survive(storage: LanceStorage) -> None:
    store = storage.create(DatasetKey("me", "rare"), b"")
    runs = pa.RunEndEncodedArray.from_arrays(pa.array([2, 3], pa.int32()), pa.array([7, None], pa.int64()))
    assert stored_type(runs.type) == OPAQUE
    store.append(numbered(runs))
    found = next(iter(store.scan())).column("column")
    assert (found.type, found.to_pylist()) == (runs.type, [7, 7, None])
    union = pa.UnionArray.from_dense(
        pa.array([0, 1, 0], pa.int8()), pa.array([0, 0, 1], pa.int32()), [pa.array([1, 2]), pa.array(["x"])]
    )
    assert stored_type(union.type) == OPAQUE
    pieces = restored_array(stored_array(union, OPAQUE), pa.field("", union.type))
    assert pa.chunked_array(pieces).to_pylist() == [1, "x", 2]


@pytest.mark.parametrize("name", NAMES)
def test_any_column_name_survives(storage: LanceStorage, name: str, tmp_path: Path) -> None:
    store = LanceStorage(LanceStorage.Options(address=str(tmp_path))).create(KEY, b"")
    store.append(numbered(pa.array(["x", None, "z"]), name=name))
    assert next(iter(store.scan([name]))).to_pydict() == {name: ["x", None, "z"]}
    assert store.find(name, pa.array(["z", "y"])).to_pylist() == ["z"]
    assert store.delete(name, pa.array(["x"])) == 1
    assert store.count() == 2


def test_dictionaries_that_do_not_fit_together_come_in_pieces(tmp_path: Path) -> None:
    store = LanceStorage(LanceStorage.Options(address=str(tmp_path))).create(KEY, b"")
    kind = pa.dictionary(pa.int8(), pa.string())
    words = [[f"{batch} {number}" for number in range(100)] for batch in range(3)]
    for batch, values in enumerate(words):
        store.append(numbered(pa.array(values, kind), 100 * batch))
    found = pa.Table.from_batches(list(store.scan(["column"])))["column"]
    assert found.type == kind
    assert found.to_pylist() == [word for values in words for word in values]
