"""Long texts: cut into windows, because the encoder's memory and its drift grow with the length of a text."""

from __future__ import annotations

__all__ = ["PREPROCESSING_VERSION", "clean", "windows"]

PREPROCESSING_VERSION = 1
"""Part of the fingerprint: raise it when `clean` or `windows` give another result for some text."""


def clean(text: str, max_characters: int) -> str:
    """Return the part of `text` that is read, with lone surrogates, which have no UTF-8 form, as question marks."""
    return text[:max_characters].encode("utf-8", "replace").decode("utf-8")


def windows(text: str, size: int) -> list[str]:
    """Cut `text` into the fewest windows of at most `size` characters, about equally long, at blanks where it has any.

    A text of at most `size` characters is one window, itself.
    """
    count = -(-len(text) // size)
    if count <= 1:
        return [text]
    cuts = [0]
    for number in range(1, count):
        cuts.append(_cut_near(text, cuts[-1], len(text) * number // count, size))
    while len(text) - cuts[-1] > size:
        cuts.append(_cut_near(text, cuts[-1], cuts[-1] + size, size))
    return [text[start:end] for start, end in zip(cuts, [*cuts[1:], len(text)], strict=True)]


def _cut_near(text: str, start: int, goal: int, size: int) -> int:
    """Return the place after the last blank before `goal`; `goal` itself if the half before it has no blank."""
    goal = min(goal, start + size)
    blank = text.rfind(" ", start + (goal - start) // 2, goal)
    return goal if blank < 0 else blank + 1
