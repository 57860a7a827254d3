"""The embedder `static`: vectors looked up in a table that was distilled from another embedder.

Names are imported when they are used: the command line reads this plugin's hooks at every start.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from atlas_plugin_static_embed.distilling import distil
    from atlas_plugin_static_embed.embedder import StaticEmbed
    from atlas_plugin_static_embed.options import StaticEmbedOptions

__all__ = ["StaticEmbed", "StaticEmbedOptions", "distil"]

_MODULES = {"StaticEmbed": "embedder", "StaticEmbedOptions": "options", "distil": "distilling"}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)
