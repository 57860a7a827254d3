"""`nomic.data_operations`: the views of a map."""

from localatlas.data_operations import (
    AtlasMapData,
    AtlasMapDuplicates,
    AtlasMapEmbeddings,
    AtlasMapTags,
    AtlasMapTopics,
)

__all__ = ["AtlasMapData", "AtlasMapDuplicates", "AtlasMapEmbeddings", "AtlasMapTags", "AtlasMapTopics"]
