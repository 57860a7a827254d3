"""Which points may be spread on a mesh: the compiled loops write wherever a point's stencil lies."""

from __future__ import annotations

import numpy as np
from atlas_plugin_nomic_project.mesh import within_reach
from hypothesis import given, settings
from hypothesis import strategies as st

NODES = 40


@given(low=st.floats(-1e4, 1e4), pitch=st.floats(0.01, 30.0))
@settings(max_examples=200, deadline=None)
def test_no_point_is_let_in_whose_stencil_leaves_the_mesh(low: float, pitch: float) -> None:
    frame = np.array([low, low, 1.0 / pitch])
    edges = np.array([low + node * pitch for node in (1.0, 1.5, NODES - 3.0, NODES - 2.5, NODES - 2.0)], np.float32)
    near = np.concatenate([edges, np.nextafter(edges, np.float32(-np.inf)), np.nextafter(edges, np.float32(np.inf))])
    middle = np.full(1, low + pitch * NODES / 2, np.float32)
    places = np.concatenate([near, middle])
    points = np.stack([places, np.full_like(places, middle[0])], axis=1)
    for given_points in (points, points[:, ::-1].copy()):
        inside = (within_reach(given_points, frame, (NODES, NODES)) - frame[:2]) * frame[2]
        assert ((inside >= 1.0) & (inside < NODES - 2.0)).all()
        assert (np.abs(inside - NODES / 2) < 1.0).all(axis=1).any()
