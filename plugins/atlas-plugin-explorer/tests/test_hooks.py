from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pluggy
import pytest
from atlas_plugin_explorer import hooks, serve
from localatlas import hookspecs
from localatlas.protocols import Context, Map


@pytest.fixture
def manager() -> pluggy.PluginManager:
    made = pluggy.PluginManager(hookspecs.PROJECT)
    made.add_hookspecs(hookspecs)
    made.register(hooks)
    made.check_pending()
    return made


def test_the_synthetic_map_is_a_map(shown: Any) -> None:
    assert isinstance(shown, Map)


def test_pages_are_written_under_the_plugins_name(
    manager: pluggy.PluginManager, synthetic_map: Callable[..., Any], tmp_path: Path
) -> None:
    manager.hook.localatlas_pages(map=synthetic_map(5), folder=tmp_path, context=Context())
    assert [path.name for path in tmp_path.iterdir()] == ["explorer"]
    assert (tmp_path / "explorer" / "index.json").is_file()


def test_opening_serves_the_map(manager: pluggy.PluginManager, shown: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[Any, ...]] = []
    monkeypatch.setattr(serve, "serve", lambda *given, **named: calls.append((*given, named)))
    asked = {"host": "127.0.0.1", "port": 0, "browser": True, "allow_hosts": ("maps.example",)}
    assert manager.hook.localatlas_open(map=None, projection=shown, **asked) is True
    assert calls == [(shown, "127.0.0.1", 0, {"browser": True, "allow_hosts": ("maps.example",)})]


def test_importing_the_hooks_is_light() -> None:
    code = "import sys; import {}; print([m for m in ('uvicorn', 'starlette', 'pyarrow.compute') if m in sys.modules])"
    loaded = [
        subprocess.run([sys.executable, "-c", code.format(module)], capture_output=True, text=True, check=True).stdout
        for module in ("localatlas.hookspecs", "atlas_plugin_explorer.hooks")
    ]
    assert loaded[0] == loaded[1]
