"""The viewer answers on the loopback with the map, and to nobody who was sent there by another name."""

from __future__ import annotations

import builtins
import threading
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pyarrow as pa
import pytest
import uvicorn
from atlas_plugin_embedding_atlas import open_viewer
from atlas_plugin_embedding_atlas.serving import _bind, create_app
from atlas_plugin_embedding_atlas.viewed import viewed
from localatlas.cli import main
from localatlas.errors import InvalidOptionError, NotReadyError

# embedding-atlas asks DuckDB by a name that DuckDB 2 is about to drop.
pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_reader:DeprecationWarning")


@pytest.fixture(scope="module")
def address(atlas_map: Any) -> Iterator[str]:
    """Where the map is served, on a port that the system chose."""
    with _bind("127.0.0.1", 0) as listener:
        server = uvicorn.Server(uvicorn.Config(create_app(viewed(atlas_map)), log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join(10)


def query(url: str, sql: str, **headers: str) -> httpx.Response:
    return httpx.post(f"{url}/data/query", json={"type": "arrow", "sql": sql}, headers=headers, timeout=30)


def table(url: str, sql: str) -> pa.Table:
    return pa.ipc.open_stream(query(url, sql).raise_for_status().content).read_all()


def test_its_page_and_what_it_is_told_of_the_map(address: str, atlas_map: Any) -> None:
    assert "<title>Embedding Atlas</title>" in httpx.get(f"{address}/").text
    told = httpx.get(f"{address}/data/metadata.json").json()
    data = told["props"]["data"]
    assert data["projection"] == {"x": "map_x", "y": "y"}
    assert (data["text"], data["neighbors"], told["database"]) == ("text", "neighbors", {"type": "rest"})
    assert len(told["props"]["embeddingViewLabels"]) == len(atlas_map.stored.topic_model.topic_id)


def test_its_database_holds_the_rows_of_the_map(address: str, atlas_map: Any) -> None:
    found = table(address, "SELECT id, map_x, y FROM dataset ORDER BY __row_index__")
    places = atlas_map.embeddings.projected.dropna()
    assert found["id"].to_pylist() == places["id"].to_list()
    assert found["map_x"].to_pylist() == places["x"].to_list()
    near = table(address, "SELECT neighbors.ids[1] AS near FROM dataset WHERE id = 'row 1'")
    assert isinstance(near["near"][0].as_py(), int)
    groups = table(address, "SELECT topic_depth_1 AS topic, count(*) AS rows FROM dataset GROUP BY topic")
    assert sum(groups["rows"].to_pylist()) == 299


def test_files_of_this_machine_are_out_of_reach_of_its_sql(address: str) -> None:
    assert "disabled" in query(address, "SELECT * FROM read_text('/etc/hostname')").json()["error"]


def test_a_request_by_another_name_is_refused(address: str) -> None:
    assert query(address, "SELECT * FROM dataset", Host="elsewhere.example").status_code == 400


def test_a_port_that_is_taken_is_said(address: str, atlas_map: Any) -> None:
    with pytest.raises(InvalidOptionError, match=r"cannot be served at 127.0.0.1, port \d+: .*Take another port"):
        open_viewer(atlas_map, port=int(address.rpartition(":")[2]), browser=False)


def test_that_the_viewer_is_not_installed_is_said(
    atlas_map: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("importlib.import_module", without("embedding_atlas", builtins.__import__))
    with pytest.raises(NotReadyError, match="pip install --no-deps embedding-atlas"):
        open_viewer(atlas_map, browser=False)


def without(name: str, real: Callable[..., Any]) -> Callable[[str], Any]:
    def load(module: str) -> Any:
        if module.partition(".")[0] == name:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return real(module, fromlist=["_"])

    return load


def test_the_command_refuses_what_is_not_there(capsys: pytest.CaptureFixture[str], atlas_map: Any) -> None:
    assert main(["embedding-atlas", "nothing-like-it"]) == 1
    assert "nothing-like-it" in capsys.readouterr().err
    assert main(["embedding-atlas", "viewed", "--neighbors", "500", "--no-browser"]) == 1
    assert "neighbors=500" in capsys.readouterr().err
