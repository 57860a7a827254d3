from __future__ import annotations

import importlib.util
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from atlas_plugin_explorer.app import create_app
from atlas_plugin_explorer.hooks import localatlas_pages
from atlas_plugin_explorer.pages import write_pages
from localatlas.protocols import Context

with warnings.catch_warnings():
    # Newer Starlettes would rather have httpx2, and say so on import; both work.
    warnings.filterwarnings("ignore", "Using `httpx` with `starlette.testclient` is deprecated")
    from starlette.testclient import TestClient


def load(name: str) -> Any:
    """Import a module of this folder, which is no package."""
    spec = importlib.util.spec_from_file_location(f"explorer_tests_{name}", Path(__file__).with_name(f"{name}.py"))
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def synthetic_map() -> Callable[..., Any]:
    return load("synthetic").synthetic_map


@pytest.fixture(scope="session")
def large_map() -> Callable[[int], Any]:
    return load("large_map").LargeMap


@pytest.fixture(scope="session")
def shown(synthetic_map: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A map of 2,000 rows, 20 of them without a place, with its pages."""
    made = synthetic_map(2_000, unplaced=20)
    folder = tmp_path_factory.mktemp("pages")
    localatlas_pages(made, folder, Context())
    made.pages = folder
    return made


@pytest.fixture(scope="session")
def read_pages() -> Callable[[Path], Any]:
    return load("reader").Pages


@pytest.fixture(scope="session")
def large(
    synthetic_map: Callable[..., Any], read_pages: Callable[[Path], Any], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Any, Any]:
    """A map of two levels, and its pages."""
    made = synthetic_map(25_000, unplaced=10)
    folder = tmp_path_factory.mktemp("large")
    write_pages(made, folder, Context())
    return made, read_pages(folder)


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Stands for the bundled front end, which the browser tests use as it is."""
    folder = tmp_path_factory.mktemp("static")
    (folder / "index.html").write_text("<!doctype html><title>map</title>" + " " * 2_000)
    (folder / "main-0123456789ab.js").write_text("1;")
    (folder / "parts-ABCD2345.js").write_text("1;")
    (folder / "main.css").write_text("body{}")
    return folder


@pytest.fixture(scope="session")
def client(shown: Any, bundle: Path) -> Iterator[TestClient]:
    with TestClient(create_app(shown, static=bundle), base_url="http://127.0.0.1:8000") as made:
        yield made
