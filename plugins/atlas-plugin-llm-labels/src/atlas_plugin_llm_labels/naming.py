"""No two topics of a map have one name."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["Names"]


class Names:
    """The names of a map, as they are given."""

    def __init__(self, reserved: Iterable[str] = ()) -> None:
        """Keep some names for topics that may need them."""
        self._reserved = {_folded(name) for name in reserved}
        self._taken: set[str] = set()

    def give(self, name: str, own: str, keywords: Iterable[str]) -> str:
        """Return the name, or the name with the first keyword that makes it unique; "" if none does.

        `own` is the name that is reserved for this topic, which it may have.
        """
        inside = set(_folded(name).split())
        further = [word for word in keywords if not set(_folded(word).split()) <= inside]
        for candidate in (name, *(f"{name} ({word})" for word in further)):
            folded = _folded(candidate)
            if folded not in self._taken and (folded not in self._reserved or folded == _folded(own)):
                self._taken.add(folded)
                return candidate
        return ""

    def own(self, name: str, topic_id: int) -> str:
        """Return a topic's own reserved name; with its number if somebody has it all the same."""
        unique = name if _folded(name) not in self._taken else f"{name} (topic {topic_id})"
        self._taken.add(_folded(unique))
        return unique


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())
