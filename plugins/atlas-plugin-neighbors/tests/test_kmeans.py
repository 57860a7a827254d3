"""What K-means and the tree of centers promise."""

from __future__ import annotations

import numpy as np
from atlas_plugin_neighbors.centers import Centers
from atlas_plugin_neighbors.kmeans import means, nearest, path
from localatlas.testing.example import clusters


def test_means_of_clear_clusters_are_their_middles() -> None:
    points = np.repeat(np.float32([[0, 0], [100, 0], [0, 100]]), 50, axis=0)
    points += np.random.default_rng(0).normal(size=points.shape).astype(np.float32)
    own = nearest(points, np.float32([[0, 0], [100, 0], [0, 100]]))
    assert own.tolist() == [0] * 50 + [1] * 50 + [2] * 50
    far = [np.linalg.norm(points - center, axis=1).min() for center in means(points, 3, np.random.default_rng(1))]
    assert max(far) < 60


def test_no_more_means_than_points() -> None:
    points = np.float32([[0, 0], [5, 5]])
    assert sorted(means(points, 9, np.random.default_rng(0)).tolist()) == points.tolist()


def test_all_points_in_one_place_have_means_there() -> None:
    assert (means(np.ones((40, 3), np.float32), 4, np.random.default_rng(0)) == 1).all()


def test_a_path_goes_to_the_nearest_that_is_left() -> None:
    assert path(np.float32([[0.0], [3.0], [1.0], [7.0]])).tolist() == [0, 2, 1, 3]


def test_centers_lie_in_the_group_whose_middle_is_near() -> None:
    sample = clusters(3_000, count=8, dim=8, noise=0.3)
    centers = Centers.of(sample, 60, np.random.default_rng(0), 1, lambda _done: None)
    group = np.repeat(np.arange(len(centers.groups)), np.diff(centers.start))
    assert len(group) == len(centers.places)
    assert 50 <= len(centers.places) <= 70
    assert (nearest(centers.places, centers.groups) == group).mean() > 0.9


def test_a_center_is_replaced_by_several_in_its_group() -> None:
    centers = Centers(np.float32([[0], [9]]), np.array([0, 2, 3]), np.float32([[0], [1], [9]]))
    new = np.float32([[1.1], [1.2]])
    made = centers.divided(np.array([1]), lambda _cell, _own: new, np.random.default_rng(0), 2, lambda _done: None)
    np.testing.assert_array_equal(made.places, np.float32([[0], [1.1], [1.2], [9]]))
    assert made.start.tolist() == [0, 3, 4]
