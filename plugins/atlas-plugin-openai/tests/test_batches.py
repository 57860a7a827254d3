"""How texts are cut into requests."""

from __future__ import annotations

from atlas_plugin_openai import OpenAIOptions
from atlas_plugin_openai.batches import estimated_tokens, prepared, requests
from hypothesis import given
from hypothesis import strategies as st

ANY_TEXT = st.text(st.characters(), max_size=60)


@given(st.lists(ANY_TEXT, max_size=40), st.integers(1, 7), st.integers(1, 30))
def test_every_text_is_sent_once_in_order_within_the_limits(texts: list[str], items: int, tokens: int) -> None:
    batches = list(requests(texts, OpenAIOptions(batch_items=items, batch_tokens=tokens)))
    assert [text for batch in batches for text in batch] == texts
    for batch in batches:
        assert 0 < len(batch) <= items
        assert len(batch) == 1 or sum(map(estimated_tokens, batch)) <= tokens


@given(st.lists(ANY_TEXT, max_size=5), st.integers(10, 50))
def test_what_is_sent_can_be_written_as_utf8(texts: list[str], most: int) -> None:
    for text in prepared(texts, "p: ", OpenAIOptions(max_characters=most)):
        assert len(text.encode("utf-8")) >= 3
        assert len(text) <= most + 3


def test_the_estimate_is_near_what_vocabularies_count() -> None:
    assert estimated_tokens("The dog chased the ball across the park.") == 11
    assert estimated_tokens("数字地図") == 4
