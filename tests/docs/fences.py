"""The fenced blocks of a Markdown page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

__all__ = [
    "ROOT",
    "WALKED",
    "Fence",
    "agrees",
    "expected_output",
    "fences",
    "headings",
    "named",
    "pages",
    "prose",
    "runs",
    "section",
]

ROOT = Path(__file__).resolve().parents[2]
# Pages that are followed word for word, shell blocks included, in an empty folder: see test_walked_pages.py.
WALKED = (ROOT / "docs" / "howto" / "own-projector.md", ROOT / "docs" / "howto" / "own-embedder.md")
OPENING = re.compile(r"^(`{3,})(.*)$")
HEADING = re.compile(r"^#{1,6} +(.+?)\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Fence:
    """One block.

    Attributes:
        line: the number of its first line of text, counted from 1.
        info: what follows the opening backticks, such as "python".
        text: what is between the backticks.
    """

    line: int
    info: str
    text: str


def pages() -> list[Path]:
    """Return every page of the documentation, and the README."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def fences(page: Path) -> list[Fence]:
    """Return the blocks of a page, in order."""
    found: list[Fence] = []
    lines = page.read_text(encoding="utf-8").splitlines()
    start, info, closing = 0, "", ""
    for number, line in enumerate(lines, start=1):
        if closing and line.rstrip() == closing:
            found.append(Fence(start, info, "\n".join(lines[start - 1 : number - 1])))
            closing = ""
        elif not closing and (opening := OPENING.match(line)):
            start, info, closing = number + 1, opening[2].strip(), opening[1]
    if closing:
        raise ValueError(f"{page}: the block that starts in line {start - 1} does not end")
    return found


def runs(fence: Fence) -> bool:
    """Tell whether a block is run as it stands: Python, neither marked `notest` nor the text of a file."""
    return fence.info == "python"


def expected_output(after: list[Fence]) -> str | None:
    """Return what the block before `after` must print: a block `text output` right behind it."""
    return after[0].text if after and after[0].info == "text output" else None


def agrees(wanted: str, printed: str) -> bool:
    """Tell whether what was printed is what a page says, where a line `...` stands for any lines."""
    lines = [line.rstrip() for line in wanted.strip().splitlines()]
    pattern = "".join(r"(?:.*\n)*" if line == "..." else re.escape(line) + r"\n" for line in lines)
    said = "".join(f"{line.rstrip()}\n" for line in printed.strip().splitlines())
    return re.fullmatch(pattern, said) is not None


def prose(page: Path) -> str:
    """Return a page without its blocks."""
    lines = page.read_text(encoding="utf-8").splitlines()
    for fence in fences(page):
        rows = fence.text.splitlines() if fence.text else []
        # One line more on either side: the backticks.
        for number in range(fence.line - 2, fence.line + len(rows)):
            lines[number] = ""
    return "\n".join(lines)


def headings(page: Path) -> list[str]:
    """Return the headings of a page, without backticks, in order."""
    return [heading.replace("`", "") for heading in HEADING.findall(prose(page))]


def section(page: Path, heading: str) -> str:
    """Return what stands between a heading and the next one, blocks included."""
    text = page.read_text(encoding="utf-8")
    found = re.search(rf"^#+ {re.escape(heading)}\s*$(.*?)(?=^#{{1,6}} |\Z)", text, re.MULTILINE | re.DOTALL)
    if found is None:
        raise ValueError(f"{page} has no heading {heading!r}")
    return found[1]


def named(page: Path) -> str:
    """Return a page's name for a message, relative to the repository where it lies there."""
    return page.relative_to(ROOT).as_posix() if page.is_relative_to(ROOT) else str(page)
