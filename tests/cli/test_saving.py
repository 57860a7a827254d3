from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from localatlas import AtlasDataset, hooks
from localatlas.cli.live import saving_bar
from localatlas.hookspecs import hookimpl
from rich.console import Console

Report = Callable[[float, str], None]
Localatlas = Callable[..., Any]


@pytest.fixture
def asked(dataset: AtlasDataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[Any, ...]]]:
    """What a plugin that writes pages was asked; the others are not."""
    monkeypatch.chdir(tmp_path)
    dataset.create_index(name="first", indexed_field="text", progress=False)
    seen: list[tuple[Any, ...]] = []

    @hookimpl(tryfirst=True)
    def localatlas_save(path: Path, single: bool, text_bytes: int, overwrite: bool, progress: Report) -> bool:
        seen.append((path.name, single, text_bytes, overwrite))
        progress(0.5, "half of [the] rows")
        if single:
            path.write_bytes(b"x" * 2_000_000)
        else:
            path.mkdir(exist_ok=True)
        return True

    module = SimpleNamespace(localatlas_save=localatlas_save)
    hooks.register(module)
    yield seen
    hooks.unregister(module)


def test_the_ending_says_whether_it_is_a_file_or_a_folder(localatlas: Localatlas, asked: list[Any]) -> None:
    done = localatlas("page", "sample", "a.html", "--text-mb", "5")
    assert (done.status, done.err, done.out) == (0, "", "Wrote a.html (2.0 MB).\n")
    done = localatlas("page", "sample", "public")
    assert "python3 -m http.server --directory public" in done.out
    assert asked == [("a.html", True, 5_000_000, False), ("public", False, 64_000_000, False)]


def test_what_is_there_is_replaced_only_when_asked(localatlas: Localatlas, asked: list[Any]) -> None:
    Path("a.html").write_text("mine")
    done = localatlas("page", "sample", "a.html")
    assert (done.status, "--overwrite replaces it" in done.err, asked) == (1, True, [])
    done = localatlas("page", "sample", "a.html", "--overwrite", "--json")
    assert json.loads(done.out) == {"path": "a.html", "bytes": 2_000_000}
    assert asked == [("a.html", True, 64_000_000, True)]


def test_a_terminal_sees_how_far_it_is() -> None:
    shown = io.StringIO()
    with saving_bar(Console(file=shown, force_terminal=True, width=100)) as progress:
        progress(0.5, "half of [the] rows")
    assert "50%" in shown.getvalue()
    assert "half of [the] rows" in shown.getvalue()
