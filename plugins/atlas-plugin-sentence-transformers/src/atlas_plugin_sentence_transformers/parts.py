"""Long texts in parts that a sentence-transformers model reads whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from localatlas.errors import InvalidOptionError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

__all__ = ["split", "token_counts"]


def split(model: SentenceTransformer, texts: Sequence[str]) -> list[list[tuple[str, int]]]:
    """Return every text as parts that fit the model, each with its number of tokens, marks left out.

    Raises:
        InvalidOptionError: the model's tokenizer does not say where its tokens lie in a text.
    """
    tokenizer: Any = model.tokenizer
    room = _room(model, tokenizer)
    if not getattr(tokenizer, "is_fast", False):
        raise InvalidOptionError(
            'long_text_mode="mean": the tokenizer of this model does not say where its tokens lie; use "truncate"'
        )
    encoded = tokenizer(list(texts), add_special_tokens=False, return_offsets_mapping=True, verbose=False)
    found = []
    for text, places in zip(texts, encoded["offset_mapping"], strict=True):
        groups = [places[start : start + room] for start in range(0, len(places), room)] if room else [places]
        found.append([(text[group[0][0] : group[-1][1]], len(group)) for group in groups if group] or [(text, 1)])
    return found


def token_counts(model: SentenceTransformer, texts: Sequence[str], *, whole: bool) -> list[int]:
    """Return how many tokens of each text are read, marks included; `whole` if long texts are read in parts."""
    tokenizer: Any = model.tokenizer
    room, marks = _room(model, tokenizer), tokenizer.num_special_tokens_to_add()
    counts = [len(ids) for ids in tokenizer(list(texts), add_special_tokens=False, verbose=False)["input_ids"]]
    if not room:
        return [count + marks for count in counts]
    return [count + marks * max(-(-count // room), 1) if whole else min(count, room) + marks for count in counts]


def _room(model: SentenceTransformer, tokenizer: Any) -> int:
    """Return how many tokens a part may have, marks left out; 0 if there is no limit."""
    limit = model.max_seq_length
    return max(int(limit) - int(tokenizer.num_special_tokens_to_add()), 1) if limit else 0
