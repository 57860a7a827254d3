from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow.compute as pc
import pytest
from atlas_plugin_explorer.column_stats import edges_of, histogram_of
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

FLOATS = st.lists(st.floats(width=32), max_size=40)
SCALES = st.sampled_from(["linear", "log", "quantile"])


@given(FLOATS, SCALES, st.integers(1, 50), st.randoms(use_true_random=False))
def test_every_point_is_in_one_bin_or_said_to_be_in_none(
    values: list[float], scale: Any, bins: int, random: Any
) -> None:
    column = np.array(values, np.float32)
    alive = np.array([random.random() < 0.8 for _ in values], bool)
    chosen = np.array([random.random() < 0.5 for _ in values], bool)
    found = histogram_of(column, {"kind": "number"}, alive, chosen, bins, scale)
    assert sum(found["counts"]) + found["nulls"] + found["outside"] == alive.sum()
    assert len(found["counts"]) == len(found["selected"]) <= bins
    assert len(found["edges"]) == (len(found["counts"]) + 1 if found["counts"] else 0)
    assert all(some <= every for some, every in zip(found["selected"], found["counts"], strict=True))
    assert found["edges"] == sorted(set(found["edges"]))


def test_a_bin_is_a_whole_number_where_these_are_few() -> None:
    assert edges_of(np.array([1.0, 5.0, 3.0]), 40, "linear", {"integer": True}).tolist() == [
        0.5,
        1.5,
        2.5,
        3.5,
        4.5,
        5.5,
    ]
    assert len(edges_of(np.array([1.0, 500.0]), 40, "linear", {"integer": True})) == 41


@pytest.mark.parametrize(("unit", "last", "bins"), [("month", "2020-06-01", 6), ("day", "2020-01-31", 31)])
def test_a_bin_is_a_month_or_a_day_where_these_are_few(unit: str, last: str, bins: int) -> None:
    moments = np.array(["2020-01-01", last], "datetime64[ms]").astype(np.int64).astype(float)
    edges = edges_of(moments, 40, "linear", {"unit": unit}).astype(np.int64).astype("datetime64[ms]")
    assert len(edges) == bins + 1
    assert str(edges[1])[:10] in {"2020-02-01", "2020-01-02"}
    assert len(edges_of(moments, 3, "linear", {"unit": unit})) == 4


def test_quantile_bins_hold_as_many_each() -> None:
    random = np.random.default_rng(3)
    found = histogram_of(
        random.lognormal(size=4_000).astype(np.float32), {"kind": "number"}, np.ones(4_000, bool), None, 8, "quantile"
    )
    assert all(abs(count - 500) <= 2 for count in found["counts"])
    assert found["selected"] is None


def column(client: TestClient, name: str) -> int:
    names = [entry["name"] for entry in client.get("/pages/columns.json").json()["columns"]]
    return names.index(name)


def stats(client: TestClient, name: str, **more: Any) -> Any:
    answer = client.post("/api/stats", json={"column": column(client, name), **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_numbers_are_counted_by_the_server(client: TestClient, shown: Any) -> None:
    placed = np.isfinite(shown.layout.positions).all(axis=1)
    stars = shown.table["stars"].to_numpy()
    germany = np.asarray(pc.fill_null(pc.equal(shown.table["country"], "DE"), fill_value=False)) & placed
    node = {"type": "category", "field": "country", "values": ["DE"]}
    found = stats(client, "stars", selection=node)
    assert found["counts"] == [int((stars[placed] == k).sum()) for k in range(1, 6)]
    assert found["selected"] == [int((stars[germany] == k).sum()) for k in range(1, 6)]
    assert (found["min"], found["max"], found["nulls"], found["outside"]) == (1, 5, 0, 0)


def test_categories_are_counted_all_of_them(client: TestClient, shown: Any) -> None:
    placed = np.isfinite(shown.layout.positions).all(axis=1)
    for name in ("country", "brand", "verified"):
        values = shown.table[name].filter(placed)
        counts = {pair["values"]: pair["counts"] for pair in pc.value_counts(values).to_pylist()}
        nulls = counts.pop(None, 0)
        found = stats(
            client, name, selection={"type": "not", "of": {"type": "category", "field": name, "values": [None]}}
        )
        assert {entry["value"]: entry["count"] for entry in found["categories"]} == counts
        assert [entry["selected"] for entry in found["categories"]] == [entry["count"] for entry in found["categories"]]
        assert found["nulls"] == nulls
        assert found["nulls_selected"] == 0
        listed = [entry["count"] for entry in found["categories"]]
        assert listed == sorted(listed, reverse=True)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"column": 99}, "this map has 11"),
        ({"column": 1}, "'review' (text) has no values to count"),
        ({"column": -1}, "column: input should be greater than or equal to 0"),
        ({"column": 2, "bins": 0}, "bins: input should be greater than or equal to 1"),
        ({"column": 2, "scale": "cubic"}, "scale: input should be 'linear', 'log' or 'quantile'"),
        ({"column": 2, "selection": {"type": "nothing"}}, "there is no type 'nothing'"),
    ],
)
def test_what_cannot_be_counted_is_refused(client: TestClient, body: dict[str, Any], words: str) -> None:
    answer = client.post("/api/stats", json=body)
    assert answer.status_code == 400
    assert words in answer.json()["message"]
