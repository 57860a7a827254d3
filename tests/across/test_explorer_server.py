"""The explorer's server over maps of a home: what can be asked of a map, and what its answers mean."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from left_builds import unfinished
from localatlas import AtlasDataset, hooks
from localatlas import selections as s
from localatlas.indices import AtlasProjection
from localatlas.pipeline import jobs
from localatlas.pipeline.progress import STAGES
from page_client import Open, TestClient, rows_of, select

pytestmark = pytest.mark.plugins


@pytest.fixture
def made(dataset: AtlasDataset) -> AtlasProjection:
    """The map of the seven sample rows; the third says what the first says, the last is blank."""
    return dataset.create_index(indexed_field="text", duplicate_detection=True, progress=False)


@pytest.mark.parametrize(
    ("node", "rows"),
    [
        (s.contains("apple"), [0, 1, 2]),
        (s.contains("APPLE", ignore_case=False), []),
        (s.contains("app", whole_word=True), []),
        (s.matches("^(slow|old) "), [3, 5]),
        (s.at_least("n", 3) & s.contains("river"), [3, 4, 5]),
        (~s.contains("river"), [0, 1, 2]),
        (s.has_ids(["r1", "r9"]) | s.like("slow river boat", k=1), [1, 3]),
        (s.near("r4", 2) & ~s.has_ids(["r4"]), [3]),
        (s.duplicates(), [2]),
        (s.everything(), [0, 1, 2, 3, 4, 5]),
    ],
)
def test_a_selection_becomes_a_mask_of_the_points(
    browse: Open, made: AtlasProjection, node: s.Node, rows: list[int]
) -> None:
    assert select(browse(made), node) == rows


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"selection": {"type": "text", "qurey": "x"}}, "did you mean 'query'"),
        ({"selection": {"type": "text", "query": "(", "regex": True}}, "is not a regular expression"),
        ({"selection": {"type": "range", "field": "m", "low": 1}}, "has no column 'm'"),
        ({"selection": {"type": "tag", "name": "none"}}, "no tag 'none'"),
        ({"selection": [1]}, "selection: input should be an object"),
        ({"select": {}}, "taken are selection"),
    ],
)
def test_what_is_no_selection_is_refused_in_words(
    browse: Open, made: AtlasProjection, body: dict[str, Any], words: str
) -> None:
    answer = browse(made).post("/api/select", json=body)
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_request")
    assert words in answer.json()["message"]


def test_rows_deleted_since_are_hidden_from_everything(
    browse: Open, dataset: AtlasDataset, made: AtlasProjection
) -> None:
    client = browse(made)
    assert client.get("/api/state").json()["hidden"] == 0
    dataset.delete_data(["r1", "r4"])
    assert client.get("/api/state").json()["hidden"] == 2
    assert rows_of(client, client.get("/api/hidden")) == [1, 4]
    assert select(client, s.everything()) == [0, 2, 3, 5]
    near = client.get("/api/neighbors?row=3").json()
    assert set(near["rows"]) == {0, 2, 5}
    assert [row["deleted"] for row in client.get("/api/rows?rows=0,1").json()["rows"]] == [False, True]
    best = client.post("/api/similarity", json={"query": "river"}).headers["atlas-rows"].split(",")
    assert not {"1", "4"} & set(best)


def test_similarity_is_that_of_the_vectors(browse: Open, made: AtlasProjection) -> None:
    client = browse(made)
    latent = made.embeddings.latent
    order = np.frombuffer(client.get("/pages/rows/0.bin").content, "<u4")
    for body in ({"query": "slow river boat"}, {"row": 3}, {"id": "r3"}, {"vector": latent[3].tolist()}):
        answer = client.post("/api/similarity", json=body)
        codes = np.frombuffer(answer.content, "<u2")
        low, high = float(answer.headers["atlas-low"]), float(answer.headers["atlas-high"])
        expected = latent[order] @ latent[3]
        np.testing.assert_allclose(low + codes / 65_534 * (high - low), expected, atol=2e-5)
        assert answer.headers["atlas-rows"].split(",")[0] == "3"
        assert answer.headers["atlas-metric"] == "cosine"
        np.testing.assert_allclose(float(answer.headers["atlas-scores"].split(",")[0]), 1, atol=1e-5)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"query": "a", "row": 1},
        {"query": ""},
        {"vector": [1.0]},
        {"vector": [None]},
        {"row": 6},
        {"row": -1},
        {"id": 3},
    ],
)
def test_what_cannot_be_compared_with_is_refused(browse: Open, made: AtlasProjection, body: dict[str, Any]) -> None:
    assert browse(made).post("/api/similarity", json=body).status_code == 400
    assert browse(made).post("/api/similarity", json={"id": "r77"}).status_code == 404


def test_a_slider_means_the_same_in_the_page_and_in_a_selection(browse: Open, made: AtlasProjection) -> None:
    client = browse(made)
    answer = client.post("/api/similarity", json={"query": "red pie"})
    codes = np.frombuffer(answer.content, "<u2")
    low, high = float(answer.headers["atlas-low"]), float(answer.headers["atlas-high"])
    order = np.frombuffer(client.get("/pages/rows/0.bin").content, "<u4")
    least = (low + high) / 2
    shown = sorted(order[low + codes / 65_534 * (high - low) >= least].tolist())
    assert select(client, s.like("red pie", similarity=least)) == shown


def test_all_that_is_known_of_a_row(browse: Open, made: AtlasProjection) -> None:
    made.tags.add("pies", selection=s.contains("pie"))
    made.tags.add("boats", ids=["r3"])
    found = browse(made).get("/api/row?row=2").json()
    assert found["columns"] == ["id", "text", "n"]
    assert found["row"]["values"] == ["r2", "red apple pie", 2]
    assert found["tags"] == ["pies"]
    assert found["duplicate"] == {
        "verdict": "deletion candidate",
        "cluster": found["duplicate"]["cluster"],
        "size": 2,
        "members": [0, 2],
    }
    topics = made.topics.df.iloc[2]
    assert [topic["label"] for topic in found["topics"]] == [
        topics[f"topic_depth_{topic['depth']}"] for topic in found["topics"]
    ]


def test_a_blank_row_has_no_neighbours(browse: Open, made: AtlasProjection) -> None:
    answer = browse(made).get("/api/neighbors?row=6")
    assert (answer.status_code, answer.json()["message"]) == (400, "the row has no vector: its field is null or blank")


def test_neighbours_are_those_of_the_vector_search(browse: Open, made: AtlasProjection) -> None:
    client = browse(made)
    for row in range(6):
        near = client.get(f"/api/neighbors?row={row}&k=3").json()
        (ids,), (far,) = made.embeddings.vector_search(ids=[f"r{row}"], k=4)
        assert sorted(f"r{each}" for each in near["rows"]) == sorted(ids[1:])
        np.testing.assert_allclose(near["similarities"], [1 - each for each in far[1:]], atol=1e-5)
        rows = client.get(f"/api/rows?rows={','.join(map(str, near['rows']))}").json()["rows"]
        assert [each["position"] for each in rows] == near["positions"]


def test_the_state_says_what_can_be_asked(browse: Open, made: AtlasProjection, components: str) -> None:
    state = browse(made).get("/api/state").json()
    assert (state["state"], state["name"], state["dataset"]) == ("ready", "Sample", "local/sample")
    assert state["can"] == {
        "select": True,
        "meaning": True,
        "meaning_image": False,
        "neighbors": True,
        "tags": True,
        "export": True,
        "images": False,
    }
    assert state["fingerprint"] == browse(made).get("/pages/index.json").json()["fingerprint"]


@pytest.mark.parametrize(
    ("changes", "state", "words"),
    [
        (
            {"state": "running", "stage": "layout", "fraction": 0.5, "progress": 0.7},
            "stopped",
            "same create_index call",
        ),
        ({"state": "failed", "stage": "embed", "error": "no room"}, "failed", "no room"),
        ({"state": "cancelled", "stage": "embed"}, "cancelled", "it was cancelled"),
    ],
)
def test_a_map_that_is_not_there_says_why(
    browse: Open, dataset: AtlasDataset, changes: dict[str, object], state: str, words: str
) -> None:
    client = browse(unfinished(dataset, **changes)[1])
    found = client.get("/api/state").json()
    assert (found["state"], found["name"], found["can"]) == (state, "left", {})
    assert words in found["message"]
    for path in ("/pages/index.json", "/api/rows?rows=0", "/api/hidden"):
        answer = client.get(path)
        assert (answer.status_code, answer.json()["error"]) == (409, "not_ready")


def test_a_build_that_waits_for_its_turn_says_so(browse: Open, dataset: AtlasDataset) -> None:
    left = unfinished(dataset, state="queued", stage="", progress=0.0)[1]
    assert left.job is not None
    client = browse(left)
    with jobs.claim(dataset._store, left.job):
        found = client.get("/api/state").json()
        assert (found["state"], found["name"], found["can"]) == ("queued", "left", {})
        assert found["progress"] == {"overall": 0.0, "stage": "", "stages": dict.fromkeys(STAGES, 0.0)}
        assert "still building: queued, 0%" in found["message"]
        assert client.get("/api/preview").status_code == 204
        assert client.post("/api/tags", json={"name": "x", "selection": {"type": "all", "of": []}}).status_code == 409
        assert "data-waiting" in client.get("/").text


def test_a_build_is_followed_to_its_end(browse: Open, dataset: AtlasDataset) -> None:
    seen: list[dict[str, Any]] = []
    client: list[TestClient] = []

    def look(stage: str, fraction: float, overall: float, message: str) -> None:
        (job,) = jobs.jobs(dataset._store)
        if not client:
            client.append(browse(AtlasProjection(dataset, dataset._store, job.map_id)))
        seen.append(client[0].get("/api/state").json())

    dataset.create_index(indexed_field="text", progress=look)
    stages = [state["progress"]["stage"] for state in seen if state["progress"]]
    assert {"embed", "layout"} <= set(stages)
    assert all(state["state"] == "building" for state in seen if state["progress"])
    assert client[0].get("/api/state").json()["state"] == "ready"
    assert client[0].get("/pages/index.json").json()["points"] == 6


def test_an_update_changes_what_is_shown(browse: Open, dataset: AtlasDataset, made: AtlasProjection) -> None:
    client = browse(made)
    before = client.get("/api/state").json()["fingerprint"]
    dataset.add_data([{"id": "new", "text": "red river pie", "n": 9}])
    with pytest.warns(UserWarning, match="all rows of 'Sample' get new places"):
        dataset.update_indices(progress=False)
    after = client.get("/api/state").json()
    assert after["fingerprint"] != before
    assert client.get("/pages/index.json").json()["points"] == 7
    assert select(client, s.contains("river")) == [3, 4, 5, 7]


def test_plugins_are_asked_for_nothing_by_a_map_that_is_not_there(browse: Open, dataset: AtlasDataset) -> None:
    left = unfinished(dataset, state="failed", error="no room")[1]
    assert browse(left).post("/api/select", json={"selection": json.loads(s.everything().to_json())}).status_code == 409
    assert hooks.gather("localatlas_panels", map=None) == []
