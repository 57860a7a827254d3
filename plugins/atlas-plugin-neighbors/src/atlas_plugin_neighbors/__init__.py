"""Nearest neighbours: exact by blocked matrix products, in cells for large data, and NN-descent."""

from __future__ import annotations

from atlas_plugin_neighbors.cells import CellNeighbors
from atlas_plugin_neighbors.exact import ExactNeighbors
from atlas_plugin_neighbors.nn_descent import NNDescentNeighbors
from atlas_plugin_neighbors.options import CellsOptions, ExactOptions, NNDescentOptions

__all__ = ["CellNeighbors", "CellsOptions", "ExactNeighbors", "ExactOptions", "NNDescentNeighbors", "NNDescentOptions"]
