"""The views of a map, under the SDK's names: each has `.tb` (Arrow) and `.df` (pandas), in upload order."""

from __future__ import annotations

from localatlas.data_operations.data import AtlasMapData
from localatlas.data_operations.duplicates import AtlasMapDuplicates
from localatlas.data_operations.embeddings import AtlasMapEmbeddings
from localatlas.data_operations.tags import AtlasMapTags
from localatlas.data_operations.topics import AtlasMapTopics

__all__ = ["AtlasMapData", "AtlasMapDuplicates", "AtlasMapEmbeddings", "AtlasMapTags", "AtlasMapTopics"]
