"""Storage on PostgreSQL: the backend `postgresql`.

Names are imported when they are used: the command line reads this plugin's hooks at every start.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from atlas_plugin_postgres.options import PostgresStorageOptions
    from atlas_plugin_postgres.storage import PostgresStorage

__all__ = ["PostgresStorage", "PostgresStorageOptions"]

_MODULES = {"PostgresStorage": "storage", "PostgresStorageOptions": "options"}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)
