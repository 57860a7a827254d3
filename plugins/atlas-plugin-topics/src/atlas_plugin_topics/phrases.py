"""Phrases of one to several words that occur often enough, and the documents that hold them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pandas import factorize

from atlas_plugin_topics.words import Words

__all__ = ["Terms", "find_terms"]

MAX_WORDS = 3
MAX_LETTERS = 8


@dataclass(frozen=True)
class Terms:
    """The frequent phrases T of all documents.

    Attributes:
        words: int32 [T, L], the vocabulary numbers of each phrase, -1 pads.
        length: int32 [T].
        position: int64 [O], where on the line of words each occurrence begins.
        term: int32 [O], which phrase occurs there.
    """

    words: NDArray[np.int32]
    length: NDArray[np.int32]
    position: NDArray[np.int64]
    term: NDArray[np.int32]

    def only(self, kept: NDArray[np.bool_]) -> Terms:
        """Return the terms where `kept` bool [T] is true."""
        there = kept[self.term]
        number = (np.cumsum(kept) - 1).astype(np.int32)
        return Terms(self.words[kept], self.length[kept], self.position[there], number[self.term[there]])


def find_terms(
    words: Words, group: NDArray[np.int32], allowed: NDArray[np.bool_], min_documents: int, longest: int = MAX_LETTERS
) -> Terms:
    """Return the phrases that at least `min_documents` documents hold.

    Args:
        words: the documents' words.
        group: int32 [W], words of one group count as one word ("dog", "dogs").
        allowed: bool [W], words a phrase may contain.
        min_documents: how many documents must hold a phrase.
        longest: words in a phrase at most; spaced scripts have three at most.
    """
    line = group[words.word]
    usable = allowed[words.word]
    length = np.where(words.unspaced[words.word], MAX_LETTERS, MAX_WORDS)
    position = np.nonzero(usable)[0]
    code = line[position].astype(np.int64)
    found: list[tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]] = []
    for size in range(1, longest + 1):
        frequent, number, position = _frequent(code, position, words.document, min_documents)
        if not len(frequent):
            break
        first = np.zeros(len(frequent), dtype=np.int64)
        first[number] = position
        spelled = line[first[:, None] + np.arange(size)].astype(np.int32)
        found.append((np.pad(spelled, ((0, 0), (0, MAX_LETTERS - size)), constant_values=-1), number, position))
        if size == 1:
            # No phrase is more frequent than its words.
            usable = np.zeros(len(line), dtype=bool)
            usable[position] = True
        tail = position + size
        grows = (tail < len(line)) & ~words.last[tail - 1]
        grows[grows] = usable[tail[grows]] & (length[tail[grows]] > size) & (length[position[grows]] > size)
        code = number[grows] * (int(line.max()) + 1) + line[tail[grows]]
        position = position[grows]
    return _joined(found)


def _frequent(
    code: NDArray[np.int64],
    position: NDArray[np.int64],
    document: NDArray[np.int32],
    min_documents: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Keep the codes that enough documents hold; return them, and number and position of what is left."""
    number, codes = factorize(code)
    # Phrases found less often than that are not in so many documents; of the others each document counts once.
    often = np.bincount(number, minlength=len(codes)) >= min_documents
    kept = often[number]
    codes, number, position = codes[often], (np.cumsum(often) - 1)[number[kept]], position[kept]
    often = _documents(number, document[position], len(codes)) >= min_documents
    kept = often[number]
    return codes[often], (np.cumsum(often) - 1)[number[kept]], position[kept]


def _documents(number: NDArray[np.int64], document: NDArray[np.int32], count: int) -> NDArray[np.int64]:
    """Return int64 [count], how many documents hold each phrase."""
    documents = int(document.max(initial=0)) + 1
    pairs = np.sort(number * documents + document)
    new = np.ones(len(pairs), dtype=bool)
    new[1:] = pairs[1:] != pairs[:-1]
    held: NDArray[np.int64] = np.bincount(pairs[new] // documents, minlength=count)
    return held


def _joined(found: list[tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]]) -> Terms:
    """Put the phrases of all lengths into one table."""
    if not found:
        none = np.zeros(0, dtype=np.int32)
        return Terms(np.zeros((0, MAX_LETTERS), dtype=np.int32), none, none.astype(np.int64), none)
    starts = np.cumsum([0, *(len(spelled) for spelled, _, _ in found)])
    return Terms(
        np.concatenate([spelled for spelled, _, _ in found]),
        np.repeat(np.arange(1, len(found) + 1), np.diff(starts)).astype(np.int32),
        np.concatenate([position for _, _, position in found]),
        np.concatenate([number + start for (_, number, _), start in zip(found, starts, strict=False)]).astype(np.int32),
    )
