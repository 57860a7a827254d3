from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from atlas_plugin_explorer.files import INDEX, VERSION
from atlas_plugin_explorer.source import cache_folder, find_pages


def test_pages_of_the_build_are_used(shown: Any, tmp_path: Path) -> None:
    pages = find_pages(shown, tmp_path)
    assert not pages.made
    assert pages.locate(INDEX) == shown.pages / "explorer" / INDEX
    assert not any(tmp_path.iterdir())


def test_a_map_without_pages_gets_them_once(synthetic_map: Callable[..., Any], tmp_path: Path) -> None:
    bare = synthetic_map(50)
    first = find_pages(bare, tmp_path / "cache")
    stamp = first.locate(INDEX).stat().st_mtime_ns
    second = find_pages(bare, tmp_path / "cache")
    assert (first.made, second.made) == (True, False)
    assert second.locate(INDEX).stat().st_mtime_ns == stamp
    assert sorted(path.name for path in (tmp_path / "cache").iterdir()) == [f"{bare.id}-{VERSION}"]
    assert len(second.rows) == 50


@pytest.mark.parametrize(
    "content", ["{}", "not JSON", json.dumps({"format": "localatlas-pages", "version": VERSION + 1})]
)
def test_pages_of_another_format_are_made_anew(synthetic_map: Callable[..., Any], tmp_path: Path, content: str) -> None:
    old = synthetic_map(20)
    old.pages = tmp_path / "built"
    (old.pages / "explorer").mkdir(parents=True)
    (old.pages / "explorer" / INDEX).write_text(content)
    half = tmp_path / "cache" / f"{old.id}-{VERSION}"
    half.mkdir(parents=True)
    (half / INDEX).write_text(content)
    pages = find_pages(old, tmp_path / "cache")
    assert pages.made
    assert pages.index["version"] == VERSION


def test_the_cache_folder_follows_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "localatlas" / "explorer"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert cache_folder() == tmp_path / "home" / ".cache" / "localatlas" / "explorer"
