"""Publication pictures of maps, by datamapplot: `draw_picture`, `write_page` and the command `localatlas picture`."""

from __future__ import annotations

from atlas_plugin_datamapplot.page import write_page
from atlas_plugin_datamapplot.picture import draw_picture

__all__ = ["draw_picture", "write_page"]
