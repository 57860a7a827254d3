"""How large a selection may be: they come in links and requests from anywhere."""

from __future__ import annotations

from localatlas.errors import AtlasValueError

__all__ = ["check_size"]

MAX_DEPTH = 32
MAX_NODES = 256
# Each compares its query with every vector of the map.
MAX_SEARCHES = 16
MAX_QUERY = 1_000
MAX_MEANING = 10_000
MAX_NAME = 1_000
MAX_FIELDS = 100
MAX_VALUES = 10_000
MAX_IDS = 1_000_000
MAX_VECTOR = 65_536
MAX_POLYGONS = 100
MAX_CORNERS = 10_000


def check_size(depth: int, nodes: int) -> None:
    """Raise AtlasValueError if a selection of this depth and this many nodes is too large."""
    if depth > MAX_DEPTH:
        raise AtlasValueError(f"a selection is at most {MAX_DEPTH} levels deep; all and any take many parts")
    if nodes > MAX_NODES:
        raise AtlasValueError(f"a selection has at most {MAX_NODES} nodes; values and ids come in lists")
