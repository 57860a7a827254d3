"""Maps in embedding-atlas: `open_viewer`, `write_viewer` and the command `localatlas embedding-atlas`.

Names are imported when they are used: the command line reads this plugin's hooks at every start.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from atlas_plugin_embedding_atlas.copies import write_viewer
    from atlas_plugin_embedding_atlas.serving import open_viewer

__all__ = ["open_viewer", "write_viewer"]

_MODULES = {"open_viewer": "serving", "write_viewer": "copies"}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)
