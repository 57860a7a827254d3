"""Selections over a finished map with its vectors and tags."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from localatlas.selections.evaluation import evaluate
from localatlas.selections.space import IndexSpace

if TYPE_CHECKING:
    from localatlas.indices import AtlasProjection

__all__ = ["rows_of"]


def rows_of(
    projection: AtlasProjection, selection: Any, tags: Callable[[str], NDArray[np.bool_]] | None = None
) -> NDArray[np.bool_]:
    """Return which rows of a map are selected, bool [R]; `tags` are the map's own by default.

    Raises what `evaluate` does.
    """
    stored = projection.stored
    space = IndexSpace(stored, stored.store, projection.record[0])
    return evaluate(selection, stored, space=space, tags=tags or projection.tags.rows)
