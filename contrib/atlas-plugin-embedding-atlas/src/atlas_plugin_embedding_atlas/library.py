"""embedding-atlas itself: what of it is used, and what to do where it is not installed."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from localatlas.errors import NotReadyError

from atlas_plugin_embedding_atlas.viewed import Viewed

__all__ = ["data_source", "make_server", "static_folder"]

# With --no-deps, because the distribution asks for torch and others that showing a map never loads.
INSTALL = "pip install --no-deps embedding-atlas"


def data_source(shown: Viewed) -> Any:
    """Return the viewer's `DataSource` of a map; what users change in the viewer is kept under the map's key."""
    props = _module("options").make_embedding_atlas_props(**shown.options)
    return _module("data_source").DataSource(shown.key, shown.table, {"props": props})


def make_server(source: Any) -> Any:
    """Return the viewer's application; the browser asks the DuckDB in it, and pages of other origins may not."""
    return _module("server").make_server(source, static_path=str(static_folder()), duckdb_uri="server", cors=False)


def static_folder() -> Path:
    """Return the folder of the viewer's page. Raises NotReadyError where embedding-atlas is not installed."""
    return Path(_module("server").__file__).parent / "static"


def _module(name: str) -> Any:
    try:
        return importlib.import_module(f"embedding_atlas.{name}")
    except ImportError as error:
        # Only its own absence is answered by installing it.
        if (error.name or "").partition(".")[0] == "embedding_atlas":
            raise NotReadyError(f"embedding-atlas is not installed; {INSTALL}") from error
        how = "`pip install --upgrade atlas-plugin-embedding-atlas` brings what it needs"
        raise NotReadyError(f"embedding-atlas cannot be loaded: {error}. {how}") from error
