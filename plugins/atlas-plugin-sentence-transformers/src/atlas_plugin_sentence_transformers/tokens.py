"""Texts as token ids: with the prefix of the task, within the length that the network reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from localatlas.errors import ModelNotAvailableError
from localatlas.protocols.components import TaskType

from atlas_plugin_sentence_transformers.loading import once
from atlas_plugin_sentence_transformers.weights import hash_of

__all__ = ["Reader", "reader"]

PREFIXES: Mapping[TaskType, str] = MappingProxyType(
    {
        "search_document": "search_document: ",
        "search_query": "search_query: ",
        "classification": "classification: ",
        "clustering": "clustering: ",
    }
)
# The mark before a text and the one behind it.
MARKS = 2


@dataclass(frozen=True)
class Reader:
    """A tokenizer of BERT's kind with its marks."""

    tokenizer: Any
    first: int
    last: int

    def pieces(self, texts: Sequence[str], task: TaskType, limit: int, *, whole: bool) -> list[list[list[int]]]:
        """Return the ids of every text, in one piece of at most `limit` tokens, or in as many as it takes.

        Args:
            texts: what is read.
            task: decides the prefix; every piece of a text begins with it.
            limit: the most tokens of a piece, marks and prefix included.
            whole: whether a text that is longer is read to its end.
        """
        prefix: list[int] = self.tokenizer.encode(PREFIXES[task], add_special_tokens=False).ids
        room = max(limit - MARKS - len(prefix), 1)
        encoded = self.tokenizer.encode_batch(
            [PREFIXES[task] + _clean(text) for text in texts], add_special_tokens=False
        )
        found = []
        for one in encoded:
            ids = one.ids[len(prefix) :]
            starts = range(0, len(ids) if whole and ids else 1, room)
            found.append([[self.first, *prefix, *ids[start : start + room], self.last] for start in starts])
        return found


def reader(folder: Path) -> Reader:
    """Return the tokenizer of a folder. Raises ModelNotAvailableError if it is no such tokenizer."""
    return _load(folder, hash_of(folder))


@once
def _load(folder: Path, state: str) -> Reader:
    from tokenizers import Tokenizer

    del state  # part of the key: other files in the same folder are another tokenizer
    path = folder / "tokenizer.json"
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises bare Exceptions
        raise ModelNotAvailableError(
            f"{path} cannot be read ({error}), and nothing was embedded; fetch it again"
        ) from error
    # A saved tokenizer may cut and pad by itself.
    tokenizer.no_truncation()
    tokenizer.no_padding()
    first, last = (tokenizer.token_to_id(mark) for mark in ("[CLS]", "[SEP]"))
    if first is None or last is None:
        raise ModelNotAvailableError(f"{path} has no tokens [CLS] and [SEP], and nothing was embedded; fetch it again")
    return Reader(tokenizer, first, last)


def _clean(text: str) -> str:
    """Return a text with lone surrogates, which have no UTF-8 form, as question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")
