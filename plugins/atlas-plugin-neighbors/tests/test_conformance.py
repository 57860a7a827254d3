"""All neighbour finders pass the conformance kit."""

from __future__ import annotations

import pytest
from atlas_plugin_neighbors import CellNeighbors, ExactNeighbors, NNDescentNeighbors
from localatlas.testing import conformance

test_exact = conformance(ExactNeighbors)
test_exact_in_small_blocks = conformance(ExactNeighbors, options={"block_rows": 13, "block_columns": 17})
# With `exact_below=0` the kit's small data really goes to pynndescent.
test_nn_descent = pytest.mark.slow(conformance(NNDescentNeighbors, options={"exact_below": 0}))
test_nn_descent_as_it_comes = conformance(NNDescentNeighbors)
test_cells = pytest.mark.slow(conformance(CellNeighbors, options={"exact_below": 0}))
test_cells_as_they_come = conformance(CellNeighbors)
