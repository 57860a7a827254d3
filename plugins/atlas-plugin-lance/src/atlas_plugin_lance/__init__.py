"""The default storage of localatlas: Lance tables and files in a folder or an object store."""

from __future__ import annotations

from atlas_plugin_lance.options import LanceStorageOptions
from atlas_plugin_lance.storage import LanceStorage

__all__ = ["LanceStorage", "LanceStorageOptions"]
