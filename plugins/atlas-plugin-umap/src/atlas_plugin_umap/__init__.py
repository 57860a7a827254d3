"""UMAP for localatlas: the projector `umap`."""

from atlas_plugin_umap.options import UMAPOptions
from atlas_plugin_umap.projector import UMAP

__all__ = ["UMAP", "UMAPOptions"]
