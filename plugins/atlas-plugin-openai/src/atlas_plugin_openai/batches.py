"""How texts are cut into requests, and about how many tokens they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from atlas_plugin_openai.options import OpenAIOptions

__all__ = ["estimated_tokens", "prepared", "requests"]

# Byte-pair vocabularies take about four bytes a token: English 4 to 5 letters, Chinese a little over one character.
BYTES_PER_TOKEN = 4


def prepared(items: Sequence[str], prefix: str, options: OpenAIOptions) -> list[str]:
    """Return the texts as they are sent: cut, with the prefix, lone surrogates (which have no UTF-8 form) as "?"."""
    return [prefix + item[: options.max_characters].encode("utf-8", "replace").decode("utf-8") for item in items]


def estimated_tokens(text: str) -> int:
    """Return about how many tokens a text is; services count with vocabularies of their own."""
    return len(text.encode("utf-8", "replace")) // BYTES_PER_TOKEN + 1


def requests(texts: Sequence[str], options: OpenAIOptions) -> Iterator[list[str]]:
    """Cut texts into requests of at most `batch_items` texts and about `batch_tokens` tokens, in order."""
    batch: list[str] = []
    held = 0
    for text in texts:
        tokens = estimated_tokens(text)
        if batch and (len(batch) == options.batch_items or held + tokens > options.batch_tokens):
            yield batch
            batch, held = [], 0
        batch.append(text)
        held += tokens
    if batch:
        yield batch
