"""Ready-made positions for localatlas: the projector `positions`."""

from atlas_plugin_positions.options import PositionsOptions
from atlas_plugin_positions.projector import Positions

__all__ = ["Positions", "PositionsOptions"]
