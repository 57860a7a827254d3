"""Nearest neighbours: exact by blocked matrix products, and NN-descent for large data."""

from __future__ import annotations

from atlas_plugin_neighbors.exact import ExactNeighbors
from atlas_plugin_neighbors.nn_descent import NNDescentNeighbors
from atlas_plugin_neighbors.options import ExactOptions, NNDescentOptions

__all__ = ["ExactNeighbors", "ExactOptions", "NNDescentNeighbors", "NNDescentOptions"]
