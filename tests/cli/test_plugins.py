from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from localatlas import registries
from localatlas.registry import Entry

Localatlas = Callable[..., Any]


def test_plugins_are_listed_by_kind_with_where_they_come_from(localatlas: Localatlas, components: str) -> None:
    done = localatlas("plugins", "list")
    assert done.status == 0
    lines = done.out.splitlines()
    assert lines[0].split() == ["kind", "distribution", "version", "origin"]
    assert any(line.strip() == "projector" for line in lines)
    umap = next(line for line in lines if " umap " in line and "this process" in line)
    assert registries.projectors.find("umap").version in umap
    assert any("inline" in line and " localatlas " in line for line in lines)
    assert max(len(line.rstrip()) for line in lines) <= 80


def test_a_kind_is_named_once(localatlas: Localatlas, components: str) -> None:
    lines = localatlas("plugins", "list").out.splitlines()
    assert sum(line.strip() == "executor" for line in lines) == 1


def test_json_says_the_same(localatlas: Localatlas, components: str) -> None:
    listed = json.loads(localatlas("plugins", "list", "--json").out)
    entries = [entry for registry in registries.ALL for entry in registry.entries()]
    shown = [Entry(row["kind"], row["name"], row["distribution"], row["version"], row["target"]) for row in listed]
    assert [entry for entry in shown if entry.kind != "hooks"] == entries
    origins = {row["distribution"]: row["origin"] for row in listed}
    assert origins[""] == "this process"
    assert origins["localatlas"] in {"editable", "package"}


def test_listing_imports_no_plugin(localatlas: Localatlas, components: str, monkeypatch: Any) -> None:
    monkeypatch.setattr("localatlas.registry.Registry.load", lambda *_: 1 / 0)
    assert localatlas("plugins", "list").status == 0
