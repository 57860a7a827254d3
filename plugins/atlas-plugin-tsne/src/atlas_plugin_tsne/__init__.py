"""t-SNE for localatlas: the projector `tsne`."""

from atlas_plugin_tsne.options import TSNEOptions
from atlas_plugin_tsne.projector import TSNE

__all__ = ["TSNE", "TSNEOptions"]
