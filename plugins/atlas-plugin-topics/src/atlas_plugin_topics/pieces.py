"""What stands between two spaces, read once however often it comes."""

from __future__ import annotations

import re
import unicodedata
from array import array
from functools import cache
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from atlas_plugin_topics.steps import Report

__all__ = ["CURLY", "UNSPACED", "Pieces", "joined"]

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
BROKEN = None
# Stands for every letter of a script that surely writes spaces.
SPACED = "a"
# What stands around words and is no part of any.
SIGNS = "()[]\"'.,;:!?`*"
PARSED_AT_ONCE = 5_000


class Pieces(dict[str, int]):
    """The number of every piece seen so far; asking for one that is new gives it the next number.

    After `parse` the lists hold, for each piece, where its words begin in `word`, `begin`, `end` and `last` and how
    many they are, and what it leaves before its first word and after its last one. That is `BROKEN` if no phrase can
    go on there.
    """

    def __init__(self) -> None:
        super().__init__()
        self.vocabulary: dict[str, int] = {}
        self.word, self.begin, self.end, self.last = array("i"), array("i"), array("i"), array("b")
        self.first, self.count = array("q"), array("q")
        self.head: list[str | None] = []
        self.tail: list[str | None] = []
        self.opens: list[str] = []
        self.closes: list[str] = []
        self._forms: dict[str, tuple[int, int, bool]] = {}

    def __missing__(self, piece: str) -> int:
        """Number a new piece."""
        number = self[piece] = len(self)
        return number

    def parse(self, report: Report) -> None:
        """Find the words of all pieces; `report` hears the share that is done."""
        pattern, gap = _patterns()
        plain = self._plain()
        others = [(number, piece) for number, (piece, word) in enumerate(zip(self, plain, strict=True)) if not word]
        for done, (number, piece) in enumerate(others):
            if done % PARSED_AT_ONCE == 0:
                report(done / len(others))
            self.first[number] = len(self.word)
            self._parse(number, piece, pattern, gap)
            self.count[number] = len(self.word) - self.first[number]

    def _plain(self) -> list[str]:
        """Read, all at once, the pieces of one word of the letters a to z with signs around it, as most are.

        Returns the word of each of these, and nothing for the others.
        """
        begun = [piece.lstrip(SIGNS) for piece in self]
        words = [piece.rstrip(SIGNS) for piece in begun]
        words = [word.lower() if word.isalpha() and word.isascii() else "" for word in words]
        start = [len(piece) - len(rest) for piece, rest in zip(self, begun, strict=True)]
        stop = [first + len(word) for first, word in zip(start, words, strict=True)]
        number = self.vocabulary
        self.word.extend(number.setdefault(word, len(number)) for word in words if word)
        self.begin.extend(first for first, word in zip(start, words, strict=True) if word)
        self.end.extend(last for last, word in zip(stop, words, strict=True) if word)
        self.last.frombytes(b"\1" * len(self.word))
        self.count.extend(map(bool, words))
        self.first.extend(accumulate(self.count, initial=0))
        self.first.pop()
        self.head = [piece[:first] for piece, first in zip(self, start, strict=True)]
        self.tail = [piece[last:] for piece, last in zip(self, stop, strict=True)]
        self.opens, self.closes = [SPACED] * len(self), [SPACED] * len(self)
        return words

    def _parse(self, number: int, piece: str, pattern: re.Pattern[str], gap: re.Pattern[str]) -> None:
        """Find the words of one piece and where its phrases end."""
        before, after, head, first = "", 0, BROKEN, ""
        seen = False
        for match in pattern.finditer(piece):
            written, (start, stop) = match.group(), match.span()
            form = self._forms.get(written)
            if form is None:
                form = self._forms[written] = _form(written, self.vocabulary)
            if before:
                ends = form[0] < 0 or form[2] or not joined(before, piece[after:start], written[0], gap)
                self.last.append(ends)
            if not seen and form[0] >= 0 and not form[2]:
                head, first = piece[:start], written[0]
            seen = True
            before, after = "", stop
            if form[0] >= 0:
                self.word.append(form[0])
                self.begin.append(start)
                self.end.append(stop - form[1])
                before = "" if form[2] else written[0]
                if form[2]:
                    self.last.append(True)
        if before:
            # Whether a phrase ends here is seen when the next piece is known.
            self.last.append(True)
        self.head[number] = head if seen else piece
        self.tail[number] = (piece[after:] if before else BROKEN) if seen else piece
        # Which letter it is matters only where its script may write no spaces.
        self.opens[number] = SPACED if "" < first < FIRST_UNSPACED else first
        self.closes[number] = SPACED if "" < before < FIRST_UNSPACED else before

    def joins(self, pieces: tuple[int, ...]) -> bool:
        """Whether a phrase goes on from the first to the last of some pieces, those between having no words."""
        one, other = pieces[0], pieces[-1]
        parts = [self.tail[one], *(self.head[number] for number in pieces[1:])]
        if any(part is BROKEN for part in parts):
            return False
        return joined(self.closes[one], " ".join(part or "" for part in parts), self.opens[other], _patterns()[1])

    def table(self, name: str) -> NDArray[np.int32]:
        """Return int32, one of the lists of numbers."""
        return np.array(getattr(self, name), dtype=np.int32)


def joined(one: str, between: str, other: str, gap: re.Pattern[str]) -> bool:
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
