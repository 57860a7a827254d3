"""A chat model on this machine that names topics by their keywords, new for every test."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from model_service import ModelService, running


def asked(body: dict[str, Any]) -> dict[str, Any]:
    """Return what a request says of its topics."""
    shown: dict[str, Any] = json.loads(body["messages"][-1]["content"])
    return shown


def by_keywords(body: dict[str, Any]) -> str:
    """Name each topic by its last keyword and its number, as no other labeler does."""
    if len(body["messages"]) == 1:
        return "yes"
    topics = [
        {"id": one["id"], "label": f"All about {word(one)} {one['id']}", "description": "They say so."}
        for one in asked(body)["topics"]
    ]
    return json.dumps({"topics": topics})


def word(topic: dict[str, Any]) -> str:
    """Return a word of a topic's last keyword."""
    return str((topic["keywords"] or ["nothing"])[-1]).split()[0]


@pytest.fixture
def service() -> Iterator[ModelService]:
    with running(reply=by_keywords) as started:
        yield started
