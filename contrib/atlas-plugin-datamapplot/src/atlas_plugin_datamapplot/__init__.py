"""Publication pictures of maps, by datamapplot: `draw_picture`, `write_page` and the command `localatlas picture`.

Names are imported when they are used: the command line reads this plugin's hooks at every start.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from atlas_plugin_datamapplot.page import write_page
    from atlas_plugin_datamapplot.picture import draw_picture

__all__ = ["draw_picture", "write_page"]

_MODULES = {"draw_picture": "picture", "write_page": "page"}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)
