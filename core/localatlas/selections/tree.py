"""All, any and not: how leaves become a tree, and the union of all nodes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, TypeAdapter

from localatlas.errors import AtlasValueError
from localatlas.selections import limits
from localatlas.selections.base import Node
from localatlas.selections.leaves import (
    Category,
    Duplicates,
    Ids,
    Lasso,
    Meaning,
    Neighbors,
    Range,
    Tag,
    Text,
    Topic,
)

__all__ = ["AllOf", "AnyOf", "Not", "Selection", "adapter", "check_limits", "children", "nodes", "parts"]


class AllOf(Node):
    """Rows that every part selects; without parts, all rows.

    Attributes:
        of: the parts.
    """

    type: Literal["all"] = "all"
    of: tuple[Selection, ...] = Field(max_length=limits.MAX_NODES)


class AnyOf(Node):
    """Rows that some part selects; without parts, none.

    Attributes:
        of: the parts.
    """

    type: Literal["any"] = "any"
    of: tuple[Selection, ...] = Field(max_length=limits.MAX_NODES)


class Not(Node):
    """Rows that the part does not select.

    Attributes:
        of: the part.
    """

    type: Literal["not"] = "not"
    of: Selection


Selection: TypeAlias = Annotated[
    AllOf | AnyOf | Not | Text | Range | Category | Meaning | Neighbors | Lasso | Topic | Duplicates | Tag | Ids,
    Field(discriminator="type"),
]
KINDS: tuple[type[Node], ...] = (
    AllOf,
    AnyOf,
    Not,
    Text,
    Range,
    Category,
    Meaning,
    Neighbors,
    Lasso,
    Topic,
    Duplicates,
    Tag,
    Ids,
)
AllOf.model_rebuild()
AnyOf.model_rebuild()
Not.model_rebuild()
adapter: TypeAdapter[Selection] = TypeAdapter(Selection)


def parts(node: Node, kind: type[AllOf | AnyOf]) -> tuple[Node, ...]:
    """Return what a node adds to a list of such parts: its own parts if it is of that kind itself."""
    return node.of if isinstance(node, kind) else (node,)


def children(node: Node) -> tuple[Node, ...]:
    """Return the parts of a node; none for a leaf."""
    if isinstance(node, AllOf | AnyOf):
        return node.of
    return (node.of,) if isinstance(node, Not) else ()


def nodes(selection: Node) -> Iterator[tuple[Node, int]]:
    """Yield every node of a tree with its depth, 1 for the root; does not recurse."""
    ahead = [(selection, 1)]
    while ahead:
        node, depth = ahead.pop()
        yield node, depth
        ahead += [(child, depth + 1) for child in reversed(children(node))]


def check_limits(selection: Node) -> None:
    """Raise AtlasValueError if a tree is too deep, too large, or takes too much work."""
    searches = corners = 0
    for count, (node, depth) in enumerate(nodes(selection), start=1):
        limits.check_size(depth, count)
        searches += isinstance(node, Meaning | Neighbors)
        corners += sum(map(len, node.polygons)) if isinstance(node, Lasso) else 0
    if searches > limits.MAX_SEARCHES:
        raise AtlasValueError(f"a selection has at most {limits.MAX_SEARCHES} nodes of meaning and neighbors")
    if corners > limits.MAX_CORNERS:
        raise AtlasValueError(
            f"the polygons of a selection have at most {limits.MAX_CORNERS:,} corners; draw them simpler"
        )
