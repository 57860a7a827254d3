"""A client of the explorer's server, without a browser: what it selects, as rows in upload order."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from localatlas import selections as s
from localatlas.indices import AtlasProjection

with warnings.catch_warnings():
    # Newer Starlettes would rather have httpx2, and say so on import; both work.
    warnings.filterwarnings("ignore", "Using `httpx` with `starlette.testclient` is deprecated")
    from starlette.testclient import TestClient

__all__ = ["Open", "TestClient", "rows_of", "select"]

Open = Callable[[AtlasProjection], TestClient]


def rows_of(client: TestClient, answer: Any) -> list[int]:
    """Return the rows of a mask, in upload order, after checking its count."""
    assert answer.status_code == 200, answer.text
    index = client.get("/pages/index.json").json()
    order = np.concatenate(
        [np.frombuffer(client.get(f"/pages/rows/{page['page']}.bin").content, "<u4") for page in index["pages"]]
    )
    mask = np.unpackbits(np.frombuffer(answer.content, np.uint8), bitorder="little")[: len(order)].astype(bool)
    assert int(answer.headers["atlas-count"]) == mask.sum()
    listed = answer.headers["atlas-rows"]
    found: list[int] = sorted(order[mask].tolist())
    assert ([int(row) for row in listed.split(",")] if listed else []) == found[:100]
    return found


def select(client: TestClient, node: s.Node) -> list[int]:
    return rows_of(client, client.post("/api/select", json={"selection": node.to_dict()}))
