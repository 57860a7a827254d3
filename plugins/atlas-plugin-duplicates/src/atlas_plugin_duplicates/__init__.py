"""Duplicates for localatlas: the duplicate detector `nomic-duplicates`."""

from atlas_plugin_duplicates.duplicate_detector import NomicDuplicates
from atlas_plugin_duplicates.options import NomicDuplicatesOptions

__all__ = ["NomicDuplicates", "NomicDuplicatesOptions"]
