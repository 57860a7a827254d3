"""What every node of a selection is: a frozen model that speaks JSON and combines with `&`, `|` and `~`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from localatlas.selections.tree import AllOf, AnyOf

__all__ = ["Node"]


class Node(BaseModel):
    """Base of the nodes: unknown fields are refused, nothing mutates, equal nodes are equal and hash alike."""

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())

    def __and__(self, other: Node) -> AllOf:
        """Select the rows that both select."""
        from localatlas.selections.parsing import build
        from localatlas.selections.tree import AllOf, parts

        if not isinstance(other, Node):
            return NotImplemented
        return build(AllOf, of=[*parts(self, AllOf), *parts(other, AllOf)])

    def __or__(self, other: Node) -> AnyOf:
        """Select the rows that either selects."""
        from localatlas.selections.parsing import build
        from localatlas.selections.tree import AnyOf, parts

        if not isinstance(other, Node):
            return NotImplemented
        return build(AnyOf, of=[*parts(self, AnyOf), *parts(other, AnyOf)])

    def __invert__(self) -> Node:
        """Select the other rows."""
        from localatlas.selections.parsing import build
        from localatlas.selections.tree import Not

        return self.of if isinstance(self, Not) else build(Not, of=self)

    def to_dict(self) -> dict[str, object]:
        """Return the node as plain JSON values; `parse` reads them back."""
        return self.model_dump(mode="json")

    def to_json(self) -> str:
        """Return the node as JSON text; `parse` reads it back."""
        return self.model_dump_json()
