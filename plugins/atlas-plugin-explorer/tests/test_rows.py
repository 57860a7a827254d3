from __future__ import annotations

import datetime as dt
import decimal
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from atlas_plugin_explorer.rows import RowReader, as_json, shorten
from hypothesis import given
from hypothesis import strategies as st
from localatlas.errors import AtlasValueError, RowNotFoundError


def reader(shown: Any) -> RowReader:
    """Read a map whose page order is the order of its placed rows, from the last."""
    return RowReader(shown, np.flatnonzero(np.isfinite(shown.layout.positions[:, 0])).astype(np.uint32)[::-1])


def test_rows_come_in_the_order_asked(shown: Any) -> None:
    found = reader(shown).rows([7, 3, 7], full=False)
    assert found["columns"] == shown.table.column_names
    assert [row["row"] for row in found["rows"]] == [7, 3, 7]
    assert [row["id"] for row in found["rows"]] == ["row-000007", "row-000003", "row-000007"]
    assert found["rows"][0]["topics"] == shown.topic_model.assignment[7].tolist()
    assert found["rows"][0]["duplicate"]["cluster"] == 2


def test_long_text_is_cut_and_says_so(shown: Any) -> None:
    rows = reader(shown)
    place = shown.table.column_names.index("review")
    row = rows.rows([5], full=False)["rows"][0]
    assert len(row["values"][place]) == 1_000
    assert row["cut"] == {str(place): 100_000}
    whole = rows.rows([5], full=True)["rows"][0]
    assert whole["values"][place] == shown.table["review"][5].as_py()
    assert whole["cut"] == {}


def test_a_row_without_a_place_can_be_read(shown: Any) -> None:
    row = reader(shown).rows([1_999], full=False)["rows"][0]
    assert row["topics"] == [-1, -1]
    assert row["position"] is None


def test_points_are_rows_in_page_order(shown: Any) -> None:
    rows = reader(shown)
    assert rows.numbers([0, 1_979]) == [1_979, 0]
    assert [row["position"] for row in rows.rows([1_979, 0], full=False)["rows"]] == [0, 1_979]
    with pytest.raises(RowNotFoundError, match="no point 1,980: this map has 1,980"):
        rows.numbers([1_980])


def test_maps_without_topics_or_duplicates(synthetic_map: Callable[..., Any]) -> None:
    bare = synthetic_map(4)
    bare.topic_model = bare.duplicate_groups = None
    row = reader(bare).rows([0], full=False)["rows"][0]
    assert (row["topics"], row["duplicate"]) == (None, None)


def test_rows_that_are_not_there(shown: Any) -> None:
    with pytest.raises(RowNotFoundError, match="no row 2,000: this map has 2,000, from 0"):
        reader(shown).rows([0, 2_000], full=False)


@pytest.mark.parametrize(("count", "full"), [(0, False), (201, False), (21, True)])
def test_too_many_rows_at_once(shown: Any, count: int, full: bool) -> None:
    with pytest.raises(AtlasValueError, match="at once"):
        reader(shown).rows([0] * count, full=full)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (2**53, 2**53),
        (2**53 + 1, "9007199254740993"),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        (decimal.Decimal("1.10"), "1.10"),
        (b"\x00\xff", "<2 bytes>"),
        (dt.datetime(2020, 1, 2, 3, tzinfo=dt.UTC), "2020-01-02T03:00:00+00:00"),
        (dt.date(2020, 1, 2), "2020-01-02"),
        (dt.timedelta(days=1), "1 day, 0:00:00"),
        ({"a": [1, b"x"]}, {"a": [1, "<1 bytes>"]}),
        (True, True),
        (None, None),
    ],
)
def test_values_as_json(value: Any, expected: Any) -> None:
    assert as_json(value) == expected


def test_a_long_list_is_cut_as_text() -> None:
    assert shorten(list(range(1_000)), 10) == ("[0, 1, 2, ", 4_890)
    assert shorten([1, 2], 10) == ([1, 2], None)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.datetimes(), st.lists
    )
)
def test_any_value_is_strict_json(value: Any) -> None:
    json.dumps(as_json(value), allow_nan=False)


def test_columns_of_every_type(synthetic_map: Callable[..., Any]) -> None:
    odd = synthetic_map(2)
    odd.table = pa.table(
        {
            "nanoseconds": pa.array([1, None], pa.timestamp("ns", tz="Europe/Berlin")),
            "big": pa.array([2**63, None], pa.uint64()),
            "half": pa.array([0.5, None], pa.float16()),
            "dictionary": pa.array(["x", None]).dictionary_encode(),
            "struct": pa.array([{"a": 1}, None]),
            "time": pa.array([dt.time(1, 2), None]),
            "nothing": pa.nulls(2),
            "vector": pa.array([[0.5] * 4, None], pa.list_(pa.float32(), 4)),
        }
    )
    found = reader(odd).rows([0, 1], full=False)
    json.dumps(found, allow_nan=False)
    assert found["rows"][0]["values"] == [
        "1970-01-01T01:00:00.000000001+01:00",
        str(2**63),
        0.5,
        "x",
        {"a": 1},
        "01:02:00",
        None,
        [0.5] * 4,
    ]
    assert found["rows"][1]["values"] == [None] * 8
