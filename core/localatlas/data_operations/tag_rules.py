"""What a tag may be called and defined by."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from localatlas.data_operations.tag_records import TagRecord
from localatlas.errors import AtlasTypeError, AtlasValueError, listing, suggestion

if TYPE_CHECKING:
    from localatlas.selections import Node

__all__ = ["check_cycle", "check_name", "check_size", "check_unused", "find_tag", "with_rule"]

MAX_NAME = 100
# What other views and an export call their columns; names with an underscore in front are internal.
VIEW_COLUMN = re.compile(r"x|y|cluster_id|duplicate_class|topic_depth_\d+|_.*")


def check_name(name: str, tags: Sequence[TagRecord], columns: Sequence[str]) -> None:
    """Raise AtlasValueError, or AtlasTypeError, if this cannot name a tag beside some tags and columns."""
    if not isinstance(name, str):
        raise AtlasTypeError(f"the name of a tag is a text, got {type(name).__qualname__}")
    if not name or name != name.strip() or len(name) > MAX_NAME or not name.isprintable():
        raise AtlasValueError(
            f"{name!r} cannot name a tag: a name has 1 to {MAX_NAME} printable characters and no space around it"
        )
    taken = {column.casefold() for column in columns}
    if name.casefold() in taken or VIEW_COLUMN.fullmatch(name.casefold()):
        raise AtlasValueError(f"{name!r} cannot name a tag: it is a column of the map's views")
    same = [tag.name for tag in tags if tag.name.casefold() == name.casefold()]
    if same:
        raise AtlasValueError(f"there is a tag {same[0]!r} already; names must differ by more than case")


def find_tag(tags: Sequence[TagRecord], name: str) -> TagRecord:
    """Return the tag of a name. Raises AtlasValueError with the nearest name."""
    for tag in tags:
        if tag.name == name:
            return tag
    names = [tag.name for tag in tags]
    has = f"it has {listing(names, shown=20)}" if names else "it has no tags; tags.add(name, ids=...) makes one"
    raise AtlasValueError(f"the map has no tag {name!r}{suggestion(str(name), names)}; {has}")


def with_rule(tag: TagRecord, rule: Node) -> TagRecord:
    """Return the tag with one rule more, unless it has it."""
    from localatlas.selections import parse

    if tag.rule is None:
        return tag.model_copy(update={"rule": rule.to_dict()})
    old = parse(tag.rule)
    has = rule in (old, *(old.of if old.type == "any" else ()))
    return tag if has else tag.model_copy(update={"rule": (old | rule).to_dict()})


def check_size(tag: TagRecord) -> None:
    """Raise AtlasValueError if all that a tag says is too much for one selection."""
    from localatlas.selections import parse

    parse(tag.selection)


def _mentioned(rule: Any) -> set[str]:
    """Return the names of the tags that a rule speaks of."""
    from localatlas.selections import Tag, parse
    from localatlas.selections.tree import nodes

    return {node.name for node, _ in nodes(parse(rule)) if isinstance(node, Tag)}


def check_cycle(name: str, rule: Node, tags: Sequence[TagRecord]) -> None:
    """Raise AtlasValueError if a tag would be defined by itself, or by one that is not there."""
    rules = {tag.name: tag.rule for tag in tags}
    seen: set[str] = set()
    ahead = _mentioned(rule)
    for other in sorted(ahead - {name}):
        find_tag(tags, other)
    while ahead - seen:
        seen |= (step := ahead - seen)
        ahead = {each for other in step if rules.get(other) is not None for each in _mentioned(rules[other])}
    if name in seen:
        raise AtlasValueError(
            f"the tag {name!r} would be defined by itself; its rule speaks of {listing(sorted(seen))}"
        )


def check_unused(name: str, tags: Sequence[TagRecord], what: str) -> None:
    """Raise AtlasValueError if the rule of some tag speaks of this one."""
    users = [tag.name for tag in tags if tag.rule is not None and name in _mentioned(tag.rule)]
    if users:
        raise AtlasValueError(f"the tag {name!r} cannot be {what}: the rules of {listing(users)} speak of it")
