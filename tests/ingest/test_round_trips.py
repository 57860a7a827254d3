"""Whatever is given comes back as it was, by id, by scan and on the map, or is refused whole."""

from __future__ import annotations

import datetime as dt
import math
import uuid
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, event, example, given, settings
from hypothesis import strategies as st
from localatlas import AtlasDataset
from localatlas.errors import AtlasTypeError, AtlasValueError

TEXT = st.text(max_size=6)
NAMES = st.text(min_size=1, max_size=6) | st.sampled_from(
    ["x", "y", "id", "ID", "text", "_x", "a.b", "数据", "ß", "\0", "c_00", "_rowid"]
)
ITEMS: dict[str, st.SearchStrategy[Any]] = {
    "bool": st.booleans(),
    "int": st.integers(-(2**63), 2**63 - 1),
    "float": st.floats(),
    "str": TEXT,
    "bytes": st.binary(max_size=4),
    "when": st.datetimes(),
    "zoned": st.datetimes(dt.datetime(1950, 1, 1), dt.datetime(2050, 1, 1), timezones=st.just(dt.UTC)),  # noqa: DTZ001
    "date": st.dates(),
    "decimal": st.decimals(-(10**9), 10**9, places=2),
    "null": st.none(),
}
IDS = st.text(min_size=1, max_size=37) | st.sampled_from(["a", "A", "é", "e\u0301", "x" * 36])
ROUNDS = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def columns(draw: st.DrawFn, rows: int) -> list[Any]:
    """One column, of one type or of two, flat or nested, with nulls."""
    kinds = draw(st.lists(st.sampled_from(sorted(ITEMS)), min_size=1, max_size=1 + (draw(st.integers(0, 5)) == 5)))
    item = st.none() | st.one_of([ITEMS[kind] for kind in kinds])
    if draw(st.booleans()):
        item = draw(st.sampled_from([item, st.none() | st.lists(item, max_size=2), st.fixed_dictionaries({"k": item})]))
    return draw(st.lists(item, min_size=rows, max_size=rows))


@st.composite
def batches(draw: st.DrawFn) -> tuple[str | None, list[dict[str, Any]]]:
    """The id field, if there is one, and rows."""
    rows = draw(st.sampled_from([2, 1, 3, 4, 0]))
    names = draw(st.lists(NAMES, max_size=3))
    made = {name: draw(columns(rows)) for name in names}
    id_field = draw(st.none() | NAMES)
    if id_field is not None and draw(st.integers(0, 9)):
        unique = draw(st.integers(0, 9)) > 0
        values = st.lists(draw(st.sampled_from([IDS, ITEMS["int"]])), min_size=rows, max_size=rows, unique=unique)
        made = {id_field: draw(values), **made}
    return id_field, [{name: values[row] for name, values in made.items()} for row in range(rows)]


def same(left: Any, right: Any) -> bool:
    if isinstance(left, list | tuple):
        return isinstance(right, list) and len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict):
        return isinstance(right, dict) and all(same(left.get(name), right.get(name)) for name in left.keys() | right)
    if isinstance(left, float) and isinstance(right, float):
        return (math.isnan(left) and math.isnan(right)) or (left == right)
    return bool(left == right)


def check(id_field: str | None, rows: list[dict[str, Any]], form: Any) -> None:
    name = f"rows-{uuid.uuid4().hex}"
    try:
        dataset = AtlasDataset(name, unique_id_field=id_field)
    except AtlasValueError:
        return
    with warnings.catch_warnings():
        # Columns of nothing but nulls are told of.
        warnings.simplefilter("ignore", UserWarning)
        try:
            dataset.add_data(form(rows), embeddings=np.arange(2 * len(rows)).reshape(-1, 2))
        except (AtlasValueError, AtlasTypeError):
            assert (dataset.total_datums, dataset.schema, dataset._store.version()) == (0, None, 0)
            return
    event("taken")
    kept = dataset.dataset_fields
    expected = [{name: row.get(name) for name in kept} for row in rows]
    dropped = {name for row in rows for name in row} - set(kept)
    assert all(row.get(name) is None for name in dropped for row in rows)
    ids = list(range(len(rows))) if id_field is None else [row[id_field] for row in rows]
    assert same(expected, [row for batch in dataset.scan() for row in batch.to_pylist()] if kept else expected)
    found = dataset.get_data(ids[::-1])
    assert same(expected[::-1], [{name: row[name] for name in kept} for row in found])
    view = dataset.create_index(topic_model=False, duplicate_detection=False, progress=False).data.tb
    assert same(expected, view.select(kept).to_pylist() if kept else expected)
    assert view.column(0).to_pylist() == ids
    dataset.delete()


def as_given(rows: Sequence[dict[str, Any]]) -> Any:
    return rows


@ROUNDS
@given(batches())
@example(("id", [{"id": "a", "n": float("nan")}, {"id": "A", "n": None}]))
@example((None, [{"": 1}]))
@example((None, [{"t": ""}]))
@example(("数据", [{"数据": "ключ", "🙂": "\u202e\0"}]))
def test_lists_of_dicts(components: str, batch: tuple[str | None, list[dict[str, Any]]]) -> None:
    check(*batch, as_given)


@ROUNDS
@example((None, [{"0": None, "1\0": False}]))
@given(batches())
def test_arrow_tables(components: str, batch: tuple[str | None, list[dict[str, Any]]]) -> None:
    id_field, rows = batch
    try:
        # What Arrow makes of values of several types is its own matter.
        table = pa.Table.from_pylist(rows)
    except (pa.ArrowException, OverflowError):
        return
    check(id_field, table.to_pylist(), lambda _: table)


@ROUNDS
@given(batches())
def test_data_frames(components: str, batch: tuple[str | None, list[dict[str, Any]]]) -> None:
    id_field, rows = batch
    # As objects, so that what is compared is not what pandas made of it.
    frame = pd.DataFrame(rows, dtype=object)
    # pandas has one missing value: NaN among objects is null.
    missing = [{name: None if is_nan(value) else value for name, value in row.items()} for row in rows]
    check(id_field, missing, lambda _: frame)


def is_nan(value: Any) -> bool:
    return isinstance(value, float) and math.isnan(value)


@pytest.mark.plugins
@settings(ROUNDS, max_examples=30)
@given(batches())
@example(("_rowaddr", [{"_rowaddr": "a"}]))
@example(("id", [{"id": "a", "rowid": 1, "a.b": 2, "": 3}]))
def test_lance_tables(
    components: str,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    batch: tuple[str | None, list[dict[str, Any]]],
) -> None:
    monkeypatch.setenv("LOCALATLAS_HOME", str(Path(tmp_path_factory.getbasetemp()) / "round-trips"))
    check(*batch, as_given)
