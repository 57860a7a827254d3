"""The selection language: which rows of a map are meant, as a tree that is the same in Python and in JSON.

    from localatlas import selections as s

    wanted = s.contains("refund") & s.at_least("stars", 4) & ~s.tagged("done")
    atlas_map.select(wanted)
    s.parse(wanted.to_json()) == wanted

Tags by rule, export, filters of the explorer and shared links all speak it.
"""

from __future__ import annotations

from localatlas.selections.base import Node
from localatlas.selections.constructors import (
    all_of,
    any_of,
    at_least,
    at_most,
    between,
    contains,
    duplicates,
    everything,
    has_ids,
    is_in,
    is_null,
    like,
    matches,
    near,
    none_of,
    tagged,
    topic,
    within,
)
from localatlas.selections.evaluation import evaluate
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
from localatlas.selections.parsing import json_schema, parse
from localatlas.selections.space import Space
from localatlas.selections.tree import AllOf, AnyOf, Not, Selection

__all__ = [
    "AllOf",
    "AnyOf",
    "Category",
    "Duplicates",
    "Ids",
    "Lasso",
    "Meaning",
    "Neighbors",
    "Node",
    "Not",
    "Range",
    "Selection",
    "Space",
    "Tag",
    "Text",
    "Topic",
    "all_of",
    "any_of",
    "at_least",
    "at_most",
    "between",
    "contains",
    "duplicates",
    "evaluate",
    "everything",
    "has_ids",
    "is_in",
    "is_null",
    "json_schema",
    "like",
    "matches",
    "near",
    "none_of",
    "parse",
    "tagged",
    "topic",
    "within",
]
