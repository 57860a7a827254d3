"""What a projector with more powers must do: place new rows, and go on from an earlier layout."""

from __future__ import annotations

import numpy as np

from localatlas.protocols import Context, Layout
from localatlas.testing.check import Check, Make, check
from localatlas.testing.example import clusters
from localatlas.testing.kit import require
from localatlas.testing.projector_cases import ROWS, SEED, example_index, require_layout, stored

__all__ = ["TRANSFORM_CHECKS", "WARM_START_CHECKS"]

# A row that was mapped must come back nearer to its own cluster's center than to the others', for this share of rows.
TRANSFORM_SHARE = 0.9
# Of the map's extent: how far a warm start may move the median known row.
MOVED_SHARE = 0.1


@check("projector")
def check_transform_places_rows_where_they_were(make: Make) -> None:
    """Rows that were mapped, given again, land at their own cluster, with a state that has been stored."""
    vectors = clusters(ROWS)
    projector = make()
    index = example_index(projector, vectors)
    layout = stored(projector.project(index, Context(seed=SEED)))
    neighbors = index.search(index.vectors, max(projector.neighbors_needed(ROWS), 1))
    placed = make().transform(index.vectors, neighbors, layout, Context(seed=SEED))
    require_layout(Layout(placed), ROWS)
    centers = np.stack([layout.positions[cluster::3].mean(axis=0) for cluster in range(3)])
    nearest = np.linalg.norm(placed[:, None] - centers[None], axis=2).argmin(axis=1)
    share = float((nearest == np.arange(ROWS) % 3).mean())
    require(share >= TRANSFORM_SHARE, f"`transform` puts only {share:.0%} of mapped rows nearest to their own cluster.")


@check("projector")
def check_transform_of_one_row(make: Make) -> None:
    """A single new row is placed, within or near the map."""
    projector = make()
    index = example_index(projector, clusters(ROWS))
    layout = stored(projector.project(index, Context(seed=SEED)))
    query = clusters(1, seed=1)
    neighbors = index.search(query, max(projector.neighbors_needed(ROWS), 1))
    placed = make().transform(query, neighbors, layout, Context(seed=SEED))
    require_layout(Layout(placed), 1)
    low, high = layout.positions.min(axis=0), layout.positions.max(axis=0)
    near = bool((placed > low - (high - low)).all() and (placed < high + (high - low)).all())
    require(near, f"`transform` puts a new row at {placed[0]}, far from the map, which spans {low} to {high}.")


@check("projector")
def check_transform_after_rows_went(make: Make) -> None:
    """Rows are placed among those that are left when others of the map are gone; the state is as it was made."""
    vectors, left = clusters(ROWS), np.arange(ROWS // 3, ROWS)
    projector = make()
    layout = stored(projector.project(example_index(projector, vectors), Context(seed=SEED)))
    layout = Layout(np.ascontiguousarray(layout.positions[left]), layout.state)
    index = example_index(projector, np.ascontiguousarray(vectors[left]))
    neighbors = index.search(index.vectors, max(projector.neighbors_needed(len(left)), 1))
    placed = make().transform(index.vectors, neighbors, layout, Context(seed=SEED))
    centers = np.stack([layout.positions[left % 3 == cluster].mean(axis=0) for cluster in range(3)])
    nearest = np.linalg.norm(placed[:, None] - centers[None], axis=2).argmin(axis=1)
    share = float((nearest == left % 3).mean())
    require(
        share >= TRANSFORM_SHARE,
        f"when rows of the map are gone, `transform` puts only {share:.0%} of the others nearest to their own cluster: "
        "arrays of the state have the rows of then, `layout.positions` those of now.",
    )


@check("projector")
def check_warm_start_keeps_places(make: Make) -> None:
    """`project_from` keeps known rows near where they lay, in any order and with some gone, and new ones near them."""
    vectors = clusters(ROWS)
    projector = make()
    earlier = stored(projector.project(example_index(projector, vectors[: ROWS - 30]), Context(seed=SEED)))
    order = np.random.default_rng(SEED).permutation(np.arange(15, ROWS))
    rows = np.where(order < ROWS - 30, order, -1).astype(np.int64)
    index = example_index(projector, np.ascontiguousarray(vectors[order]))
    found = make().project_from(index, earlier, rows, Context(seed=SEED))
    require_layout(found, len(order))
    extent = float(np.ptp(earlier.positions, axis=0).max())
    moved = np.linalg.norm(found.positions[rows >= 0] - earlier.positions[rows[rows >= 0]], axis=1)
    share = float(np.median(moved)) / extent
    require(share <= MOVED_SHARE, f"`project_from` moves the median known row by {share:.0%} of the map's extent.")
    centers = np.stack([found.positions[(rows >= 0) & (order % 3 == cluster)].mean(axis=0) for cluster in range(3)])
    nearest = np.linalg.norm(found.positions[:, None] - centers[None], axis=2).argmin(axis=1)
    own = float((nearest == order % 3)[rows < 0].mean())
    require(own >= TRANSFORM_SHARE, f"`project_from` puts only {own:.0%} of new rows nearest to their own cluster.")


@check("projector")
def check_warm_start_with_nothing_known(make: Make) -> None:
    """Without a row that is known, `project_from` still lays the index out."""
    projector = make()
    earlier = stored(projector.project(example_index(projector, clusters(60)), Context(seed=SEED)))
    rows = np.full(60, -1, dtype=np.int64)
    found = make().project_from(example_index(projector, clusters(60, seed=1)), earlier, rows, Context(seed=SEED))
    require_layout(found, 60)


TRANSFORM_CHECKS: tuple[Check, ...] = (
    check_transform_places_rows_where_they_were,
    check_transform_of_one_row,
    check_transform_after_rows_went,
)
WARM_START_CHECKS: tuple[Check, ...] = (
    check_warm_start_keeps_places,
    check_warm_start_with_nothing_known,
)
