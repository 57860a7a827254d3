"""Long texts are cut so that nothing is lost and no piece is too long."""

from __future__ import annotations

from atlas_plugin_text.windows import clean, windows
from hypothesis import given
from hypothesis import strategies as st


@given(text=st.text(max_size=400), size=st.integers(1, 60))
def test_windows_are_the_text_in_pieces_of_at_most_size(text: str, size: int) -> None:
    pieces = windows(text, size)
    assert "".join(pieces) == text
    assert all(len(piece) <= size for piece in pieces)
    assert all(pieces) or text == ""


@given(text=st.text(max_size=60))
def test_a_short_text_is_one_window(text: str) -> None:
    assert windows(text, 60) == [text]


def test_windows_end_at_blanks() -> None:
    pieces = windows("alpha beta gamma delta epsilon zeta " * 20, 100)
    assert all(piece.endswith(" ") for piece in pieces)
    assert max(map(len, pieces)) - min(map(len, pieces)) < 60


@given(text=st.text(alphabet=st.characters(exclude_categories=()), max_size=50))
def test_cleaned_text_has_a_utf8_form(text: str) -> None:
    cleaned = clean(text, 40)
    assert len(cleaned) == min(len(text), 40)
    cleaned.encode("utf-8")
