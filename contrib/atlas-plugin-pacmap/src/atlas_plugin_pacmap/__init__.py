"""PaCMAP for localatlas: the projector `pacmap`."""

from atlas_plugin_pacmap.options import PaCMAPOptions
from atlas_plugin_pacmap.projector import PaCMAP

__all__ = ["PaCMAP", "PaCMAPOptions"]
