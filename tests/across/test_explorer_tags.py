"""Tags, exports and plugins' additions through the explorer's server, over a map of a home."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from atlas_plugin_explorer import export_routes
from atlas_plugin_explorer.app import create_app
from localatlas import AtlasDataset, hooks
from localatlas import selections as s
from localatlas.hookspecs import Panel, hookimpl
from localatlas.indices import AtlasProjection
from localatlas.protocols import Map
from page_client import TestClient
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

pytestmark = pytest.mark.plugins
RIVER = s.contains("river").to_dict()


@pytest.fixture
def made(dataset: AtlasDataset) -> AtlasProjection:
    """The map of the seven sample rows."""
    return dataset.create_index(indexed_field="text", progress=False)


@pytest.fixture
def client(made: AtlasProjection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """A client of its page."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with TestClient(create_app(made), base_url="http://127.0.0.1") as started:
        yield started


def tags(client: TestClient) -> dict[str, Any]:
    return {tag["name"]: tag for tag in client.get("/api/tags").json()["tags"]}


def test_a_selection_is_kept_as_a_rule_or_as_rows(
    client: TestClient, made: AtlasProjection, dataset: AtlasDataset
) -> None:
    assert tags(client) == {}
    rule = client.post("/api/tags", json={"name": "wet", "selection": RIVER})
    rows = client.post("/api/tags", json={"name": "wet now", "selection": RIVER, "as": "rows"})
    assert (rule.status_code, rows.status_code) == (201, 201)
    assert (rule.json()["count"], rule.json()["rule"], rule.json()["error"]) == (3, True, None)
    assert (rows.json()["rule"], rows.json()["selection"]) == (False, {"type": "ids", "ids": ["r3", "r4", "r5"]})
    assert made.tags.get_datums_in_tag("wet") == made.tags.get_datums_in_tag("wet now") == ["r3", "r4", "r5"]
    dataset.delete_data(["r4"])
    assert {name: tag["count"] for name, tag in tags(client).items()} == {"wet": 2, "wet now": 2}


def test_a_tag_is_changed_and_removed(client: TestClient, made: AtlasProjection) -> None:
    address = "/api/tags/" + client.post("/api/tags", json={"name": "wet", "selection": RIVER}).json()["id"]
    more = {"name": "moved", "add": s.has_ids(["r0"]).to_dict(), "remove": s.has_ids(["r5"]).to_dict()}
    changed = client.patch(address, json=more).json()
    assert (changed["name"], changed["count"]) == ("moved", 3)
    assert made.tags.get_datums_in_tag("moved") == ["r0", "r3", "r4"]
    assert client.request("DELETE", address, json={}).status_code == 200
    assert tags(client) == {}
    assert client.request("DELETE", address, json={}).status_code == 404
    assert client.patch(address, json={"name": "x"}).status_code == 404


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"name": "wet", "selection": RIVER}, "there is a tag 'wet' already"),
        ({"name": "WET", "selection": RIVER}, "names must differ by more than case"),
        ({"name": "text", "selection": RIVER}, "it is a column of the map's views"),
        ({"name": " x", "selection": RIVER}, "cannot name a tag"),
        ({"name": "x", "selection": {"type": "tag", "name": "x"}}, "no tag 'x'"),
        ({"name": "x", "selection": RIVER, "as": "picture"}, "as: input should be 'rule' or 'rows'"),
        ({"name": "x"}, "selection: field required"),
    ],
)
def test_a_tag_that_cannot_be_changes_nothing(client: TestClient, body: dict[str, Any], words: str) -> None:
    client.post("/api/tags", json={"name": "wet", "selection": RIVER})
    answer = client.post("/api/tags", json=body)
    assert answer.status_code == 400
    assert words in answer.json()["message"]
    assert list(tags(client)) == ["wet"]


def test_a_tag_whose_rule_fits_no_more_says_so(client: TestClient, made: AtlasProjection) -> None:
    client.post("/api/tags", json={"name": "wet", "selection": RIVER})
    client.post("/api/tags", json={"name": "both", "selection": {"type": "tag", "name": "wet"}})
    (record,) = [tag for tag in made._store.objects("tags/") if b'"both"' in made._store.get(tag)]
    made._store.put(record, made._store.get(record).replace(b'"tag","name":"wet"', b'"tag","name":"dry"'))
    assert "no tag 'dry'" in tags(client)["both"]["error"]
    assert client.get("/api/row?row=3").json()["tags"] == ["wet"]


def fetched(client: TestClient, **body: Any) -> tuple[dict[str, Any], Any]:
    written = client.post("/api/export", json=body)
    assert written.status_code == 201, written.text
    answer = client.get(f"/{written.json()['address']}")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert len(answer.content) == written.json()["bytes"]
    return written.json(), answer


def test_a_selection_goes_out_as_a_file(client: TestClient) -> None:
    said, answer = fetched(client, selection=RIVER, format="csv", columns=["id", "text"])
    assert said["rows"] == 3
    assert said["address"].endswith("/sample-Sample.csv")
    assert next(csv.reader(io.StringIO(answer.text))) == ["id", "text"]
    assert answer.headers["content-type"].startswith("text/csv")
    said, answer = fetched(client, selection=RIVER, format="parquet")
    table = pq.read_table(io.BytesIO(answer.content))
    assert table["id"].to_pylist() == ["r3", "r4", "r5"]
    assert {"x", "y", "topic_depth_1"} <= set(table.column_names)
    _, answer = fetched(client, selection=RIVER, format="ids")
    assert answer.text == "r3\nr4\nr5\n"
    said, _ = fetched(client, format="arrow")
    assert said["rows"] == 7


def test_files_of_before_go(client: TestClient, made: AtlasProjection) -> None:
    addresses = [
        client.post("/api/export", json={"format": "ids"}).json()["address"] for _ in range(export_routes.KEPT + 1)
    ]
    assert [client.get(f"/{address}").status_code for address in addresses] == [404, *[200] * export_routes.KEPT]
    assert client.get("/api/exports/none/x.csv").status_code == 404
    assert client.post("/api/export", json={"columns": ["none"]}).status_code == 400


class Neighbour:
    """A plugin that adds a panel and a route."""

    @hookimpl
    def localatlas_panels(self, map: Map) -> list[Panel]:  # noqa: A002
        return [Panel("words", f"Words of {map.name}", "export default () => {}"), Panel("../x", "Bad name", "")]

    @hookimpl
    def localatlas_routes(self, map: Map) -> list[Route]:  # noqa: A002
        def words(request: Request) -> PlainTextResponse:
            return PlainTextResponse(",".join(map.schema.names))

        return [Route("/words", words)]


def test_plugins_add_panels_and_routes(client: TestClient) -> None:
    plugin = Neighbour()
    hooks.register(plugin)
    try:
        with pytest.warns(RuntimeWarning, match=r"the panel '\.\./x' of .* is left out"):
            (panel,) = client.get("/api/panels").json()["panels"]
        assert (panel["name"], panel["title"]) == ("words", "Words of Sample")
        script = client.get(f"/{panel['script']}")
        assert (script.text, script.headers["content-type"]) == (
            "export default () => {}",
            "text/javascript; charset=utf-8",
        )
        assert client.get("/plugins/words").text == "id,text,n"
        assert client.get("/plugins/words").headers["content-security-policy"]
        assert client.get("/api/state").json()["panels"] == 1
        assert client.get("/plugins/none").status_code == 404
        assert client.get("/panels/words.js").status_code == 404
    finally:
        hooks.unregister(plugin)


def test_a_plugin_that_fails_leaves_the_map_in_peace(client: TestClient) -> None:
    class Broken:
        @hookimpl
        def localatlas_panels(self, map: Map) -> list[Panel]:  # noqa: A002
            raise RuntimeError("no panel today")

    plugin = Broken()
    hooks.register(plugin)
    try:
        with pytest.warns(RuntimeWarning, match="no panel today"):
            assert client.get("/api/panels").json() == {"panels": []}
        assert client.get("/api/state").json()["state"] == "ready"
    finally:
        hooks.unregister(plugin)
