"""Texts become words, in any script."""

from __future__ import annotations

import html
import re
import unicodedata
from array import array
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pandas import factorize

from atlas_plugin_topics.pieces import CURLY, UNSPACED, Pieces
from atlas_plugin_topics.steps import TEXTS_AT_ONCE, Report, unheard

__all__ = ["CURLY", "Words", "clean", "read_words"]

# What is markup or address rather than prose ends a phrase.
SUFFIX = r"\.(?:com|org|net|html?|php|jpe?g|png)\b"
NOT_PROSE = re.compile(rf"<[^<>]{{0,300}}>|(?:https?://|www\.)\S+|\S+@\S+\.\w+|\S+{SUFFIX}\S*", re.IGNORECASE)
# Whatever is one of these has such a sign in it; next to no text has, and looking for signs is quick.
MAY_NOT_BE_PROSE = re.compile(r"[<@]|:/|\.\S")


@dataclass(frozen=True)
class Words:
    """The words of all documents on one line.

    Attributes:
        vocabulary: the distinct words W, case-folded.
        word: int32 [M], numbers into the vocabulary.
        document: int32 [M], the document of each word, rising.
        begin: int32 [M], where the word begins in its cleaned document.
        end: int32 [M], where it ends.
        last: bool [M], whether a phrase ends with this word: punctuation, a number or the text's end follows.
        unspaced: bool [W], whether the word is one letter of a script that writes no spaces.
    """

    vocabulary: tuple[str, ...]
    word: NDArray[np.int32]
    document: NDArray[np.int32]
    begin: NDArray[np.int32]
    end: NDArray[np.int32]
    last: NDArray[np.bool_]
    unspaced: NDArray[np.bool_]


def clean(text: str, max_characters: int) -> str:
    """Return the prose of a text: entities resolved, markup and addresses turned into an end of phrase."""
    shown = text[:max_characters]
    if "&" in shown:
        shown = html.unescape(shown)
    if MAY_NOT_BE_PROSE.search(shown):
        shown = NOT_PROSE.sub(" | ", shown)
    return shown if shown.isascii() else unicodedata.normalize("NFC", shown)


def read_words(texts: Sequence[str], report: Report = unheard) -> Words:
    """Find the words of cleaned texts; `report` hears the share that is done, and may raise."""
    pieces = Pieces()
    line = array("i")
    for start in range(0, len(texts), TEXTS_AT_ONCE):
        report(0.5 * start / len(texts))
        # One line of all texts is cut faster than each text is.
        line.extend(map(pieces.__getitem__, " ".join(texts[start : start + TEXTS_AT_ONCE]).split(" ")))
    pieces.parse(lambda done: report(0.5 + 0.5 * done))
    lengths = np.fromiter((text.count(" ") for text in texts), np.int64, len(texts)) + 1
    return _words(pieces, np.array(line, dtype=np.int32), lengths)


def _words(pieces: Pieces, line: NDArray[np.int32], lengths: NDArray[np.int64]) -> Words:
    """Put the words of a line of pieces one after the other; `lengths` are the documents' pieces."""
    size = np.fromiter(map(len, pieces), np.int64, len(pieces))[line] + 1
    document = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
    first = np.cumsum(lengths) - lengths
    place = np.cumsum(size) - size
    place -= np.repeat(place[np.minimum(first, max(len(place) - 1, 0))], lengths) if len(place) else 0
    count = pieces.table("count")[line]
    there = np.nonzero(count)[0]
    count, last_word = count[there], np.cumsum(count[there]) - 1
    origin = np.repeat(pieces.table("first")[line[there]] - (last_word + 1 - count), count)
    source = origin + np.arange(len(origin))
    shift = np.repeat(place[there], count)
    last = pieces.table("last")[source].astype(bool)
    last[last_word] = ~_goes_on(pieces, line, there, document)
    letter = re.compile(f"[{UNSPACED}]")
    return Words(
        vocabulary=tuple(pieces.vocabulary),
        word=pieces.table("word")[source],
        document=np.repeat(document[there], count),
        begin=(pieces.table("begin")[source] + shift).astype(np.int32),
        end=(pieces.table("end")[source] + shift).astype(np.int32),
        last=last,
        unspaced=np.array([bool(letter.match(one)) for one in pieces.vocabulary], dtype=bool),
    )


def _goes_on(
    pieces: Pieces, line: NDArray[np.int32], there: NDArray[np.int64], document: NDArray[np.int32]
) -> NDArray[np.bool_]:
    """Return bool [len(there)]: whether a phrase goes on from a piece with words to the next one of these."""
    if not len(there):
        return np.zeros(0, dtype=bool)
    one, other = there[:-1], there[1:]
    same = document[one] == document[other]
    near = same & (other == one + 1)
    goes_on = np.zeros(len(there), dtype=bool)
    # What a piece leaves before and after its words repeats, and so do the answers.
    closing, leaving = _alike(pieces.closes, pieces.tail)
    opening, coming = _alike(pieces.opens, pieces.head)
    answer, keys = factorize(closing[line[one[near]]] * len(coming) + opening[line[other[near]]])
    answers = [pieces.joins((leaving[key // len(coming)], coming[key % len(coming)])) for key in keys.tolist()]
    goes_on[:-1][near] = np.array(answers, dtype=bool)[answer]
    for place in np.nonzero(same & ~near)[0].tolist():
        goes_on[place] = pieces.joins(tuple(line[one[place] : other[place] + 1].tolist()))
    return goes_on


def _alike(letters: Sequence[str], sides: Sequence[str | None]) -> tuple[NDArray[np.int64], list[int]]:
    """Return a number for each piece, the same for those that read alike at one side, and a piece for each number."""
    number: dict[tuple[str, str | None], int] = {}
    numbers = [number.setdefault(key, len(number)) for key in zip(letters, sides, strict=True)]
    piece = dict(zip(reversed(numbers), range(len(numbers) - 1, -1, -1), strict=True))
    return np.array(numbers, dtype=np.int64), [piece[key] for key in range(len(number))]
