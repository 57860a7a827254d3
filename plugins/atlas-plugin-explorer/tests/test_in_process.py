from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from atlas_plugin_explorer.app import create_app
from atlas_plugin_explorer.in_process import ask


@pytest.fixture(scope="module")
def app(shown: Any, bundle: Path) -> Any:
    return create_app(shown, static=bundle)


def test_the_application_answers_without_a_network(app: Any) -> None:
    found = ask(app, "api/rows?rows=17")
    assert (found.status, found.headers["content-type"]) == (200, "application/json")
    assert json.loads(found.body)["rows"][0]["row"] == 17


def test_a_body_is_posted(app: Any) -> None:
    body = json.dumps({"selection": {"type": "text", "query": "coffee"}}).encode()
    found = ask(app, "api/select", "POST", "application/json", body)
    assert found.status == 200
    assert int(found.headers["atlas-count"]) > 0
    assert len(found.body) == -(-1_980 // 8)


def test_what_is_refused_is_refused_here_too(app: Any) -> None:
    assert ask(app, "api/nothing").status == 404
    assert ask(app, "api/select", "POST", "text/plain", b"{}").status == 415
