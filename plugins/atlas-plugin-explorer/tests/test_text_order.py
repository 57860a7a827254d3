from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from atlas_plugin_explorer.text_order import LONGEST_KEY, NO_RANK, key_of
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient


def order(client: TestClient, name: str) -> Any:
    names = [entry["name"] for entry in client.get("/pages/columns.json").json()["columns"]]
    return client.post("/api/order", json={"column": names.index(name)})


def expected(values: list[Any]) -> list[int]:
    """Return dense ranks from 1, by the beginning of a text, whatever its case."""
    keys = [value if isinstance(value, int | None) else value[:LONGEST_KEY].lower() for value in values]
    sorted_keys = sorted({key for key in keys if key is not None})
    return [NO_RANK if key is None else sorted_keys.index(key) + 1 for key in keys]


@pytest.mark.parametrize("name", ["review", "id"])
def test_points_are_put_in_the_order_of_a_text(client: TestClient, shown: Any, name: str) -> None:
    answer = order(client, name)
    assert answer.status_code == 200, answer.text
    ranks = np.frombuffer(answer.content, "<u4")
    index = client.get("/pages/index.json").json()
    files = index["row_numbers"]["files"]
    pages = [client.get("/pages/" + files.replace("{page}", str(page["page"]))).content for page in index["pages"]]
    rows = np.concatenate([np.frombuffer(page, "<u4") for page in pages])
    assert ranks.tolist() == expected(shown.table[name].take(pa.array(rows)).to_pylist())


def test_other_columns_are_refused_with_a_reason(client: TestClient) -> None:
    refused = order(client, "stars")
    assert refused.status_code == 400
    assert "text and id are" in refused.json()["message"]
    assert client.post("/api/order", json={"column": 999}).status_code == 400
    assert client.post("/api/order", json={}).status_code == 400


@given(st.lists(st.one_of(st.none(), st.text(max_size=100))))
def test_keys_are_short_and_of_one_case(texts: list[str | None]) -> None:
    keys = key_of(pa.chunked_array([pa.array(texts, pa.large_string())])).to_pylist()
    assert [key is None for key in keys] == [text is None for text in texts]
    assert all(key is None or key == key.lower() for key in keys)
