"""Texts become words, in any script."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from atlas_plugin_topics.steps import TEXTS_AT_ONCE, Report, unheard

__all__ = ["Words", "read_words", "surface"]

# What is markup or address rather than prose ends a phrase.
NOT_PROSE = re.compile(
    r"<[^<>]{0,300}>|(?:https?://|www\.)\S+|\S+@\S+\.\w+|\S+\.(?:com|org|net|html?|php|jpe?g|png)\b\S*", re.IGNORECASE
)
# Scripts that write no spaces: Thai, Lao, Tibetan, Burmese, Khmer, hiragana and Han. Each letter is a word of its own
# here. Katakana write none either, but spell whole words.
HIRAGANA = "\u3041-\u309f"
KATAKANA = "\u30a1-\u30fa\u30fc-\u30ff\uff66-\uff9d"
UNSPACED = (
    "\u0e00-\u0e4f\u0e80-\u0ecf\u0f00-\u0fbc\u1000-\u104f\u1780-\u17d3\u3005-\u3007"
    f"{HIRAGANA}\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
FIRST_UNSPACED = UNSPACED[0]
# Pictures that people write as they write words, with what may change them: a colour, a sex, or a joint.
EMOJI = (
    "\u2614\u2615\u2648-\u2653\u26a1\u26bd-\u26c5\u26ea\u26f2-\u26fd\u2705\u270a\u270b\u2728\u274c\u2753-\u2757\u2764"
    "\U0001f300-\U0001f3fa\U0001f400-\U0001faff"
)
FLAG = "\U0001f1e6-\U0001f1ff"
PICTURE = re.compile(
    f"[{FLAG}]{{2}}|[{EMOJI}](?:[\ufe0f\U0001f3fb-\U0001f3ff]|\u200d[{EMOJI}\u2640\u2642\u2695\u2696\u2708])*"
)
NO_SPACES = re.compile(f"[{UNSPACED}{KATAKANA}]")
# The typographic apostrophe, by name since it is easily taken for another sign.
CURLY = "\u2019"


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
    return unicodedata.normalize("NFC", NOT_PROSE.sub(" | ", shown))


def read_words(texts: Sequence[str], report: Report = unheard) -> Words:
    """Find the words of cleaned texts."""
    pattern, gap = _patterns()
    number: dict[str, int] = {}
    forms: dict[str, tuple[int, int, bool]] = {}
    word: list[int] = []
    begin: list[int] = []
    end: list[int] = []
    last: list[bool] = []
    lengths = []
    for done, text in enumerate(texts):
        if done % TEXTS_AT_ONCE == 0:
            report(done / len(texts))
        before = len(word)
        first, after = "", 0
        for match in pattern.finditer(text):
            written = match.group()
            start, stop = match.span()
            form = forms.get(written)
            if form is None:
                form = forms[written] = _form(written, number)
            if first:
                # Most words stand one space after the other, in a script that writes spaces.
                plain = first < FIRST_UNSPACED and text[after:start] == " "
                last.append(form[0] < 0 or form[2] or not (plain or _joined(first, text[after:start], written[0], gap)))
            first, after = "", stop
            if form[0] >= 0:
                word.append(form[0])
                begin.append(start)
                end.append(stop - form[1])
                first = written[0]
                if form[2]:
                    last.append(True)
                    first = ""
        if first:
            last.append(True)
        lengths.append(len(word) - before)
    vocabulary = tuple(number)
    letter = re.compile(f"[{UNSPACED}]")
    return Words(
        vocabulary,
        np.array(word, dtype=np.int32),
        np.repeat(np.arange(len(texts), dtype=np.int32), lengths),
        np.array(begin, dtype=np.int32),
        np.array(end, dtype=np.int32),
        np.array(last, dtype=bool),
        np.array([bool(letter.match(one)) for one in vocabulary], dtype=bool),
    )


def surface(text: str, begin: int, end: int) -> str:
    """Return a stretch of a cleaned text as it is written, on one line."""
    return " ".join(text[begin:end].split())


def _form(written: str, number: dict[str, int]) -> tuple[int, int, bool]:
    """Return a word's number, a new one where it is new; how many letters to cut off; whether it is a picture.

    What begins with a digit is no word: -1. A picture is a phrase of its own.
    """
    picture = bool(PICTURE.match(written))
    if not picture and not written[0].isalpha():
        return -1, 0, False
    key = written.casefold().replace(CURLY, "'")
    cut = 2 if key.endswith("'s") else 0
    key = key[: len(key) - cut]
    return number.setdefault(key, len(number)), cut, picture


def _joined(one: str, between: str, other: str, gap: re.Pattern[str]) -> bool:
    """Whether two words of one phrase may have this between them; `one` and `other` are their first letters.

    Scripts that write no spaces set one where a phrase ends; in Japanese a change of script is as good.
    """
    spaced = one < FIRST_UNSPACED or other < FIRST_UNSPACED
    if spaced and between == " ":
        return True
    if spaced or not (NO_SPACES.match(one) and NO_SPACES.match(other)):
        return between in {" ", ""} or bool(gap.fullmatch(between))
    kana = HIRAGANA[0] <= one <= HIRAGANA[-1], HIRAGANA[0] <= other <= HIRAGANA[-1]
    return not between and kana[0] == kana[1]


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return what a word looks like, and what may stand between two words of one phrase."""
    marks = _marks()
    plain = rf"[^\W_{UNSPACED}{KATAKANA}]"
    run = rf"{plain}+(?:[{marks}]+{plain}*)*"
    word = rf"{run}(?:['{CURLY}]{run})*|[{UNSPACED}][{marks}]*|[{KATAKANA}]+|{PICTURE.pattern}"
    return re.compile(word), re.compile(r"[ \t\u00a0\u200b]+-?[ \t\u00a0]*|-[ \t\u00a0]*|[ \t]*\r?\n[ \t]*(?!\s)")


@cache
def _marks() -> str:
    """Return the combining marks of the basic plane, for a character class; the `w` class lacks them."""
    return "".join(re.escape(chr(code)) for code in range(0x300, 0xFE30) if unicodedata.category(chr(code))[0] == "M")
