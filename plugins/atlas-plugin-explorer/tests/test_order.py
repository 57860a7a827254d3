from __future__ import annotations

import numpy as np
import pytest
from atlas_plugin_explorer.order import (
    FIRST_LEVEL,
    LEVEL_GROWTH,
    PAGE_POINTS,
    bounding_box,
    first_view,
    page_order,
    spread,
    z_codes,
)
from hypothesis import given, settings
from hypothesis import strategies as st


def cloud(n: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 5, (n, 2)).astype(np.float32)


def test_each_placed_row_comes_once() -> None:
    positions = cloud(30_000)
    positions[::7] = np.nan
    order = page_order(positions, 3)
    assert order.rows.dtype == np.uint32
    np.testing.assert_array_equal(np.sort(order.rows), np.flatnonzero(np.isfinite(positions[:, 0])))


def test_a_row_with_one_infinite_coordinate_has_no_place() -> None:
    positions = np.array([[0, 0], [np.inf, 1], [1, np.nan]], np.float32)
    assert page_order(positions, 0).rows.tolist() == [0]


def test_the_same_seed_gives_the_same_order_and_another_does_not() -> None:
    positions = cloud(50_000)
    first = page_order(positions, 1).rows
    np.testing.assert_array_equal(first, page_order(positions, 1).rows)
    assert set(first[:FIRST_LEVEL]) != set(page_order(positions, 2).rows[:FIRST_LEVEL])


def test_levels_grow_and_pages_tile_them() -> None:
    pages = page_order(cloud(300_000), 0).pages
    assert [page.number for page in pages] == list(range(len(pages)))
    sizes: dict[int, int] = {}
    place = 0
    for page in pages:
        assert page.start == place
        assert 0 < page.count <= PAGE_POINTS
        place += page.count
        sizes[page.level] = sizes.get(page.level, 0) + page.count
    assert sizes == {0: FIRST_LEVEL, 1: FIRST_LEVEL * LEVEL_GROWTH, 2: 300_000 - FIRST_LEVEL * (1 + LEVEL_GROWTH)}


@pytest.mark.parametrize("n", [0, 1, 2, FIRST_LEVEL])
def test_small_maps_have_one_level(n: int) -> None:
    assert len(page_order(cloud(n), 0).pages) == min(n, 1)


def test_the_first_level_is_a_fair_sample() -> None:
    # Rows arrive sorted by cluster: a sample that followed their order would miss most clusters.
    clusters = np.repeat(np.arange(10), 10_000)
    positions = (cloud(100_000) * 0.1 + clusters[:, None]).astype(np.float32)
    counts = np.bincount(clusters[page_order(positions, 5).rows[:FIRST_LEVEL]], minlength=10)
    expected = FIRST_LEVEL / 10
    # Hypergeometric: standard deviation about 38; six of them.
    assert np.abs(counts - expected).max() < 6 * np.sqrt(expected * 0.9 * 0.8)


def test_z_order_follows_the_morton_curve() -> None:
    corners = np.array([[0, 0], [1, 0], [0, 1], [1, 1]], np.float32)
    codes = z_codes(corners)
    assert codes.tolist() == [0, 0x55555555, 0xAAAAAAAA, 0xFFFFFFFF]
    assert spread(np.array([0b1011], np.uint32)).tolist() == [0b1000101]


def test_pages_of_a_level_cover_small_areas() -> None:
    positions = cloud(600_000)
    order = page_order(positions, 0)
    last = [page for page in order.pages if page.level == order.pages[-1].level]
    areas = []
    for page in last:
        x0, y0, x1, y1 = bounding_box(positions[order.rows[page.points]])
        areas.append((x1 - x0) * (y1 - y0))
    x0, y0, x1, y1 = bounding_box(positions)
    assert np.mean(areas) < 0.5 * (x1 - x0) * (y1 - y0)


def test_points_of_one_place_keep_the_order_of_rows() -> None:
    assert page_order(np.zeros((9, 2), np.float32), 4).rows.tolist() == list(range(9))


def test_the_view_leaves_outliers_out() -> None:
    positions = cloud(10_000)
    positions[:20] = 1_000
    x0, y0, x1, y1 = first_view(positions)
    assert -20 < x0 < -8 < 8 < x1 < 20
    assert -20 < y0 < -8 < 8 < y1 < 20


def test_far_islands_do_not_squeeze_the_view() -> None:
    positions = cloud(2_000)
    main = first_view(positions)
    positions[:60] += (400, 0)
    positions[60:120] += (0, -300)
    seen = np.array(first_view(positions))
    assert np.abs(seen - main).max() < 0.35 * (main[2] - main[0])


def test_an_island_that_is_near_or_large_is_seen() -> None:
    near, large = cloud(2_000), cloud(2_000)
    near[:60] += (30, 0)
    large[:300] += (400, 0)
    assert first_view(near)[2] > 25
    assert first_view(large)[2] > 390


def test_points_that_share_a_side_but_for_a_few_are_seen_with_these() -> None:
    positions = cloud(2_000)
    positions[100:, 0] = 7
    x0, _, x1, _ = first_view(positions)
    assert x0 < np.quantile(positions[:100, 0], 0.3)
    assert x1 > np.quantile(positions[:100, 0], 0.7)


def test_the_view_of_few_points_holds_all() -> None:
    positions = cloud(100)
    x0, y0, x1, y1 = first_view(positions)
    low_x, low_y, high_x, high_y = bounding_box(positions)
    assert x0 < low_x < high_x < x1
    assert y0 < low_y < high_y < y1


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(width=32, allow_infinity=False), st.floats(width=32, allow_infinity=False)), max_size=30
    ),
    st.integers(0, 2**31),
)
def test_any_positions_are_ordered_and_have_a_view(points: list[tuple[float, float]], seed: int) -> None:
    positions = np.array(points, np.float32).reshape(-1, 2)
    order = page_order(positions, seed)
    placed = positions[order.rows]
    assert np.isfinite(placed).all()
    x0, y0, x1, y1 = first_view(placed)
    assert x0 < x1
    assert y0 < y1
