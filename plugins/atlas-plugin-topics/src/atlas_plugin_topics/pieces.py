"""What stands between two spaces, read once however often it comes."""

from __future__ import annotations

import re
import unicodedata
from array import array
from functools import cache

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

    After `parse` the lists hold, for each piece, where its words begin in `word`, `begin`, `end` and `last`, and what
    it leaves before its first word and after its last one. That is `BROKEN` if no phrase can go on there.
    """

    def __init__(self) -> None:
        super().__init__()
        self.vocabulary: dict[str, int] = {}
        self.word, self.begin, self.end, self.last = array("i"), array("i"), array("i"), array("b")
        self.start: list[int] = [0]
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
        for number, piece in enumerate(self):
            if number % PARSED_AT_ONCE == 0:
                report(number / len(self))
            if not self._plain(piece):
                self._parse(piece, pattern, gap)

    def _plain(self, piece: str) -> bool:
        """Read a piece of one word of the letters a to z, with signs around it, as most are; whether it was one."""
        begun = piece.lstrip(SIGNS)
        word = begun.rstrip(SIGNS)
        if not (word.isalpha() and word.isascii()):
            return False
        start, stop = len(piece) - len(begun), len(piece) - len(begun) + len(word)
        key = word.lower()
        self.word.append(self.vocabulary.setdefault(key, len(self.vocabulary)))
        self.begin.append(start)
        self.end.append(stop)
        self.last.append(True)
        self.start.append(len(self.word))
        self.head.append(piece[:start])
        self.tail.append(piece[stop:])
        self.opens.append(SPACED)
        self.closes.append(SPACED)
        return True

    def _parse(self, piece: str, pattern: re.Pattern[str], gap: re.Pattern[str]) -> None:
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
        self.start.append(len(self.word))
        self.head.append(head if seen else piece)
        self.tail.append((piece[after:] if before else BROKEN) if seen else piece)
        # Which letter it is matters only where its script may write no spaces.
        self.opens.append(SPACED if "" < first < FIRST_UNSPACED else first)
        self.closes.append(SPACED if "" < before < FIRST_UNSPACED else before)

    def joins(self, pieces: tuple[int, ...]) -> bool:
        """Whether a phrase goes on from the first to the last of some pieces, those between having no words."""
        one, other = pieces[0], pieces[-1]
        parts = [self.tail[one], *(self.head[number] for number in pieces[1:])]
        if any(part is BROKEN for part in parts):
            return False
        return joined(self.closes[one], " ".join(part or "" for part in parts), self.opens[other], _patterns()[1])

    def table(self, name: str) -> NDArray[np.int32]:
        """Return int32 [W], one of the lists of words."""
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
